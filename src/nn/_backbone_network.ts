import type { Backend, TensorMap } from "../backends/backend.ts";
import type { Network } from "./_network.ts";
import { resnetNetwork } from "./_resnet_network.ts";
import { vitNetwork } from "./_vit_network.ts";
import type { BackboneConfig } from "./backbone_config.ts";

/** The network of a configuration: the one place that knows them all. */
export function backboneNetwork<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  config: BackboneConfig,
): Network<T> {
  switch (config.kind) {
    case "resnet":
      return resnetNetwork(backend, parameters, config);
    case "vit":
      return vitNetwork(backend, parameters, config);
  }
}
