/**
 * Start of the single learned temperature.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { HostTensors } from "./random_generator.ts";

/** Options of {@linkcode initSingleTemperature}. */
export interface InitSingleTemperatureOptions {
  /** The parameter, above 0; its square divides the scores. 0.5 by default, where the module starts. */
  readonly start?: number;
}

/**
 * The one parameter whose square is the temperature of every pair.
 *
 * @param options Where it starts.
 * @returns `temperature.parameter`, a scalar.
 * @throws {OptionError} If the start is not a finite number above 0.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { initSingleTemperature } from "@simsc/core/nn";
 *
 * const parameters = initSingleTemperature({ start: 0.25 });
 * strictEqual(parameters["temperature.parameter"]?.data[0], 0.25);
 * ```
 */
export function initSingleTemperature(
  options: InitSingleTemperatureOptions = {},
): HostTensors {
  const { start = 0.5 } = options;
  if (!(Number.isFinite(start) && start > 0)) {
    throw new OptionError("initSingleTemperature", "start", "above 0", start);
  }
  return {
    "temperature.parameter": { shape: [], data: Float32Array.of(start) },
  };
}
