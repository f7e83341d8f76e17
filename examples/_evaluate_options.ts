/**
 * The command line of `deno task evaluate`.
 */

import { Command, InvalidArgumentError, Option } from "commander";
import type { PckSpace, PckThreshold } from "@simsc/core";
import {
  BACKBONE_NAMES,
  BACKEND_NAMES,
  type BackendName,
  type ImageSize,
} from "@simsc/core/runs";

/** What a command line asks for. */
export interface EvaluateCommand {
  /** Folder of the data set. */
  readonly data: string;
  /** Layout of the folder. */
  readonly format: "pf-willow" | "willow" | "spair";
  /** Split to evaluate. */
  readonly split: string;
  /** Checkpoint file or run folder; else `backbone` and `weights`. */
  readonly checkpoint?: string;
  /** Network of plain weights. */
  readonly backbone?: string;
  /** Plain weights, safetensors. */
  readonly weights?: string;
  /** Temperature of the matching. */
  readonly betaEval: "auto" | number;
  /** Side pictures are resized to. */
  readonly size: ImageSize;
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
  /** Which length scales the threshold; the data set's by default. */
  readonly threshold?: PckThreshold;
  /** How pixels meet cells; the checkpoint's or `simple` by default. */
  readonly coordinates?: "simple" | "center" | "alignCorners";
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /** Width of the soft-argmax kernel in cells. */
  readonly sigmaCells: number;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
  /** File the whole result is written to. */
  readonly json?: string;
}

/**
 * Reads the arguments of the evaluate command; prints help or a usage error
 * and ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function evaluateCommand(args: readonly string[]): EvaluateCommand {
  const choice = (flags: string, text: string, choices: readonly string[]) =>
    new Option(flags, text).choices(choices);
  const command = new Command("evaluate")
    .description("PCK of a checkpoint or of plain weights on annotated pairs.")
    .requiredOption("--data <folder>", "data set")
    .addOption(
      choice("--format <layout>", "layout of the data set", [
        "pf-willow",
        "willow",
        "spair",
      ]).makeOptionMandatory(),
    )
    .option("--split <name>", "split to evaluate", "test")
    .option("--checkpoint <path>", "checkpoint, or folder of a run")
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights, safetensors")
    .option(
      "--beta-eval <value>",
      "auto (the model's own temperature) or a number",
      beta,
      "auto",
    )
    .option("--size <pixels>", "side of the square, or original", size, 256)
    .addOption(
      choice("--space <pixels>", "pixels errors are measured in", [
        "evaluation",
        "original",
      ]).default("evaluation"),
    )
    .addOption(
      choice("--threshold <length>", "reference length; the data set's", [
        "img",
        "kps",
        "bbox",
      ]),
    )
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", [
        "simple",
        "center",
        "alignCorners",
      ]),
    )
    .option("--alphas <list>", "fractions of the length", list, [.05, .1, .15])
    .option("--sigma-cells <cells>", "width of the kernel", positive, 7)
    .addOption(
      choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"])
        .default("auto"),
    )
    .option("--json <file>", "write the whole result there");
  command.parse(args, { from: "user" });
  const options = command.opts<EvaluateCommand>();
  const plain = options.backbone !== undefined && options.weights !== undefined;
  if ((options.checkpoint !== undefined) === plain) {
    command.error(
      "error: give either --checkpoint, or --backbone and --weights",
    );
  }
  if (plain && options.betaEval === "auto") {
    command.error(
      "error: plain weights have no temperature of their own: give --beta-eval",
    );
  }
  return options;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError("wanted a number > 0");
  }
  return value;
}

function beta(text: string): "auto" | number {
  return text === "auto" ? "auto" : positive(text);
}

function size(text: string): ImageSize {
  if (text === "original") return text;
  const value = positive(text);
  if (!Number.isInteger(value) || value < 16) {
    throw new InvalidArgumentError("wanted original or a whole number >= 16");
  }
  return value;
}

function list(text: string): readonly number[] {
  return text.split(",").map(positive);
}
