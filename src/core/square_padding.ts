import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { OptionError, ShapeError } from "./errors.ts";
import type { Point } from "./point.ts";

/** Options of {@linkcode squarePadding}. */
export interface SquarePaddingOptions {
  /** `[H, W]` of the image in pixels. */
  readonly imageSize: readonly [H: number, W: number];
  /** Side of the square; the longer side of the image by default. */
  readonly size?: number;
  /** Where the image lies: in the middle, or in the corner at the origin. */
  readonly align: "center" | "start";
}

/** How an image is laid into a square. */
export interface SquarePadding {
  /** Side of the square in pixels. */
  readonly size: number;
  /** `[H, W]` of the image. */
  readonly imageSize: readonly [H: number, W: number];
  /** `[H', W']` it is resized to first: its longer side becomes `size`. */
  readonly resized: readonly [H: number, W: number];
  /** Rows above and columns left of it. */
  readonly offset: readonly [top: number, left: number];
}

/**
 * Lays an image of any shape into a square without changing its proportions:
 * resized so that its longer side is `size`, then padded,
 * `x' = x W' / W + left`, `y' = y H' / H + top`.
 *
 * `center` puts half of the padding (rounded down) before the image, `start`
 * puts all of it right and below.
 *
 * @param options Image, square and alignment.
 * @returns Plain numbers for {@linkcode padToSquare}, {@linkcode toSquare} and
 *   {@linkcode fromSquare}.
 * @throws {OptionError} If a size is not a whole number >= 1 or `align` is
 *   unknown.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { fromSquare, squarePadding, toSquare } from "@simsc/core";
 *
 * const padding = squarePadding({
 *   imageSize: [200, 400],
 *   size: 100,
 *   align: "center",
 * });
 * deepStrictEqual(padding.resized, [50, 100]);
 * deepStrictEqual(toSquare([[40, 20]], padding), [[10, 30]]);
 * deepStrictEqual(fromSquare([[10, 30]], padding), [[40, 20]]);
 * ```
 */
export function squarePadding(options: SquarePaddingOptions): SquarePadding {
  const { imageSize, align } = options;
  const [height, width] = imageSize;
  const longer = Math.max(height, width);
  const size = options.size ?? longer;
  const whole = (x: number) => Number.isInteger(x) && x >= 1;
  const fn = "squarePadding";
  if (!imageSize.every(whole)) {
    throw new OptionError(fn, "imageSize", "whole numbers >= 1", imageSize);
  }
  if (!whole(size)) {
    throw new OptionError(fn, "size", "a whole number >= 1", size);
  }
  if (align !== "center" && align !== "start") {
    throw new OptionError(fn, "align", "center or start", align);
  }
  const scaled = (side: number) =>
    Math.max(1, Math.round(side * size / longer));
  const resized = [scaled(height), scaled(width)] as const;
  const before = (side: number) =>
    align === "center" ? Math.floor((size - side) / 2) : 0;
  const offset = [before(resized[0]), before(resized[1])] as const;
  return { size, imageSize, resized, offset };
}

/**
 * Zeros around images that were resized to `padding.resized`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param images `[B, C, H', W']`.
 * @param padding Of {@linkcode squarePadding}.
 * @returns `[B, C, size, size]`.
 * @throws {ShapeError} If the images are not of that size.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { padToSquare, referenceBackend, squarePadding } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const padding = squarePadding({ imageSize: [1, 3], align: "center" });
 * const row = backend.tensor([1, 2, 3], [1, 1, 1, 3]);
 * const [values] = await backend.read([padToSquare(backend, row, padding)]);
 * deepStrictEqual([...values!], [0, 0, 0, 1, 2, 3, 0, 0, 0]);
 * ```
 */
export function padToSquare<T>(
  backend: Backend<T>,
  images: T,
  { size, resized, offset }: SquarePadding,
): T {
  const shape = backend.shape(images);
  const [, , h, w] = axes("padToSquare", "images", shape, ["B", "C", "H", "W"]);
  if (h !== resized[0] || w !== resized[1]) {
    const wanted = `[B, C, ${resized.join(", ")}]`;
    throw new ShapeError("padToSquare", "images", wanted, shape);
  }
  return backend.pad(images, [
    [0, 0],
    [0, 0],
    [offset[0], size - h - offset[0]],
    [offset[1], size - w - offset[1]],
  ]);
}

/**
 * Points of an image in the square it was laid into.
 *
 * @param points (x, y) in pixels of the image.
 * @param padding Of {@linkcode squarePadding}.
 * @returns (x, y) in pixels of the square.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { squarePadding, toSquare } from "@simsc/core";
 *
 * const imageSize = [200, 400] as const;
 * const padding = squarePadding({ imageSize, size: 100, align: "center" });
 * // A quarter of its size, with 25 rows above.
 * deepStrictEqual(toSquare([[0, 0], [400, 200]], padding), [[0, 25], [100, 75]]);
 * ```
 */
export function toSquare(
  points: readonly Point[],
  { imageSize, resized, offset }: SquarePadding,
): readonly Point[] {
  return points.map(([x, y]) => [
    x * resized[1] / imageSize[1] + offset[1],
    y * resized[0] / imageSize[0] + offset[0],
  ]);
}

/**
 * Points of the square in the image that was laid into it, the inverse of
 * {@linkcode toSquare}.
 *
 * @param points (x, y) in pixels of the square.
 * @param padding Of {@linkcode squarePadding}.
 * @returns (x, y) in pixels of the image; outside it where the point lies in
 *   the padding.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { fromSquare, squarePadding } from "@simsc/core";
 *
 * const imageSize = [200, 400] as const;
 * const padding = squarePadding({ imageSize, size: 100, align: "center" });
 * const points = fromSquare([[50, 50], [50, 0]], padding);
 * deepStrictEqual(points, [[200, 100], [200, -100]]); // the second: above it
 * ```
 */
export function fromSquare(
  points: readonly Point[],
  { imageSize, resized, offset }: SquarePadding,
): readonly Point[] {
  return points.map(([x, y]) => [
    (x - offset[1]) * imageSize[1] / resized[1],
    (y - offset[0]) * imageSize[0] / resized[0],
  ]);
}
