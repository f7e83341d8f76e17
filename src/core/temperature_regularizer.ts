import type { Backend } from "../backends/backend.ts";
import { positive } from "./_shape.ts";

/** Options of {@linkcode temperatureRegularizer}. */
export interface TemperatureRegularizerOptions {
  /** β_thres > 0: temperatures above it cost nothing; 0.1 in the paper. */
  readonly threshold: number;
}

/**
 * Keeps a temperature from collapsing to 0 (SimSC, Eq. 6):
 * `L(β) = max(0, -log β + log β_thres)`, element by element.
 *
 * A temperature of 0 gives infinity; a negative one NaN.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param beta Any shape, > 0.
 * @param options The threshold.
 * @returns The shape of `beta`, at least 0.
 * @throws {OptionError} If the threshold is not > 0.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, temperatureRegularizer } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const beta = backend.tensor([0.5, 1], [2]);
 * const loss = temperatureRegularizer(backend, beta, { threshold: 1 });
 * const [values] = await backend.read([loss]);
 * deepStrictEqual([...values!], [Math.log(2), 0]);
 * ```
 */
export function temperatureRegularizer<T>(
  backend: Backend<T>,
  beta: T,
  { threshold }: TemperatureRegularizerOptions,
): T {
  positive("temperatureRegularizer", "threshold", threshold);
  return backend.relu(backend.sub(Math.log(threshold), backend.log(beta)));
}
