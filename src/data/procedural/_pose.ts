import type { Point } from "../image_pair.ts";
import { turn } from "./_path.ts";
import type { ProceduralOptions } from "./procedural_options.ts";
import { type RandomState, sample } from "../_random.ts";

/** Where and how an object stands in a picture. */
export interface Pose {
  /** Object units to pixels of the drawing. */
  readonly move: (point: Point) => Point;
  /** Pixels of one object unit, for line widths. */
  readonly scale: number;
  /** Whether the object faces left. */
  readonly mirrored: boolean;
}

/** A picture's sides in pixels. */
export interface Canvas {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Left, top, right and bottom of a set of points. */
export function boundsOf(
  points: readonly Point[],
): readonly [number, number, number, number] {
  return points.reduce<readonly [number, number, number, number]>(
    ([l, t, r, b], [x, y]) => [
      Math.min(l, x),
      Math.min(t, y),
      Math.max(r, x),
      Math.max(b, y),
    ],
    [Infinity, Infinity, -Infinity, -Infinity],
  );
}

/**
 * A random pose: mirror, homography, stretch, shear, rotation, then the scale
 * and the place that put the object's box where the options allow it.
 */
export function poseOf(
  state: RandomState,
  points: readonly Point[],
  options: ProceduralOptions & Canvas,
): Pose {
  const [p] = sample(state, {
    mirror: [0, 1],
    hx: [-options.perspective, options.perspective],
    hy: [-options.perspective, options.perspective],
    stretch: [-options.anisotropy, options.anisotropy],
    shear: [-options.shear, options.shear],
    angle: [-options.rotationDeg, options.rotationDeg],
    extent: options.extent,
    x: [-options.overhang, 1 + options.overhang],
    y: [-options.overhang, 1 + options.overhang],
  });
  const mirrored = p.mirror < options.mirror;
  const [left, top, right, bottom] = boundsOf(points);
  const half = Math.max(right - left, bottom - top) / 2;
  const stand = ([x, y]: Point): Point => {
    const u = (x - (left + right) / 2) / half * (mirrored ? -1 : 1);
    const v = (y - (top + bottom) / 2) / half;
    const w = 1 + p.hx * u + p.hy * v;
    const [a, b] = [u / w * (1 + p.stretch), v / w * (1 - p.stretch)];
    return turn([a + p.shear * b, b], p.angle);
  };
  const [l, t, r, b] = boundsOf(points.map(stand));
  const k = p.extent *
    Math.min(options.width / (r - l), options.height / (b - t));
  // Free room on each axis; an overhang widens it by a share of the box.
  const place = (side: number, length: number, share: number): number =>
    (side - length) * Math.min(Math.max(share, 0), 1) +
    length * (share - Math.min(Math.max(share, 0), 1));
  const x = place(options.width, k * (r - l), p.x);
  const y = place(options.height, k * (b - t), p.y);
  return {
    move: (point) => {
      const [a, c] = stand(point);
      return [x + k * (a - l), y + k * (c - t)];
    },
    scale: k / half,
    mirrored,
  };
}
