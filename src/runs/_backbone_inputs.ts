import type { Backend, TensorMap } from "../backends/backend.ts";
import type { BackboneConfig } from "../nn/backbone_config.ts";
import { backboneFeatures } from "../nn/backbone_features.ts";
import { backboneHead } from "../nn/backbone_trunk.ts";
import { select } from "./_tensor_map.ts";

/**
 * Feature maps `[B, C, h, w]`, inside a program, out of whatever was prepared
 * of the pictures: `maps`, `images` or `trunk.*` (see `PreparedImage`).
 */
export function featureMaps<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  inputs: TensorMap<T>,
  config: BackboneConfig,
): T {
  const { maps, images } = inputs;
  if (maps !== undefined) return maps;
  return images === undefined
    ? backboneHead(backend, parameters, select(inputs, "trunk."), {
      config,
      scope: "last",
    })
    : backboneFeatures(backend, parameters, images, config);
}

/** Inputs of a program that are of the pictures. */
export function pictureInputs<T>(inputs: TensorMap<T>): TensorMap<T> {
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) =>
      /^(maps|images|trunk\..*)$/.test(name)
    ),
  );
}
