/**
 * The command line of `deno task evaluate`.
 */

import type { Command } from "commander";
import type { PckSpace, PckThreshold } from "@simsc/core";
import type { ReadPairsOptions } from "@simsc/core/data";
import type {
  AverageName,
  BackendName,
  BootstrapOptions,
  CoordinateRule,
  ImageSize,
  LocalizerName,
  Lowering,
  OpenedModel,
  Reading,
  TableFormat,
} from "@simsc/core/runs";
import { needFormat, readingOptions, requireOptions } from "./_arguments.ts";
import { noChoice, noModel } from "./_backbone_arguments.ts";
import { describeEvaluate, EVALUATE_DEFAULTS } from "./_describe_evaluate.ts";
import { type Followers, followers } from "./_followers.ts";

/** A model that a command line names. */
export type ModelSource =
  & {
    /** What it is called in tables. */
    readonly name: string;
  }
  & (
    | {
      /** Checkpoint file or run folder. */
      readonly checkpoint: string;
    }
    | {
      /** Network of plain weights. */
      readonly backbone: string;
      /** Plain weights. */
      readonly weights: string;
      /** Blocks or layers that are read; the last by default. */
      readonly layers?: readonly number[];
      /** Whether a ViT's final norm is applied; by its family by default. */
      readonly finalNorm?: boolean;
    }
  );

/** A data set that a command line names. */
export interface SetSource extends ReadPairsOptions {
  /** Folder of the data set. */
  readonly data: string;
  /** Which length scales the threshold; the data set's by default. */
  readonly threshold?: PckThreshold;
}

/** What a command line asks for. */
export interface EvaluateCommand {
  /** Models, at least one. */
  readonly models: readonly ModelSource[];
  /** Data sets, at least one. */
  readonly sets: readonly SetSource[];
  /** Sizes pictures are resized to; the run's or about 256 by default. */
  readonly sizes?: readonly ImageSize[];
  /** Ways to read matches from the score maps of a model. */
  readonly readings: (model: OpenedModel) => readonly Reading[];
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
  /** How pixels meet cells; the model's own rule by default. */
  readonly coordinates?: CoordinateRule;
  /** Fractions of θ. */
  readonly alphas: readonly number[];
  /** Which average tables of several evaluations show. */
  readonly average: AverageName;
  /** How intervals are drawn. */
  readonly bootstrap?: BootstrapOptions;
  /** Whether all are compared with the first of their data set. */
  readonly compare: boolean;
  /** Whether categories and grades of all are shown. */
  readonly details: boolean;
  /** Form of the table; a table of several where it is given. */
  readonly table?: TableFormat;
  /** File the whole result is written to. */
  readonly json?: string;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
  /** How models of ONNX Runtime are written. */
  readonly lowering: Lowering;
  /** Folder that feature maps are kept in for the next time. */
  readonly featureCache?: string;
  /** Pictures of a forward pass. */
  readonly batch: number;
  /** Pictures whose features are kept at once. */
  readonly keepImages: number;
}

/** Options as Commander hands them over. */
interface Given extends
  Pick<
    EvaluateCommand,
    | "space"
    | "coordinates"
    | "alphas"
    | "average"
    | "table"
    | "json"
    | "backend"
    | "lowering"
    | "batch"
    | "keepImages"
    | "featureCache"
  > {
  readonly size?: readonly ImageSize[];
  readonly maxSide?: number;
  readonly localizer: readonly LocalizerName[];
  readonly betaEval?: readonly ("auto" | number)[];
  readonly sigmaCells?: number;
  readonly radiusCells?: number;
  readonly outside?: "masked" | "cropped";
  readonly bootstrap: number;
  readonly seed: number;
  readonly compare?: true;
  readonly details?: true;
}

