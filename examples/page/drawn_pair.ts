/**
 * Pictures to begin with, drawn by the library.
 */

import type { Point } from "@simsc/core";
import {
  type DataError,
  proceduralCategories,
  proceduralImage,
  type RasterizeOptions,
  rasterizeSvg,
  type RgbImage,
} from "@simsc/core/data";
import type { AsyncResult } from "@simsc/core/runs";

/** Two pictures of a kind and points that both show. */
export interface DrawnPair {
  /** Names of the pictures. */
  readonly names: readonly [left: string, right: string];
  /** The pictures. */
  readonly images: readonly [left: RgbImage, right: RgbImage];
  /** (x, y) in pixels of the left one. */
  readonly points: readonly Point[];
}

/** Behind those that `deno task train` draws. */
const FIRST_SEED = 70_000;

/** Kinds that are easy to tell at a glance come first. */
const FIRST = ["bicycle", "bird", "car"];

/** Most points that are marked to begin with. */
const POINTS = 3;

/**
 * Draws a pair.
 *
 * @param place Which one, from 0; each next is of another kind.
 * @param options The rasteriser's WebAssembly.
 * @returns The pair, or why it cannot be drawn.
 */
export function drawnPair(
  place: number,
  options: RasterizeOptions = {},
): AsyncResult<DataError, DrawnPair> {
  const names = proceduralCategories().map(({ name }) => name);
  const kinds = [
    ...FIRST.filter((name) => names.includes(name)),
    ...names.filter((name) => !FIRST.includes(name)),
  ];
  const kind = kinds[place % kinds.length] as string;
  const [a, b] = [0, 1].map((side) =>
    proceduralImage(kind, {
      seed: FIRST_SEED + 2 * place + side,
      size: 384,
      overhang: 0,
      occluders: [0, 0],
    })
  ) as [ReturnType<typeof proceduralImage>, ReturnType<typeof proceduralImage>];
  const shared = a.keypoints.flatMap((point, k) =>
    point !== null && b.keypoints[k] ? [point] : []
  );
  const points = shared.filter((_, k) =>
    k % Math.max(1, Math.ceil(shared.length / POINTS)) === 0
  );
  return async () => {
    const left = await rasterizeSvg(a.svg, options)();
    if (left._tag === "Left") return left;
    const right = await rasterizeSvg(b.svg, options)();
    if (right._tag === "Left") return right;
    return {
      _tag: "Right",
      right: {
        names: [`drawn ${kind}, one`, `drawn ${kind}, another`],
        images: [left.right, right.right],
        points,
      },
    };
  };
}
