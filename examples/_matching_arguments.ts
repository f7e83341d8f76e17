/**
 * Options of the commands that match pictures: which model, and how its matches
 * are read.
 */

import { type Command, Option } from "commander";
import {
  BACKBONE_NAMES,
  type CoordinateRule,
  type ImageSize,
  type LocalizerName,
  LOCALIZERS,
  type OpenedModel,
  paperDefaults,
  type PlainWeights,
  type Reading,
  WINDOW_DEFAULTS,
} from "@simsc/core/runs";
import {
  beta,
  choice,
  COORDINATES,
  imageSize,
  path,
  positive,
  UNLEARNED_BETA,
  whole,
} from "./_arguments.ts";
import {
  backboneOptions,
  namesWeights,
  splitBackbone,
} from "./_backbone_arguments.ts";
import { MODEL_DEFAULTS } from "./_shown_defaults.ts";

/** The options as Commander hands them over. */
export interface GivenMatching {
  readonly checkpoint?: string;
  readonly backbone?: string;
  readonly weights?: string;
  readonly localizer: LocalizerName;
  readonly betaEval?: "auto" | number;
  readonly sigmaCells?: number;
  readonly radiusCells?: number;
  readonly outside?: "masked" | "cropped";
  readonly size?: ImageSize;
  readonly coordinates?: CoordinateRule;
  readonly layer?: readonly number[];
  readonly layers?: readonly number[];
  readonly norm?: boolean;
}

/** A model by its files, and how its matches are read. */
export interface Matching {
  /** A run, or plain weights; neither where no option names one. */
  readonly model?: { readonly checkpoint: string } | PlainWeights;
  /** How matches are read. */
  readonly reading: (model: OpenedModel) => Reading;
  /** Whether the temperature is that of plain weights, and not told. */
  readonly isBetaDefault: boolean;
}

/** Defaults of {@linkcode matchingOptions} that Commander does not know. */
export const MATCHING_DEFAULTS = {
  ...MODEL_DEFAULTS,
  ...WINDOW_DEFAULTS,
  betaEval: `the run's; of plain weights ${UNLEARNED_BETA}, the paper's`,
} as const;

/** The options. */
export function matchingOptions(): readonly Option[] {
  return [
    new Option("--checkpoint <path>", "checkpoint, or folder of a run")
      .argParser(path),
    choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    new Option("--weights <file>", "plain weights: safetensors or .pth")
      .argParser(path),
    new Option(
      "--beta-eval <value>",
      "auto (the model's own temperature) or a number",
    ).argParser(beta),
    choice("--localizer <name>", "how a match is read", LOCALIZERS)
      .default("kernelSoftArgmax"),
    new Option("--sigma-cells <cells>", "width of the kernel")
      .argParser(positive),
    new Option("--radius-cells <cells>", "reach of the window")
      .argParser(whole),
    choice("--outside <what>", "scores outside the window", [
      "masked",
      "cropped",
    ]),
    new Option("--size <pixels>", "side of the square, or original")
      .argParser(imageSize),
    choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    ...backboneOptions(),
  ];
}

/** Options that are neither of the model nor of its reading. */
type OtherOptions<G> = Omit<
  Omit<G, "layer" | "layers" | "norm">,
  | "checkpoint"
  | "backbone"
  | "weights"
  | "betaEval"
  | "localizer"
  | "sigmaCells"
  | "radiusCells"
  | "outside"
>;

/**
 * What the options ask for; ends the process where they do not fit together.
 *
 * @param command The command, parsed.
 * @param given Its options.
 * @returns The model and its reading, and the options that are neither.
 */
export function matchingOf<G extends GivenMatching>(
  command: Command,
  given: G,
): { readonly matching: Matching; readonly others: OtherOptions<G> } {
  const { chosen, given: options } = splitBackbone(given);
  const {
    checkpoint,
    backbone,
    weights,
    betaEval,
    localizer,
    sigmaCells,
    radiusCells = WINDOW_DEFAULTS.radiusCells,
    outside = WINDOW_DEFAULTS.outside,
    ...others
  } = options;
  const isNamed = [checkpoint, backbone, weights, ...Object.keys(chosen)]
    .some((each) => each !== undefined);
  const isPlain = isNamed && namesWeights(command, { ...options, chosen });
  if (isPlain && betaEval === "auto") {
    command.error("error: plain weights have no temperature of their own");
  }
  const model = isPlain
    ? { backbone: backbone ?? "", weights: weights ?? "", ...chosen }
    : { checkpoint: checkpoint ?? "" };
  const matching: Matching = {
    ...(isNamed && { model }),
    isBetaDefault: isPlain && betaEval === undefined,
    reading: ({ training }) => ({
      betaEval: betaEval ?? training?.betaEval ??
        (isPlain ? UNLEARNED_BETA : "auto"),
      localizer,
      sigmaCells: sigmaCells ?? training?.sigmaCells ??
        paperDefaults.sigmaCells,
      ...(localizer === "windowSoftArgmax" && { radiusCells, outside }),
    }),
  };
  return { matching, others };
}
