/**
 * Options that say what is read from a backbone, for more than one command.
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { whole } from "./_arguments.ts";

/** Options of what is read from a backbone. */
export function backboneOptions(): readonly Option[] {
  return [
    new Option(
      "--layer <n>",
      "block (ViT, from 0) or layer (ResNet, 1 to 3)",
    ).argParser((text) => [whole(text)]).conflicts("layers"),
    new Option(
      "--layers <list>",
      "several, as 8,11: each L2-normalised, concatenated",
    ).argParser(list),
    new Option("--norm", "apply a ViT's final layer norm; DINOv2's default"),
    new Option("--no-norm", "leave it out; DINO's and iBOT's default"),
  ];
}

/** What {@linkcode backboneOptions} was given, apart from other options. */
export function splitBackbone<
  Options extends {
    readonly layer?: readonly number[];
    readonly layers?: readonly number[];
    readonly norm?: boolean;
  },
>({ layer, layers = layer, norm, ...given }: Options): {
  readonly chosen: {
    readonly layers?: readonly number[];
    readonly finalNorm?: boolean;
  };
  readonly given: Omit<Options, "layer" | "layers" | "norm">;
} {
  return {
    chosen: {
      ...(layers && { layers }),
      ...(norm !== undefined && { finalNorm: norm }),
    },
    given,
  };
}

/**
 * Whether plain weights are named; ends the process where it is neither these
 * nor a checkpoint, or both, or something is chosen that a checkpoint has.
 */
export function namesWeights(
  command: Command,
  { checkpoint, backbone, weights, chosen }: {
    readonly checkpoint?: string | undefined;
    readonly backbone?: string | undefined;
    readonly weights?: string | undefined;
    readonly chosen: Readonly<Record<string, unknown>>;
  },
): boolean {
  const isPlain = backbone !== undefined && weights !== undefined;
  const isAnyPlain = backbone !== undefined || weights !== undefined;
  if (checkpoint === undefined ? !isPlain : isAnyPlain) noModel(command);
  if (!isPlain && Object.keys(chosen).length > 0) noChoice(command);
  return isPlain;
}

/** Ends the process: no model is named, or two are. */
export function noModel(command: Command): never {
  return command.error(
    "error: give either --checkpoint, or --backbone and --weights",
  );
}

/** Ends the process: what is read from a checkpoint is not chosen anew. */
export function noChoice(command: Command): never {
  return command.error(
    "error: --layer, --layers and --norm are of plain weights: " +
      "a checkpoint has its own",
  );
}

function list(text: string): readonly number[] {
  const layers = text.split(",").map(whole);
  if (new Set(layers).size < layers.length) {
    throw new InvalidArgumentError("wanted each layer once");
  }
  return layers;
}
