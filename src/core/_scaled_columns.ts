import type { Backend, Operand } from "../backends/backend.ts";
import { axes, divide, perPair } from "./_shape.ts";
import type { CorrelateOptions, FeaturePair } from "./correlate.ts";
import { ShapeError } from "./errors.ts";
import { l2Normalize } from "./l2_normalize.ts";

/** Both maps normalised, over their temperatures, cells flattened: `[B, C, N]`. */
export function scaledColumns<T>(
  backend: Backend<T>,
  fn: string,
  { featuresA, featuresB }: FeaturePair<T>,
  { betaA = 1, betaB = 1, normalize = true }: CorrelateOptions<T>,
): readonly [a: T, b: T] {
  const shapeA = backend.shape(featuresA);
  const [batch, channels] = axes(fn, "featuresA", shapeA, ["B", "C", "h", "w"]);
  const shapeB = backend.shape(featuresB);
  axes(fn, "featuresB", shapeB, ["B", "C", "h", "w"]);
  if (shapeB[0] !== batch || shapeB[1] !== channels) {
    const wanted = `[${batch}, ${channels}, h, w]`;
    throw new ShapeError(fn, "featuresB", wanted, shapeB);
  }
  const columns = (map: T, name: string, beta: Operand<T>): T => {
    const [, , h, w] = axes(fn, name, backend.shape(map), ["B", "C", "h", "w"]);
    const unit = normalize ? l2Normalize(backend, map) : map;
    const divisor = perPair(backend, fn, name.replace("features", "beta"), {
      beta,
      batch,
      rank: 4,
    });
    return backend.reshape(divide(backend, unit, divisor), [
      batch,
      channels,
      h * w,
    ]);
  };
  return [
    columns(featuresA, "featuresA", betaA),
    columns(featuresB, "featuresB", betaB),
  ];
}
