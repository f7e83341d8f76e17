import type { Point } from "../../../src/data/image_pair.ts";
import type { ProceduralImage } from "../../../src/data/procedural/procedural_image.ts";
import { resizeBilinear } from "../../../src/data/resize_bilinear.ts";
import type { RgbImage } from "../../../src/data/rgb_image.ts";

/** A drawn picture with its pixels. */
export interface Rendered {
  readonly image: ProceduralImage;
  readonly pixels: RgbImage;
}

/** Where a method says that each point of the source is in the target. */
export type Matcher = (
  source: Rendered,
  target: Rendered,
  queries: readonly Point[],
) => readonly Point[];

/** The same place relative to the picture. */
export const copyPosition: Matcher = (source, target, queries) =>
  queries.map(([x, y]) => [
    (x + 0.5) * target.image.width / source.image.width - 0.5,
    (y + 0.5) * target.image.height / source.image.height - 0.5,
  ]);

/** The centre of the most alike patch of `2 reach + 1` pixels at `side`². */
export function colourPatch(side: number, reach: number): Matcher {
  return (source, target, queries) => {
    const a = resizeBilinear(source.pixels, { width: side, height: side }).data;
    const b = resizeBilinear(target.pixels, { width: side, height: side }).data;
    return queries.map(([x, y]) => {
      const cx = cell((x + 0.5) * side / source.image.width, side, reach);
      const cy = cell((y + 0.5) * side / source.image.height, side, reach);
      let best = { cost: Infinity, x: 0, y: 0 };
      for (let v = reach; v < side - reach; v++) {
        for (let u = reach; u < side - reach; u++) {
          const cost = distance(a, b, {
            from: cy * side + cx,
            to: v * side + u,
            side,
            reach,
          });
          if (cost < best.cost) best = { cost, x: u, y: v };
        }
      }
      return [
        (best.x + 0.5) * target.image.width / side - 0.5,
        (best.y + 0.5) * target.image.height / side - 0.5,
      ];
    });
  };
}

/** Mean over pairs of the share of points within 0.1 of the box's longer side. */
export function pckOf(
  matcher: Matcher,
  pairs: readonly (readonly [Rendered, Rendered])[],
): number {
  const scores = pairs.map(([source, target]) => {
    const common = source.image.keypoints.flatMap((p, k) => {
      const q = target.image.keypoints[k] ?? null;
      return p === null || q === null ? [] : [[p, q] as const];
    });
    const found = matcher(source, target, common.map(([p]) => p));
    const [l, t, r, b] = target.image.box;
    const radius = 0.1 * Math.max(r - l, b - t);
    const right = common.filter(([, q], k) =>
      Math.hypot(found[k]![0] - q[0], found[k]![1] - q[1]) <= radius
    );
    return right.length / common.length;
  });
  return scores.reduce((sum, s) => sum + s, 0) / scores.length;
}

function cell(at: number, side: number, reach: number): number {
  return Math.min(Math.max(Math.floor(at), reach), side - 1 - reach);
}

function distance(
  a: Uint8Array,
  b: Uint8Array,
  { from, to, side, reach }: {
    readonly from: number;
    readonly to: number;
    readonly side: number;
    readonly reach: number;
  },
): number {
  let cost = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    const row = dy * side - reach;
    const p = 3 * (from + row);
    const q = 3 * (to + row);
    for (let i = 0; i < 3 * (2 * reach + 1); i++) {
      const d = a[p + i]! - b[q + i]!;
      cost += d * d;
    }
  }
  return cost;
}
