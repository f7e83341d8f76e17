import { OptionError } from "./errors.ts";
import type { Grid } from "./_grid.ts";
import type { Point } from "./point.ts";

/**
 * How pixels and cells of a feature map correspond; a property of the backbone.
 *
 * - `simple`: `p w / W`, the paper's, exact for a ResNet with symmetric padding.
 * - `center`: `(p + ½) w / W - ½`, exact for the patches of a ViT.
 * - `alignCorners`: `p (w - 1) / (W - 1)`, what much released code does.
 */
export type CoordinateRule = "simple" | "center" | "alignCorners";

/** Which rule, between which image and which grid. */
export interface CoordinateOptions {
  /** The rule; use one and the same for queries, targets and answers. */
  readonly rule: CoordinateRule;
  /** `[H, W]` of the image in pixels. */
  readonly imageSize: readonly [H: number, W: number];
  /** `[h, w]` of its feature map in cells. */
  readonly grid: Grid;
}

interface Axis {
  readonly pixels: number;
  readonly cells: number;
}

const rules: {
  readonly [Rule in CoordinateRule]: {
    readonly toCell: (p: number, axis: Axis) => number;
    readonly toPixel: (c: number, axis: Axis) => number;
  };
} = {
  simple: {
    toCell: (p, { pixels, cells }) => p * cells / pixels,
    toPixel: (c, { pixels, cells }) => c * pixels / cells,
  },
  center: {
    toCell: (p, { pixels, cells }) => (p + 0.5) * cells / pixels - 0.5,
    toPixel: (c, { pixels, cells }) => (c + 0.5) * pixels / cells - 0.5,
  },
  alignCorners: {
    toCell: (p, { pixels, cells }) => p * (cells - 1) / (pixels - 1),
    toPixel: (c, { pixels, cells }) => c * (pixels - 1) / (cells - 1),
  },
};

/**
 * Pixels of an image to cells of its feature map, x with widths and y with
 * heights, by the rule's formula (see {@linkcode CoordinateRule}).
 *
 * @param points (x, y) in pixels.
 * @param options Rule, image and grid.
 * @returns (x, y) in cells, not clamped.
 * @throws {OptionError} If the rule is unknown or does not fit the sizes.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { toCells } from "@simsc/core";
 *
 * const options = { imageSize: [256, 256], grid: [16, 16] } as const;
 * deepStrictEqual(toCells([[24, 8]], { ...options, rule: "simple" }), [
 *   [1.5, 0.5],
 * ]);
 * ```
 */
export function toCells(
  points: readonly Point[],
  options: CoordinateOptions,
): readonly Point[] {
  return convert("toCells", "toCell", points, options);
}

/**
 * Cells of a feature map to pixels of its image, the inverse of
 * {@linkcode toCells} under the same rule.
 *
 * @param points (x, y) in cells.
 * @param options Rule, image and grid.
 * @returns (x, y) in pixels.
 * @throws {OptionError} If the rule is unknown or does not fit the sizes.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { toPixels } from "@simsc/core";
 *
 * const options = { imageSize: [256, 256], grid: [16, 16] } as const;
 * deepStrictEqual(toPixels([[0, 1]], { ...options, rule: "center" }), [
 *   [7.5, 23.5],
 * ]);
 * ```
 */
export function toPixels(
  points: readonly Point[],
  options: CoordinateOptions,
): readonly Point[] {
  return convert("toPixels", "toPixel", points, options);
}

function convert(
  fn: string,
  direction: "toCell" | "toPixel",
  points: readonly Point[],
  { rule, imageSize, grid }: CoordinateOptions,
): readonly Point[] {
  const formula = rules[rule]?.[direction];
  if (formula === undefined) {
    throw new OptionError(fn, "rule", Object.keys(rules).join(", "), rule);
  }
  const least = rule === "alignCorners" ? 2 : 1;
  for (const [name, sizes] of Object.entries({ imageSize, grid })) {
    if (!sizes.every((size) => Number.isInteger(size) && size >= least)) {
      throw new OptionError(fn, name, `two whole numbers >= ${least}`, sizes);
    }
  }
  const horizontal = { pixels: imageSize[1], cells: grid[1] };
  const vertical = { pixels: imageSize[0], cells: grid[0] };
  return points.map(([x, y]) =>
    [formula(x, horizontal), formula(y, vertical)] as const
  );
}
