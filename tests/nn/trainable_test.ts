import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { backboneShapes } from "../../src/nn/backbone_shapes.ts";
import { trainable } from "../../src/nn/trainable.ts";

/** Names that tell batch norm was not folded. */
const PLAIN = ["bn1.running_var"];

Deno.test("trainable() of scope last is the last block of layer3", () => {
  const config = backboneConfig("resnet18");
  const folded = Object.keys(backboneShapes(config));
  deepStrictEqual(trainable(folded, { config, scope: "last" }), [
    "layer3.1.conv1.weight",
    "layer3.1.conv1.bias",
    "layer3.1.conv2.weight",
    "layer3.1.conv2.bias",
  ]);
  const deep = backboneConfig("resnet50");
  const plain = Object.keys(backboneShapes(deep, PLAIN));
  deepStrictEqual(trainable(plain, { config: deep, scope: "last" }), [
    "layer3.5.conv1.weight",
    "layer3.5.bn1.weight",
    "layer3.5.bn1.bias",
    "layer3.5.conv2.weight",
    "layer3.5.bn2.weight",
    "layer3.5.bn2.bias",
    "layer3.5.conv3.weight",
    "layer3.5.bn3.weight",
    "layer3.5.bn3.bias",
  ]);
});

Deno.test("trainable() of scope full leaves out statistics and what is not read", () => {
  const config = backboneConfig("resnet18");
  const plain = Object.keys(backboneShapes(config, PLAIN));
  const names = [...plain, "fc.weight", "layer4.0.conv1.weight"];
  const trained = trainable(names, { config, scope: "full" });
  // Three tensors for each of 15 convolutions: filter, gamma and beta.
  strictEqual(trained.length, 45);
  strictEqual(trained.some((n) => n.includes("running")), false);
  strictEqual(trained.some((n) => /^(fc|layer4)/.test(n)), false);
});
