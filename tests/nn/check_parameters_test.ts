import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { checkParameters } from "../../src/nn/check_parameters.ts";
import {
  backboneConfig,
  type ResnetBackbone,
} from "../../src/nn/backbone_config.ts";
import { backboneShapes } from "../../src/nn/backbone_shapes.ts";
import { resnetShapes } from "../../src/nn/resnet_shapes.ts";
import { golden, goldenWeights } from "./_goldens.ts";
import type { ResnetConfig } from "../../src/nn/resnet_config.ts";

const config = backboneConfig("resnet50") as ResnetBackbone;

/** Shapes as a decoded file has them. */
function file(
  shapes: Readonly<Record<string, readonly number[]>>,
): Record<string, { readonly shape: readonly number[] }> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape }]),
  );
}

Deno.test("checkParameters() accepts both forms and says which", async () => {
  for (const form of ["plain", "folded"] as const) {
    const shapes = resnetShapes(config, form);
    const result = checkParameters(file(shapes), config);
    deepStrictEqual(result, { _tag: "Right", right: shapes });
  }
  for (const name of ["tiny-resnet-basic", "tiny-resnet-bottleneck"]) {
    const model = await golden<{ config: ResnetConfig }>(`models/${name}.json`);
    const weights = await goldenWeights(name);
    const whole = { ...config, ...model.config };
    deepStrictEqual(checkParameters(weights, whole), {
      _tag: "Right",
      right: resnetShapes(model.config, "plain"),
    });
  }
});

Deno.test("checkParameters() ignores what lies behind layer3", () => {
  const whole = file({
    ...resnetShapes(config, "plain"),
    "fc.weight": [1000, 2048],
    "fc.bias": [1000],
    "layer4.0.conv1.weight": [512, 1024, 1, 1],
    "layer1.0.bn1.num_batches_tracked": [],
  });
  strictEqual(checkParameters(whole, config)._tag, "Right");
});

Deno.test("checkParameters() lists every difference by name", () => {
  const { "layer2.3.conv2.bias": _, ...shapes } = resnetShapes(
    config,
    "folded",
  );
  const result = checkParameters(
    file({ ...shapes, "conv1.weight": [64, 1, 7, 7], "head.weight": [2] }),
    config,
  );
  if (result._tag !== "Left") throw new Error("accepted");
  deepStrictEqual(result.left.missing, ["layer2.3.conv2.bias"]);
  deepStrictEqual(result.left.extra, ["head.weight"]);
  deepStrictEqual(result.left.misshaped, [
    { name: "conv1.weight", wanted: [64, 3, 7, 7], got: [64, 1, 7, 7] },
  ]);
  ok(result.left.message.includes("head.weight"));
});

Deno.test("checkParameters() finds a ResNet-18 in place of a ResNet-50", () => {
  const shapes = backboneShapes(backboneConfig("resnet18"));
  const result = checkParameters(file(shapes), config);
  if (result._tag !== "Left") throw new Error("accepted");
  ok(result.left.missing.includes("layer1.2.conv1.weight"));
  ok(result.left.message.includes("more"));
});
