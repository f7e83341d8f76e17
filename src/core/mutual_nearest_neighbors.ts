import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";

/** Result of {@linkcode mutualNearestNeighbors}. */
export interface MutualNearestNeighbors<T> {
  /** `[B, N]`: index of the best cell of B for each cell of A. */
  readonly matches: T;
  /** `[B, N]`: 1 where that cell's own best is the cell of A again, else 0. */
  readonly mutual: T;
}

/**
 * Checks each nearest neighbour in both directions: with
 * `m(n) = argmax_m C[b, n, m]`, cell `n` is mutual where
 * `argmax_n' C[b, n', m(n)] = n`, the lowest index on a tie.
 *
 * At least one cell of every pair is mutual. Scores must be finite.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param scores `[B, N, M]`, as {@linkcode correlate} gives them; at most 2^24
 *   cells in `B * M`.
 * @returns Matches and flags, whole numbers; they take no gradient.
 * @throws {ShapeError} If `scores` is not of rank 3.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { mutualNearestNeighbors, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const scores = backend.tensor([0.9, 0.1, 0.8, 0.2], [1, 2, 2]);
 * const { matches, mutual } = mutualNearestNeighbors(backend, scores);
 * const [m, flags] = await backend.read([matches, mutual]);
 * deepStrictEqual([...m!], [0, 0]); // both like cell 0 best
 * deepStrictEqual([...flags!], [1, 0]); // which likes the first
 * ```
 */
export function mutualNearestNeighbors<T>(
  backend: Backend<T>,
  scores: T,
): MutualNearestNeighbors<T> {
  const shape = backend.shape(scores);
  const [b, n, m] = axes("mutualNearestNeighbors", "scores", shape, [
    "B",
    "N",
    "M",
  ]);
  const matches = backend.reshape(backend.argMax(scores), [b, n]);
  const back = backend.argMax(backend.transpose(scores, [0, 2, 1]));
  const firsts = Float64Array.from({ length: b }, (_, i) => i * m);
  const places = backend.add(matches, backend.constant(firsts, [b, 1]));
  const returned = backend.gather(
    backend.reshape(back, [b * m]),
    backend.reshape(places, [b * n]),
  );
  const cells = Float64Array.from({ length: n }, (_, i) => i);
  const mutual = backend.equal(
    backend.reshape(returned, [b, n]),
    backend.constant(cells, [n]),
  );
  return { matches, mutual };
}
