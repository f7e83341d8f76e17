/**
 * The options of `deno task evaluate`, and what their values may be.
 */

import { Command, InvalidArgumentError } from "commander";
import { DATA_FORMATS, READING_DEFAULTS } from "@simsc/core/data";
import {
  AVERAGES,
  BACKBONE_NAMES,
  BACKEND_NAMES,
  type ImageSize,
  type LocalizerName,
  LOCALIZERS,
  LOWERINGS,
  paperDefaults,
  TABLE_FORMATS,
  WINDOW_DEFAULTS,
} from "@simsc/core/runs";
import {
  beta,
  choice,
  COORDINATES,
  KEYPOINTS,
  path,
  PLAIN_OUTPUT,
  positive,
  readingOptions,
  whole,
} from "./_arguments.ts";
import { backboneOptions } from "./_backbone_arguments.ts";
import { MODEL_DEFAULTS, showDefaults } from "./_shown_defaults.ts";

/** What is taken where an option is left out, and neither run nor data set has it. */
export const EVALUATE_DEFAULTS = {
  split: "test",
  betaEval: paperDefaults.betaEval,
  sigmaCells: paperDefaults.sigmaCells,
  ...WINDOW_DEFAULTS,
} as const;

/** The command, not yet parsed. */
export function describeEvaluate(): Command {
  const command = new Command("evaluate")
    .configureOutput(PLAIN_OUTPUT)
    .description(
      "PCK of models on annotated pairs. --checkpoint (or --backbone and " +
        "--weights) and --data may be given several times: what stands " +
        "behind one belongs to it, what stands before the first to all.",
    )
    .optionsGroup("Models:")
    .option("--checkpoint <path>", "checkpoint, or folder of a run", path)
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights: safetensors or .pth", path)
    .option("--name <text>", "what the model is called in tables", path);
  backboneOptions().forEach((option) => command.addOption(option));
  command.optionsGroup("Data sets:")
    .option("--data <folder>", "data set", path)
    .addOption(
      choice("--format <layout>", "layout of the data set", DATA_FORMATS),
    )
    .option("--split <name>", "split to evaluate", path)
    .addOption(
      choice("--keypoints <where>", "of a csv layout", KEYPOINTS),
    )
    .addOption(
      choice("--threshold <length>", "reference length", [
        "img",
        "kps",
        "bbox",
      ]),
    );
  readingOptions().forEach((option) => command.addOption(option));
  command
    .optionsGroup("Protocol:")
    .option(
      "--size <list>",
      "sides of the square in pixels, or original",
      listOf(size),
    )
    .option(
      "--max-side <pixels>",
      "shrink in proportion to a longest side, as well",
      atLeastACell,
    )
    .addOption(
      choice("--space <pixels>", "pixels errors are measured in", [
        "evaluation",
        "original",
      ]).default("evaluation"),
    )
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .option(
      "--alphas <list>",
      "fractions of the length",
      listOf(positive),
      [.05, .1, .15],
    )
    .optionsGroup("Reading of matches:")
    .option(
      "--localizer <list>",
      `${LOCALIZERS.join(", ")}; or all`,
      localizers,
      ["kernelSoftArgmax"],
    )
    .option(
      "--beta-eval <list>",
      "auto (the model's own temperature) and numbers",
      listOf(beta),
    )
    .option("--sigma-cells <cells>", "width of the kernel", positive)
    .option("--radius-cells <cells>", "reach of the window", whole)
    .addOption(
      choice("--outside <what>", "scores outside the window", [
        "masked",
        "cropped",
      ]),
    )
    .optionsGroup("Results:")
    .addOption(
      choice("--table <form>", "print one table alone", TABLE_FORMATS),
    )
    .addOption(
      choice("--average <name>", "average in that table", AVERAGES)
        .default("perImage"),
    )
    .option("--details", "show categories and grades of all")
    .option("--compare", "compare with the first, pair by pair")
    .option("--bootstrap <n>", "sets drawn for intervals; 0: none", whole, 1000)
    .option("--seed <n>", "names the drawn sets", whole, 0)
    .option("--json <file>", "write the whole result there", path)
    .optionsGroup("Device:")
    .addOption(
      choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"])
        .default("auto"),
    )
    .addOption(
      choice("--lowering <name>", "how models are written", LOWERINGS)
        .default("auto"),
    )
    .option(
      "--feature-cache <folder>",
      "keep feature maps there, by image and weights; safe to delete",
      path,
    )
    .option("--batch <n>", "pictures of a forward pass", count, 8)
    .option(
      "--keep-images <n>",
      "pictures whose features are kept at once",
      count,
      512,
    );
  return showDefaults(command, {
    ...READING_DEFAULTS,
    ...EVALUATE_DEFAULTS,
    ...MODEL_DEFAULTS,
    threshold: "the data set's",
    betaEval:
      `the run's, or ${EVALUATE_DEFAULTS.betaEval}; plain weights need numbers`,
  });
}

function size(text: string): ImageSize {
  return text === "original" ? text : atLeastACell(text);
}

function atLeastACell(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value) || value < 16) {
    throw new InvalidArgumentError("wanted a whole number >= 16");
  }
  return value;
}

function count(text: string): number {
  const value = whole(text);
  if (value < 1) throw new InvalidArgumentError("wanted a whole number >= 1");
  return value;
}

function localizers(text: string): readonly LocalizerName[] {
  if (text === "all") return LOCALIZERS;
  return text.split(",").map((name) => {
    const known = LOCALIZERS.find((each) => each === name);
    if (known) return known;
    throw new InvalidArgumentError(`wanted ${LOCALIZERS.join(", ")} or all`);
  });
}

function listOf<A>(one: (text: string) => A): (text: string) => readonly A[] {
  return (text) => text.split(",").map(one);
}
