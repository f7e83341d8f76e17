import type { NamedTensors } from "../data/safetensors.ts";
import type { ModelConfig } from "./model.ts";

/** Whether a model has a temperature of its own among its numbers. */
export function hasTemperature(
  config: ModelConfig,
  parameters: NamedTensors,
): boolean {
  return config.temperature.kind === "fixed" ||
    Object.keys(parameters).some((name) => name.startsWith("temperature."));
}
