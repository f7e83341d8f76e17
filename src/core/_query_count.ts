import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { ShapeError } from "./errors.ts";

/** How many queries `[B, K, 2]` each pair of a batch has, or a ShapeError. */
export function queryCount<T>(
  backend: Backend<T>,
  fn: string,
  queries: T,
  batch: number,
): number {
  const shape = backend.shape(queries);
  const names = ["B", "K", "2"] as const;
  const [queryBatch, count, two] = axes(fn, "queries", shape, names);
  if (queryBatch !== batch || two !== 2) {
    throw new ShapeError(fn, "queries", `[${batch}, K, 2]`, shape);
  }
  return count;
}
