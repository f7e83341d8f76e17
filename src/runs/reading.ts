/**
 * How a match is read from its score map.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";
import { kernelSoftArgmax } from "../core/kernel_soft_argmax.ts";
import { nearestNeighbor } from "../core/nearest_neighbor.ts";
import { softArgmax } from "../core/soft_argmax.ts";

/** Localisers that {@linkcode Reading} names. */
export const LOCALIZERS = [
  "nearestNeighbor",
  "bilinearNearestNeighbor",
  "softArgmax",
  "kernelSoftArgmax",
] as const;

/**
 * Name of a localiser: the best cell; the best cells of the four cells around
 * the query, mixed; the mean of the softmax; the same of the scores times a
 * Gaussian around the best cell, which is the paper's.
 */
export type LocalizerName = typeof LOCALIZERS[number];

/** One way to read matches from score maps; each choice changes numbers. */
export interface Reading {
  /** Temperature of the matching: the model's own, or a number > 0. */
  readonly betaEval: "auto" | number;
  /** Localiser; `kernelSoftArgmax` by default. */
  readonly localizer?: LocalizerName;
  /** Width of the kernel of `kernelSoftArgmax` in cells; others do not read it. */
  readonly sigmaCells: number;
}

/** A localiser that reads one map a query. */
export type MapLocalizer = Exclude<LocalizerName, "bilinearNearestNeighbor">;

/**
 * Whether a localiser reads its match from the query's own score map.
 *
 * @param name The localiser.
 * @returns False for the one that reads four maps a query.
 */
export function isMapLocalizer(name: LocalizerName): name is MapLocalizer {
  return name !== "bilinearNearestNeighbor";
}

/**
 * Matches of score maps by the localiser of a name.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`, scores over their temperature.
 * @param options Localiser and the width of its kernel.
 * @returns `[B, K, 2]`, (x, y) in cells.
 * @throws {OptionError} If there is no such localiser.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { readMaps } from "@simsc/core/runs";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 5, 0], [1, 1, 1, 3]);
 * const [xy] = await backend.read([
 *   readMaps(backend, maps, { localizer: "nearestNeighbor", sigmaCells: 7 }),
 * ]);
 * deepStrictEqual([...xy!], [1, 0]);
 * ```
 */
export function readMaps<T>(
  backend: Backend<T>,
  maps: T,
  { localizer, sigmaCells }: {
    readonly localizer: MapLocalizer;
    readonly sigmaCells: number;
  },
): T {
  switch (localizer) {
    case "nearestNeighbor":
      return nearestNeighbor(backend, maps);
    case "softArgmax":
      return softArgmax(backend, maps);
    case "kernelSoftArgmax":
      return kernelSoftArgmax(backend, maps, { sigmaCells });
    default: {
      const wanted = LOCALIZERS.filter(isMapLocalizer).join(", ");
      throw new OptionError("readMaps", "localizer", wanted, localizer);
    }
  }
}
