/**
 * The command line of `deno task evaluate`.
 */

import { Command, InvalidArgumentError } from "commander";
import type { PckSpace, PckThreshold } from "@simsc/core";
import {
  DATA_FORMATS,
  type DataFormat,
  type ReadingChoices,
} from "@simsc/core/data";
import {
  BACKBONE_NAMES,
  BACKEND_NAMES,
  type BackendName,
  type ImageSize,
  type Lowering,
  LOWERINGS,
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
} from "./_arguments.ts";
import { backboneOptions, splitBackbone } from "./_backbone_arguments.ts";

/** What a command line asks for. */
export interface EvaluateCommand extends ReadingChoices {
  /** Folder of the data set. */
  readonly data: string;
  /** Layout of the folder. */
  readonly format: DataFormat;
  /** Split to evaluate. */
  readonly split: string;
  /** Checkpoint file or run folder; else `backbone` and `weights`. */
  readonly checkpoint?: string;
  /** Network of plain weights. */
  readonly backbone?: string;
  /** Blocks or layers of plain weights that are read. */
  readonly layers?: readonly number[];
  /** Whether the final norm of plain weights is applied. */
  readonly finalNorm?: boolean;
  /** Plain weights, safetensors. */
  readonly weights?: string;
  /** Temperature of the matching; the run's own choice by default. */
  readonly betaEval?: "auto" | number;
  /** Side pictures are resized to; the run's or about 256 by default. */
  readonly size?: ImageSize;
  /** Where keypoints of a csv layout come from. */
  readonly keypoints: "csv" | "mat";
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
  /** Which length scales the threshold; the data set's by default. */
  readonly threshold?: PckThreshold;
  /** How pixels meet cells; the checkpoint's or the backbone's by default. */
  readonly coordinates?: "simple" | "center" | "alignCorners";
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /** Width of the soft-argmax kernel in cells; the run's or 7 by default. */
  readonly sigmaCells?: number;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
  /** How models of ONNX Runtime are written. */
  readonly lowering: Lowering;
  /** Folder that feature maps are kept in for the next time. */
  readonly featureCache?: string;
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
  const command = new Command("evaluate")
    .configureOutput(PLAIN_OUTPUT)
    .description("PCK of a checkpoint or of plain weights on annotated pairs.")
    .requiredOption("--data <folder>", "data set", path)
    .addOption(
      choice("--format <layout>", "layout of the data set", DATA_FORMATS)
        .makeOptionMandatory(),
    )
    .option("--split <name>", "split to evaluate", "test")
    .addOption(
      choice("--keypoints <where>", "of a csv layout", KEYPOINTS)
        .default("csv"),
    )
    .option("--checkpoint <path>", "checkpoint, or folder of a run", path)
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights: safetensors or .pth", path)
    .option(
      "--beta-eval <value>",
      "auto (the model's own temperature) or a number",
      beta,
    )
    .option("--size <pixels>", "side of the square, or original", size)
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
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .option("--alphas <list>", "fractions of the length", list, [.05, .1, .15])
    .option("--sigma-cells <cells>", "width of the kernel", positive)
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
    .option("--json <file>", "write the whole result there", path);
  [...readingOptions(), ...backboneOptions()]
    .forEach((option) => command.addOption(option));
  command.parse(args, { from: "user" });
  const { chosen, given } = splitBackbone(command.opts<EvaluateCommand>());
  const options: EvaluateCommand = { ...given, ...chosen };
  const { checkpoint, backbone, weights, betaEval } = options;
  const isPlain = backbone !== undefined && weights !== undefined;
  const isAnyPlain = backbone !== undefined || weights !== undefined;
  if (checkpoint === undefined ? !isPlain : isAnyPlain) {
    command.error(
      "error: give either --checkpoint, or --backbone and --weights",
    );
  }
  if (isPlain && typeof betaEval !== "number") {
    command.error(
      "error: plain weights have no temperature of their own: give --beta-eval",
    );
  }
  if (!isPlain && Object.keys(chosen).length > 0) {
    command.error(
      "error: --layer, --layers and --norm are of plain weights: " +
        "a checkpoint has its own",
    );
  }
  return options;
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
