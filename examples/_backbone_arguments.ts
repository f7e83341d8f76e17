/**
 * Options that say what is read from a backbone, for more than one command.
 */

import { InvalidArgumentError, Option } from "commander";
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

function list(text: string): readonly number[] {
  const layers = text.split(",").map(whole);
  if (new Set(layers).size < layers.length) {
    throw new InvalidArgumentError("wanted each layer once");
  }
  return layers;
}
