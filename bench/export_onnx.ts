/**
 * An exported ONNX file, run by ONNX Runtime alone.
 *
 * @module
 */

import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Backend, Point } from "@simsc/core";
import type { RgbImage } from "@simsc/core/data";
import { backboneStride } from "@simsc/core/nn";
import {
  matchPair,
  type OpaqueTensor,
  type OpenedModel,
} from "@simsc/core/runs";
import { right } from "./_right.ts";

/** Planes of R, G and B from 0 to 255. */
function planes({ width, height, data }: RgbImage): Tensor {
  const n = width * height;
  const values = Float32Array.from(
    { length: 3 * n },
    (_, i) => data[(i % n) * 3 + Math.floor(i / n)]!,
  );
  return new Tensor("float32", values, [1, 3, height, width]);
}

/** How far the matches of a lattice of points differ from the library's, in cells. */
export async function exportedMatches(
  backend: Backend<OpaqueTensor>,
  { model, onnx, pair }: {
    readonly model: OpenedModel;
    readonly onnx: string;
    readonly pair: { readonly source: string; readonly target: string };
  },
): Promise<{ readonly points: number; readonly furthest: number }> {
  const session = await InferenceSession.create(onnx);
  const { shape } = session.inputMetadata.find(({ name }) =>
    name === "queries"
  ) as { readonly shape: readonly number[] };
  const count = shape[1]!;
  // A golden-ratio lattice, in pixels of the source as resized.
  const side = model.training!.size;
  if (typeof side !== "number") throw new Error("a run on squares is compared");
  const queries = Array.from({ length: count }, (_, k): Point => [
    side * ((k + 0.5) / count),
    side * ((k * 0.6180339887) % 1),
  ]);
  const options = { reading: { betaEval: "auto", sigmaCells: 7 } } as const;
  const blank = right(
    await matchPair(backend, { model, ...pair, points: [[0, 0]] }, options)(),
  );
  const { source, target } = blank.images;
  const scale = (p: Point, to: typeof source, back = false): Point => {
    const x = to.stored.width / to.image.width;
    const y = to.stored.height / to.image.height;
    return back ? [p[0] / x, p[1] / y] : [p[0] * x, p[1] * y];
  };
  const points = queries.map((p) => scale(p, source));
  const ours = right(
    await matchPair(backend, { model, ...pair, points }, options)(),
  );
  const { matches } = await session.run({
    imageA: planes(source.image),
    imageB: planes(target.image),
    queries: new Tensor("float32", queries.flat(), [1, count, 2]),
  });
  await session.release();
  const theirs = matches!.data as Float32Array;
  const cells = ours.points.map(({ match }, k) => {
    const [x, y] = scale(match, target, true);
    return Math.hypot(x - theirs[2 * k]!, y - theirs[2 * k + 1]!) /
      backboneStride(model.config.backbone);
  });
  return { points: count, furthest: Math.max(...cells) };
}
