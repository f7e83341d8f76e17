/**
 * The command line of `deno task export`.
 */

import { Command, InvalidArgumentError } from "commander";
import { readWeightsOrigin, weightsLicense } from "@simsc/core/data";
import {
  BACKBONE_NAMES,
  type LocalizerName,
  LOCALIZERS,
  type PixelRange,
} from "@simsc/core/runs";
import {
  beta,
  choice,
  COORDINATES,
  path,
  PLAIN_OUTPUT,
  positive,
  requireOptions,
} from "./_arguments.ts";
import {
  backboneOptions,
  namesWeights,
  splitBackbone,
} from "./_backbone_arguments.ts";
import { MODEL_DEFAULTS, showDefaults } from "./_shown_defaults.ts";

/** What a command line asks for. */
export interface ExportCommand {
  /** File to write. */
  readonly out: string;
  /** Checkpoint file or run folder; else `backbone` and `weights`. */
  readonly checkpoint?: string;
  /** Network of plain weights. */
  readonly backbone?: string;
  /** Plain weights. */
  readonly weights?: string;
  /** Blocks or layers of plain weights that are read. */
  readonly layers?: readonly number[];
  /** Whether a ViT's final layer norm is applied to plain weights. */
  readonly finalNorm?: boolean;
  /** Precision of the backbone. */
  readonly dtype: "float32" | "float16";
  /** Points that one run matches. */
  readonly queries: number;
  /** `[H, W]`; the run's square by default. */
  readonly size?: readonly [H: number, W: number];
  /** What the images hold. */
  readonly pixels: PixelRange;
  /** Temperature; the run's own choice by default. */
  readonly betaEval?: "auto" | number;
  /** How a match is read. */
  readonly localizer: LocalizerName;
  /** Width of the kernel in cells; the run's or 7 by default. */
  readonly sigmaCells?: number;
  /** How pixels meet cells; the model's by default. */
  readonly coordinates?: "simple" | "center" | "alignCorners";
  /** Licence to write into the file. */
  readonly license?: string;
}

/**
 * Reads the arguments of the export command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function exportCommand(args: readonly string[]): ExportCommand {
  const command = new Command("export")
    .configureOutput(PLAIN_OUTPUT)
    .description("Write a model as one ONNX file that any runtime runs alone.")
    .option("--out <file>", "file to write, .onnx", onnx)
    .option("--checkpoint <path>", "checkpoint, or folder of a run", path)
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights: safetensors or .pth", path)
    .addOption(
      choice("--dtype <type>", "of the backbone", ["float32", "float16"])
        .default("float32"),
    )
    .option("--queries <count>", "points of one run", count, 20)
    .option("--size <HxW>", "pixels, as 256 or 240x320", size)
    .addOption(
      choice("--pixels <range>", "what images hold", ["rgb255", "normalized"])
        .default("rgb255"),
    )
    .option("--beta-eval <value>", "auto (the model's own) or a number", beta)
    .addOption(
      choice("--localizer <name>", "how a match is read", LOCALIZERS)
        .default("kernelSoftArgmax"),
    )
    .option("--sigma-cells <cells>", "width of the kernel", positive)
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .option("--license <text>", "licence of the weights");
  backboneOptions().forEach((option) => command.addOption(option));
  showDefaults(command, {
    ...MODEL_DEFAULTS,
    betaEval: "the run's; plain weights need it",
    license: "that of known weights",
  });
  command.parse(args, { from: "user" });
  requireOptions(command, "out");
  const { chosen, given } = splitBackbone(command.opts<ExportCommand>());
  const options: ExportCommand = { ...given, ...chosen };
  const { checkpoint, backbone, weights, betaEval } = options;
  const named = { checkpoint, backbone, weights, chosen };
  if (namesWeights(command, named) && typeof betaEval !== "number") {
    command.error(
      "error: plain weights have no temperature of their own: give --beta-eval",
    );
  }
  return options;
}

function onnx(text: string): string {
  if (/[^/\\]\.onnx$/.test(text)) return text;
  throw new InvalidArgumentError(
    "wanted a file ending in .onnx: it is ONNX that is written, whatever the " +
      "name; weights convert writes safetensors",
  );
}

function count(text: string): number {
  const value = positive(text);
  if (!Number.isInteger(value)) {
    throw new InvalidArgumentError("wanted a whole number >= 1");
  }
  return value;
}

function size(text: string): readonly [number, number] {
  const [h = NaN, w = h, ...more] = text.split("x").map(Number);
  const whole = (x: number) => Number.isInteger(x) && x >= 1;
  if (!whole(h) || !whole(w) || more.length > 0) {
    throw new InvalidArgumentError("wanted a side, 256, or HxW, 240x320");
  }
  return [h, w];
}

/** What is known of the licence of weights, by their name or the note beside them. */
export async function licenseOf(
  weights: string,
): Promise<string | undefined> {
  return weightsLicense(weights) ?? (await readWeightsOrigin(weights))?.license;
}
