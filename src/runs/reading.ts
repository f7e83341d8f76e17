/**
 * How a match is read from its score map.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { Localizer } from "../core/locate.ts";
import type { WindowKind } from "../core/window_soft_argmax.ts";

/** Localisers that a {@linkcode Reading} names. */
export const LOCALIZERS = [
  "nearestNeighbor",
  "bilinearNearestNeighbor",
  "softArgmax",
  "kernelSoftArgmax",
  "windowSoftArgmax",
] as const;

/**
 * Name of a localiser: the best cell; the best cells of the four cells around
 * the query, mixed; the mean of the softmax; the same of the scores times a
 * Gaussian around the best cell, which is the paper's; the same of a square
 * window around it.
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
  /** Reach of the window of `windowSoftArgmax` in cells, 7 by default; others do not read it. */
  readonly radiusCells?: number;
  /** What scores outside that window become, `masked` by default. */
  readonly outside?: WindowKind;
}

/** Window of `windowSoftArgmax` where a reading does not say. */
export const WINDOW_DEFAULTS: Required<
  Pick<Reading, "radiusCells" | "outside">
> = { radiusCells: 7, outside: "masked" };

/**
 * The localiser of a reading as `locate` takes it.
 *
 * @param reading Its name and widths.
 * @returns The localiser, with the widths it reads; `undefined` for
 *   `bilinearNearestNeighbor`, which reads four maps a query.
 * @throws {OptionError} If there is no such localiser.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mapLocalizer } from "@simsc/core/runs";
 *
 * deepStrictEqual(mapLocalizer({ betaEval: "auto", sigmaCells: 7 }), {
 *   kind: "kernelSoftArgmax",
 *   sigmaCells: 7,
 * });
 * ```
 */
export function mapLocalizer(reading: Reading): Localizer | undefined {
  const { localizer = "kernelSoftArgmax", sigmaCells } = reading;
  const {
    radiusCells = WINDOW_DEFAULTS.radiusCells,
    outside = WINDOW_DEFAULTS.outside,
  } = reading;
  switch (localizer) {
    case "nearestNeighbor":
    case "softArgmax":
      return { kind: localizer };
    case "kernelSoftArgmax":
      return { kind: localizer, sigmaCells };
    case "windowSoftArgmax":
      return { kind: localizer, radiusCells, outside };
    case "bilinearNearestNeighbor":
      return undefined;
    default: {
      const wanted = LOCALIZERS.join(", ");
      throw new OptionError("mapLocalizer", "localizer", wanted, localizer);
    }
  }
}
