import type { Backend, Operand } from "../backends/backend.ts";
import { axes, positive } from "./_shape.ts";
import { ShapeError } from "./errors.ts";

/** Weights of the temperature module g: two linear layers. */
export interface TemperatureMlp<T> {
  /** First layer `[hidden, C]`. */
  readonly w1: T;
  /** Its bias `[hidden]`. */
  readonly b1: T;
  /** Second layer `[1, hidden]`. */
  readonly w2: T;
  /** Its bias `[1]`. */
  readonly b2: T;
}

/** Where a pair's temperature comes from. */
export type Temperature<T> =
  | {
    /** Predicted from each feature map (the paper's module). */
    readonly kind: "mlp";
    /** Weights of the module, one for A and B. */
    readonly parameters: TemperatureMlp<T>;
  }
  | {
    /** One learned number for all pairs (the paper's supplement). */
    readonly kind: "single";
    /** Scalar `[]` of either sign; its square is the effective temperature. */
    readonly parameter: T;
  }
  | {
    /** Chosen by hand, not learned. */
    readonly kind: "fixed";
    /** Effective temperature of a pair, > 0. */
    readonly beta: number;
  };

/**
 * Partial temperature of each feature map by the module g (SimSC, Fig. 4):
 * `β[b] = sigmoid(w2 · relu(w1 · mean_n f[b, :, n] + b1) + b2)`.
 *
 * It reads the map before normalisation. The sign follows the usual logistic
 * `1 / (1 + e^-x)`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param features `[B, C, h, w]`, not normalised.
 * @param parameters Weights of the two layers.
 * @returns `[B]`, each in (0, 1).
 * @throws {ShapeError} If the weights do not fit `C` or each other.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, temperatureMlp } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const features = backend.tensor([1, 3], [1, 1, 1, 2]); // mean 2
 * const beta = temperatureMlp(backend, features, {
 *   w1: backend.tensor([1], [1, 1]),
 *   b1: backend.tensor([0], [1]),
 *   w2: backend.tensor([0.5], [1, 1]),
 *   b2: backend.tensor([-1], [1]),
 * });
 * const [value] = await backend.read([beta]);
 * deepStrictEqual([...value!], [0.5]); // sigmoid(0.5 · 2 - 1)
 * ```
 */
export function temperatureMlp<T>(
  backend: Backend<T>,
  features: T,
  { w1, b1, w2, b2 }: TemperatureMlp<T>,
): T {
  const fn = "temperatureMlp";
  const shape = backend.shape(features);
  const [b, c, h, w] = axes(fn, "features", shape, ["B", "C", "h", "w"]);
  const [hidden] = axes(fn, "w1", backend.shape(w1), ["hidden", "C"]);
  expect(fn, "w1", backend.shape(w1), [hidden, c]);
  expect(fn, "b1", backend.shape(b1), [hidden]);
  expect(fn, "w2", backend.shape(w2), [1, hidden]);
  expect(fn, "b2", backend.shape(b2), [1]);
  const pooled = backend.div(backend.sum(features, [2, 3]), h * w);
  const linear = (x: T, weight: T, bias: T): T =>
    backend.add(backend.matMul(x, weight, { transposeB: true }), bias);
  const layer = backend.relu(linear(backend.reshape(pooled, [b, c]), w1, b1));
  return backend.reshape(backend.sigmoid(linear(layer, w2, b2)), [b]);
}

function expect(
  fn: string,
  name: string,
  shape: readonly number[],
  wanted: readonly number[],
): void {
  if (shape.join() !== wanted.join()) {
    throw new ShapeError(fn, name, `[${wanted.join(", ")}]`, shape);
  }
}

/**
 * Effective temperature of the single-parameter design (SimSC, Suppl. Sec. 6):
 * `β = parameter²`.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param parameter Scalar `[]`; 0 gives 0, which no softmax accepts.
 * @returns `[]`, at least 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, singleTemperature } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const beta = singleTemperature(backend, backend.tensor([0.5], []));
 * const [value] = await backend.read([beta]);
 * deepStrictEqual([...value!], [0.25]);
 * ```
 */
export function singleTemperature<T>(backend: Backend<T>, parameter: T): T {
  return backend.mul(parameter, parameter);
}

/**
 * The share of one image in its pair's temperature: `g(F)`, the magnitude of the
 * single parameter, or the square root of a fixed value, so that always
 * `β = βᴬ · βᴮ` and neither is negative: training may take the parameter past 0.
 * No gradient flows back into the features.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param features `[B, C, h, w]`, not normalised.
 * @param temperature Where it comes from.
 * @returns `[B]` from the module, `[]` from the single parameter, else a
 *   number; each at least 0.
 * @throws {ShapeError} If the module's weights do not fit the features.
 * @throws {OptionError} If a fixed temperature is not > 0.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { partialTemperature, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const features = backend.tensor([1], [1, 1, 1, 1]);
 * const beta = partialTemperature(backend, features, { kind: "fixed", beta: 0.04 });
 * strictEqual(beta, 0.2);
 * ```
 */
export function partialTemperature<T>(
  backend: Backend<T>,
  features: T,
  temperature: Temperature<T>,
): Operand<T> {
  switch (temperature.kind) {
    case "mlp":
      return temperatureMlp(
        backend,
        backend.stopGradient(features),
        temperature.parameters,
      );
    case "single":
      return backend.abs(temperature.parameter);
    case "fixed":
      positive("partialTemperature", "beta", temperature.beta);
      return Math.sqrt(temperature.beta);
  }
}