/**
 * Reads the arguments of the evaluate command; prints help or a usage error
 * and ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function evaluateCommand(args: readonly string[]): EvaluateCommand {
  const command = describeEvaluate();
  const models = followers(command, {
    leads: ["checkpoint", "backbone"],
    follow: ["weights", "name", "layer", "layers", "norm", "no-norm"],
  });
  const sets = followers(command, {
    leads: ["data"],
    follow: [
      "format",
      "split",
      "keypoints",
      "threshold",
      ...readingOptions().map((option) => option.name()),
    ],
  });
  command.parse(args, { from: "user" });
  requireOptions(command, "data");
  const given = command.opts<Given>();
  const { size, maxSide, bootstrap, seed, compare, details, ...others } = given;
  const sizes = [...size ?? [], ...(maxSide ? [{ maxSide }] : [])];
  if (models.length === 0) noModel(command);
  const named = models.map((model) => namedModel(command, model));
  const isPlain = named.some((model) => "weights" in model);
  const isAuto = (given.betaEval ?? ["auto"]).includes("auto");
  if (isPlain && isAuto && !given.localizer.every(isCold)) {
    command.error(
      "error: plain weights have no temperature of their own: give --beta-eval",
    );
  }
  return {
    ...others,
    models: named,
    sets: sets.map(({ format, split = EVALUATE_DEFAULTS.split, ...rest }) => {
      if (format !== undefined) {
        return { ...withNumbers(rest), format, split } as SetSource;
      }
      return needFormat(command, rest["data"]);
    }),
    ...(sizes.length > 0 && { sizes }),
    readings: (model) => readingsOf(given, model),
    ...(bootstrap > 0 &&
      { bootstrap: { seed, resamples: bootstrap, level: 0.95 } }),
    compare: compare ?? false,
    details: details ?? false,
  };
}

/** Followers are text; of how annotations are read two are numbers. */
function withNumbers(given: Followers): Readonly<Record<string, unknown>> {
  const isNumber = (name: string) =>
    name === "everyPixels" || name === "perCategory";
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      isNumber(name) ? Number(value) : value,
    ]),
  );
}

function namedModel(
  command: Command,
  { checkpoint, backbone, weights, name, ...read }: Followers,
): ModelSource {
  if (checkpoint !== undefined && weights === undefined) {
    if (Object.keys(read).length > 0) noChoice(command);
    const folder = checkpoint.split(/[/\\]/)
      .findLast((part) => part !== "" && !part.endsWith(".safetensors"));
    return { name: name ?? folder ?? checkpoint, checkpoint };
  }
  if (checkpoint === undefined && backbone !== undefined && weights) {
    const { layers = read["layer"], norm, noNorm } = read;
    return {
      name: name ?? backbone,
      backbone,
      weights,
      ...(layers && { layers: layers.split(",").map(Number) }),
      ...((norm ?? noNorm) !== undefined && { finalNorm: norm !== undefined }),
    };
  }
  return noModel(command);
}

/** Every localiser at every temperature; those that read none once. */
function readingsOf(
  {
    localizer,
    betaEval,
    radiusCells = EVALUATE_DEFAULTS.radiusCells,
    outside = EVALUATE_DEFAULTS.outside,
    ...given
  }: Given,
  { training }: OpenedModel,
): readonly Reading[] {
  const { betaEval: beta, sigmaCells: width } = {
    ...EVALUATE_DEFAULTS,
    ...training,
  };
  const betas = betaEval ?? [beta];
  const sigmaCells = given.sigmaCells ?? width;
  return localizer.flatMap((name) => {
    // A number, so that weights without a temperature need none.
    const known = isCold(name) ? [betas.find(Number.isFinite) ?? 1] : betas;
    return known.map((betaEval): Reading => ({
      betaEval,
      localizer: name,
      sigmaCells,
      ...(name === "windowSoftArgmax" &&
        { radiusCells, outside }),
    }));
  });
}

function isCold(localizer: LocalizerName): boolean {
  return localizer === "nearestNeighbor" ||
    localizer === "bilinearNearestNeighbor";
}
