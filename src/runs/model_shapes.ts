import { backboneChannels } from "../nn/backbone_geometry.ts";
import { backboneShapes } from "../nn/backbone_shapes.ts";
import type { ModelConfig } from "./model.ts";

/**
 * Shapes of all parameters of a model.
 *
 * @param config What the model is.
 * @param names Parameters that are there: batch norm's tell whether it is
 *   folded into the convolutions.
 * @returns Axis lengths by name.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { drawnDefaults, initialModel, modelShapes } from "@simsc/core/runs";
 *
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const { config, parameters } = model.right;
 * const shapes = modelShapes(config, Object.keys(parameters));
 * deepStrictEqual(shapes["temperature.w2"], [1, 128]); // channels of the backbone
 * for (const [name, { shape }] of Object.entries(parameters)) {
 *   deepStrictEqual([...shape], [...shapes[name]!]);
 * }
 * ```
 */
export function modelShapes(
  { backbone, temperature }: ModelConfig,
  names: readonly string[],
): Readonly<Record<string, readonly number[]>> {
  const channels = backboneChannels(backbone);
  const shapes = backboneShapes(backbone, names);
  switch (temperature.kind) {
    case "mlp": {
      const { hidden = channels } = temperature;
      return {
        ...shapes,
        "temperature.w1": [hidden, channels],
        "temperature.b1": [hidden],
        "temperature.w2": [1, hidden],
        "temperature.b2": [1],
      };
    }
    case "single":
      return { ...shapes, "temperature.parameter": [] };
    case "fixed":
      return shapes;
  }
}
