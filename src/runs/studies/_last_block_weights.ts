import { trainable } from "../../nn/trainable.ts";
import { modelConfig, type TrainConfig } from "../train_config.ts";

/**
 * Weights of the convolutions and linear layers of the last block, out of
 * `names`: what the supplement of SimSC (Fig. 2) follows the gradients of.
 */
export function lastBlockWeights(
  config: TrainConfig,
  names: readonly string[],
): readonly string[] {
  const { backbone } = modelConfig(config);
  return trainable(names, { config: backbone, scope: "last" })
    .filter((name) => name.endsWith(".weight") && !/norm|\bbn\d/.test(name));
}
