import type { NamedTensors } from "../data/safetensors.ts";
import { trainable } from "../nn/trainable.ts";
import { pick } from "./_tensor_map.ts";
import type { StartedRun } from "./start_run.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

/** Parameters that a configuration trains, and the rest. */
export function splitParameters(
  config: TrainConfig,
  parameters: NamedTensors,
): Pick<StartedRun, "trained" | "frozen"> {
  const names = Object.keys(parameters);
  const { backbone } = modelConfig(config);
  const moving = new Set([
    ...trainable(names, { config: backbone, scope: config.scope }),
    ...names.filter((name) => name.startsWith("temperature.")),
  ]);
  return {
    trained: pick(parameters, names.filter((name) => moving.has(name))),
    frozen: pick(parameters, names.filter((name) => !moving.has(name))),
  };
}
