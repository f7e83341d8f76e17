import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { OptionError } from "../../src/core/errors.ts";
import { checkParameters } from "../../src/nn/check_parameters.ts";
import { resnetShapes } from "../../src/nn/resnet_shapes.ts";
import { initResnet } from "../../src/nn/init_resnet.ts";
import { initSingleTemperature } from "../../src/nn/init_single_temperature.ts";
import { initTemperatureMlp } from "../../src/nn/init_temperature_mlp.ts";
import type { ResnetConfig } from "../../src/nn/resnet_config.ts";

const config: ResnetConfig = {
  block: "bottleneck",
  layers: [1, 1, 1],
  width: 16,
};

Deno.test("initResnet() draws He's deviation over the outputs", () => {
  const { parameters } = initResnet(xoroshiro128plus(3), config);
  const whole = { kind: "resnet", name: "drawn", outputs: [3] } as const;
  deepStrictEqual(checkParameters(parameters, { ...whole, ...config }), {
    _tag: "Right",
    right: resnetShapes(config, "folded"),
  });
  // layer3.0.conv2.weight is [64, 64, 3, 3]: deviation sqrt(2 / (64 * 9)).
  const data = parameters["layer3.0.conv2.weight"]?.data ?? new Float32Array();
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  const variance = data.reduce((a, b) => a + b * b, 0) / data.length;
  const want = 2 / (64 * 9);
  ok(Math.abs(mean) < 4 * Math.sqrt(want / data.length));
  // The variance of n normal numbers has a relative deviation of sqrt(2 / n).
  ok(Math.abs(variance / want - 1) < 4 * Math.sqrt(2 / data.length));
  // layer1.0.downsample.0.weight is [64, 16, 1, 1]: fan-out, not fan-in.
  const skip = parameters["layer1.0.downsample.0.weight"]?.data ??
    new Float32Array();
  const spread = skip.reduce((a, b) => a + b * b, 0) / skip.length;
  ok(Math.abs(spread / (2 / 64) - 1) < 4 * Math.sqrt(2 / skip.length));
  ok(parameters["layer3.0.conv2.bias"]?.data.every((b) => b === 0));
});

Deno.test("initResnet() gives the generator to go on with and leaves its own", () => {
  const generator = xoroshiro128plus(3);
  const first = initResnet(generator, config);
  const again = initResnet(generator, config);
  deepStrictEqual(first.parameters, again.parameters);
  deepStrictEqual(first.generator.getState(), again.generator.getState());
  const next = initResnet(first.generator, config);
  ok(
    next.parameters["conv1.weight"]?.data[0] !==
      first.parameters["conv1.weight"]?.data[0],
  );
});

Deno.test("initTemperatureMlp() starts as PyTorch's Linear", () => {
  const { parameters, generator } = initTemperatureMlp(xoroshiro128plus(5), {
    channels: 64,
    hidden: 16,
  });
  const bounds = [
    ["temperature.w1", [16, 64], 1 / 8],
    ["temperature.b1", [16], 1 / 8],
    ["temperature.w2", [1, 16], 1 / 4],
    ["temperature.b2", [1], 1 / 4],
  ] as const;
  for (const [name, shape, bound] of bounds) {
    deepStrictEqual(parameters[name]?.shape, shape);
    ok(parameters[name]?.data.every((x) => Math.abs(x) <= bound));
  }
  const w1 = parameters["temperature.w1"]?.data ?? new Float32Array();
  // The largest of 1024 uniform numbers is within 1 % of the bound.
  ok(Math.max(...w1) > 0.99 / 8 && Math.min(...w1) < -0.99 / 8);
  ok(`${generator.getState()}` !== `${xoroshiro128plus(5).getState()}`);
});

Deno.test("initTemperatureMlp() takes C as its hidden width and refuses 0", () => {
  const { parameters } = initTemperatureMlp(xoroshiro128plus(5), {
    channels: 3,
  });
  deepStrictEqual(parameters["temperature.w1"]?.shape, [3, 3]);
  throws(
    () => initTemperatureMlp(xoroshiro128plus(5), { channels: 0 }),
    OptionError,
  );
});

Deno.test("initSingleTemperature() starts at a half and refuses 0", () => {
  strictEqual(initSingleTemperature()["temperature.parameter"]?.data[0], 0.5);
  throws(() => initSingleTemperature({ start: 0 }), OptionError);
});
