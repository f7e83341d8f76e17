/**
 * A bound on the length of the gradient.
 *
 * @module
 */

import type { Backend, TensorMap } from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";

/** Options of {@linkcode clipGradients}. */
export interface ClipGradientsOptions {
  /** Largest norm that is left as it is, > 0. */
  readonly maxNorm: number;
}

/** What {@linkcode clipGradients} gives. */
export interface ClippedGradients<T> {
  /** Gradients under the same names. */
  readonly gradients: TensorMap<T>;
  /** Norm of all of them together before clipping, a scalar `[]`. */
  readonly norm: T;
}

/** PyTorch's guard of the divisor, kept so that both give the same numbers. */
const GUARD = 1e-6;

/**
 * Shortens gradients whose common length exceeds a bound, equal to PyTorch's
 * `clip_grad_norm_` with its 2-norm: with `n = sqrt(sum_p sum_i g[p, i]^2)`
 * over all parameters, `g' = g min(1, maxNorm / (n + 1e-6))`.
 *
 * A gradient that is not finite makes all of them so or 0, as in PyTorch. Where
 * the square of the norm overflows, in float32 above about 1.8e19, the norm is
 * infinite and every gradient 0, as there.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param gradients Gradients by name, of any shapes.
 * @param options The bound.
 * @returns The gradients, each of its shape, and the norm they had.
 * @throws {OptionError} If the bound is not > 0 or there is no gradient.
 *
 * @example
 * ```ts
 * import { ok, strictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { clipGradients } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const { gradients, norm } = clipGradients(backend, {
 *   a: backend.tensor([3], [1]),
 *   b: backend.tensor([4], []),
 * }, { maxNorm: 1 });
 * const [n, a] = await backend.read([norm, gradients["a"]!]);
 * strictEqual(n![0], 5);
 * ok(Math.abs(a![0]! - 3 / 5) < 1e-6);
 * ```
 */
export function clipGradients<T>(
  backend: Backend<T>,
  gradients: TensorMap<T>,
  { maxNorm }: ClipGradientsOptions,
): ClippedGradients<T> {
  const fn = "clipGradients";
  if (!(maxNorm > 0)) {
    throw new OptionError(fn, "maxNorm", "a number > 0", maxNorm);
  }
  const names = Object.keys(gradients);
  // In one order, so that a sum that rounds is the same however they are listed.
  const [first, ...rest] = names.toSorted().map((name) => {
    const g = gradients[name] as T;
    const axes = backend.shape(g).map((_, axis) => axis);
    return backend.reshape(backend.sum(backend.mul(g, g), axes), []);
  });
  if (first === undefined) {
    throw new OptionError(fn, "gradients", "at least one", names.length);
  }
  const squares = rest.reduce((sum, each) => backend.add(sum, each), first);
  const norm = backend.sqrt(squares);
  const factor = backend.minimum(
    backend.div(maxNorm, backend.add(norm, GUARD)),
    1,
  );
  return {
    gradients: Object.fromEntries(
      names.map((name) => [name, backend.mul(gradients[name] as T, factor)]),
    ),
    norm,
  };
}
