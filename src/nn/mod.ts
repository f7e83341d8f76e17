/**
 * Backbones, starts and the optimiser: parameters in, tensors out, over any
 * backend.
 *
 * Parameters are plain maps from names to tensors; nothing is a class, nothing
 * is remembered between calls.
 *
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
 * import { backboneConfig, checkParameters, initBackbone } from "@simsc/core/nn";
 *
 * const config = { ...backboneConfig("tiny"), width: 4 };
 * const { parameters } = initBackbone(xoroshiro128plus(1), config);
 * strictEqual(checkParameters(parameters, config)._tag, "Right");
 * ```
 *
 * @module
 */

export type {
  Backend,
  BackendMemory,
  CompiledProgram,
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  Conv2dOptions,
  MatMulOptions,
  MaxPool2dOptions,
  Operand,
  Program,
  Shape,
  TensorData,
  TensorMap,
  WindowOptions,
} from "../backends/backend.ts";
export { OptionError, ShapeError } from "../core/errors.ts";
export type { CoordinateRule } from "../core/coordinates.ts";
export type { Failure, Result, Success } from "../core/result.ts";
export * from "./adam.ts";
export * from "./adam_corrections.ts";
export * from "./clip_gradients.ts";
export * from "./backbone_config.ts";
export * from "./backbone_features.ts";
export * from "./backbone_geometry.ts";
export * from "./backbone_shapes.ts";
export * from "./backbone_trunk.ts";
export * from "./basic_block.ts";
export * from "./bottleneck_block.ts";
export * from "./check_parameters.ts";
export * from "./gelu.ts";
export * from "./init_backbone.ts";
export * from "./init_resnet.ts";
export * from "./init_single_temperature.ts";
export * from "./init_temperature_mlp.ts";
export * from "./init_vit.ts";
export * from "./layer_norm.ts";
export * from "./learning_rate_factor.ts";
export * from "./position_embedding.ts";
export * from "./random_generator.ts";
export * from "./resnet.ts";
export * from "./resnet_blocks.ts";
export * from "./resnet_config.ts";
export * from "./resnet_shapes.ts";
export * from "./trainable.ts";
export * from "./vit.ts";
export * from "./vit_block.ts";
export * from "./vit_config.ts";
export * from "./vit_shapes.ts";
