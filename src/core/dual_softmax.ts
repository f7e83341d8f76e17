import type { Backend, Operand } from "../backends/backend.ts";
import { axes, divide, perPair } from "./_shape.ts";

/** Options of {@linkcode dualSoftmax}. */
export interface DualSoftmaxOptions<T> {
  /** Temperature > 0 that divides the scores: a number, `[]` or `[B]`; 1 by default. */
  readonly beta?: Operand<T>;
}

/**
 * Probability that two cells choose each other: the softmax over the cells of
 * B times the softmax over those of A,
 * `P[n, m] = softmax_m(C / β)[n, m] · softmax_n(C / β)[n, m]`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param scores `[B, N, M]`.
 * @param options The temperature.
 * @returns `[B, N, M]`, each in [0, 1]; rows and columns sum to at most 1.
 * @throws {ShapeError} If `scores` is not of rank 3.
 * @throws {OptionError} If `beta` is a number that is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { dualSoftmax, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const scores = backend.tensor([0, 0, 0, 0], [1, 2, 2]);
 * const [p] = await backend.read([dualSoftmax(backend, scores)]);
 * deepStrictEqual([...p!], [0.25, 0.25, 0.25, 0.25]);
 * ```
 */
export function dualSoftmax<T>(
  backend: Backend<T>,
  scores: T,
  options: DualSoftmaxOptions<T> = {},
): T {
  const fn = "dualSoftmax";
  const shape = backend.shape(scores);
  const [batch] = axes(fn, "scores", shape, ["B", "N", "M"]);
  const beta = perPair(backend, fn, "beta", {
    beta: options.beta ?? 1,
    batch,
    rank: 3,
  });
  const logits = divide(backend, scores, beta);
  const flip = (x: T): T => backend.transpose(x, [0, 2, 1]);
  return backend.mul(
    backend.softmax(logits),
    flip(backend.softmax(flip(logits))),
  );
}
