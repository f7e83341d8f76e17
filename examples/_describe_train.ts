/**
 * The options of `deno task train`, and what their values may be.
 */

import { Command, InvalidArgumentError } from "commander";
import {
  BACKBONE_NAMES,
  BACKEND_NAMES,
  LOWERINGS,
  type TemperatureConfig,
} from "@simsc/core/runs";
import {
  beta,
  choice,
  COORDINATES,
  KEYPOINTS,
  number,
  path,
  period,
  PLAIN_OUTPUT,
  positive,
  readingOptions,
  whole,
} from "./_arguments.ts";
import { backboneOptions } from "./_backbone_arguments.ts";
import { showDefaults } from "./_shown_defaults.ts";
import { shownTrainDefaults, SPLITS } from "./_train_defaults.ts";

/** The command, not yet parsed. */
export function describeTrain(): Command {
  const command = new Command("train")
    .configureOutput(PLAIN_OUTPUT)
    .description(
      "Fine-tune a backbone with SimSC. Without options: train a small one " +
        "on objects drawn here.",
    )
    .option("--data <folder>", "data set; without one, objects are drawn", path)
    .addOption(
      choice(
        "--format <layout>",
        "layout of the data set",
        Object.keys(SPLITS),
      ),
    )
    .option("--split <name>", "split to train on")
    .option("--validation-split <name>", "split that chooses the best")
    .addOption(choice("--backbone <name>", "network", BACKBONE_NAMES))
    .addOption(
      choice("--keypoints <where>", "of a csv layout: csv or .mat", KEYPOINTS),
    )
    .option("--weights <file>", "safetensors or .pth of the backbone", path)
    .addOption(choice("--scope <what>", "what is trained", ["last", "full"]))
    .option(
      "--temperature <kind>",
      "mlp[:START], single or fixed:BETA",
      temperature,
    )
    .option("--hidden <n>", "width of the temperature module", whole)
    .option("--no-l2", "leave features un-normalised")
    .option(
      "--epochs <n>",
      "as many steps as passes over the pairs take",
      whole,
    )
    .option(
      "--batch <n>",
      "pairs of a pass; with groups they set the steps alone",
      whole,
    )
    .option(
      "--accumulate <n>",
      "passes a step sums up, as one batch n times larger",
      whole,
    )
    .option("--clip-norm <norm>", "largest norm of the gradient", positive)
    .option(
      "--group-size <n>",
      "images matched each with each; 0: plain batches, as in the paper",
      whole,
    )
    .option("--groups <n>", "such groups a pass", whole)
    .option("--augment <list>", "of mirror, crop, colour", names)
    .option("--learning-rate <rate>", "Adam's, for the backbone", positive)
    .option(
      "--temperature-learning-rate <rate>",
      "Adam's, for the temperature",
      positive,
    )
    .addOption(choice("--schedule <kind>", "how the rates run", [
      "constant",
      "cosine",
    ]))
    .option("--warmup <steps>", "steps over which the rates rise", whole)
    .option("--gamma <weight>", "weight of the regulariser", number)
    .option("--beta-threshold <beta>", "temperature it starts below", positive)
    .option("--ns <cells>", "side of the supervised region", whole)
    .option("--nk <cells>", "side of the Gaussian kernel", whole)
    .option(
      "--sigma-cells <cells>",
      "width of the soft-argmax kernel",
      positive,
    )
    .addOption(choice("--target <kind>", "how truth meets the map", [
      "sampled",
      "splat",
    ]))
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .option("--size <pixels>", "side pictures are resized to", whole)
    .option(
      "--beta-eval <value>",
      "auto, or the temperature of validation",
      beta,
    )
    .option("--seed <n>", "names weights and order", whole)
    .option("--validate-every <steps>", "epoch, or steps", period)
    .option("--checkpoint-every <steps>", "steps between checkpoints", whole)
    .addOption(choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"]))
    .addOption(
      choice("--lowering <name>", "how models are written", LOWERINGS),
    )
    .option(
      "--feature-cache <folder>",
      "with --scope last: keep the trunk's features there; safe to delete",
      path,
    )
    .option("--out <folder>", "folder of the run", path)
    .option("--resume", "go on with the run in --out");
  [...readingOptions(), ...backboneOptions()]
    .forEach((option) => command.addOption(option));
  return showDefaults(command, shownTrainDefaults());
}

function names(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map((name) => name.trim());
}

function temperature(text: string): TemperatureConfig {
  if (text === "mlp") return { kind: "mlp" };
  if (text.startsWith("mlp:")) {
    return { kind: "mlp", start: positive(text.slice("mlp:".length)) };
  }
  // The parameter starts where the module does: its square at 0.25.
  if (text === "single") return { kind: "single", start: 0.5 };
  if (text.startsWith("fixed:")) {
    return { kind: "fixed", beta: positive(text.slice("fixed:".length)) };
  }
  throw new InvalidArgumentError("wanted mlp, mlp:START, single or fixed:BETA");
}
