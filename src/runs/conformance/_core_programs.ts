import type { Backend, TensorMap } from "../../backends/backend.ts";
import { correlate } from "../../core/correlate.ts";
import { crossEntropy } from "../../core/cross_entropy.ts";
import { gaussianTarget } from "../../core/gaussian_target.ts";
import { kernelSoftArgmax } from "../../core/kernel_soft_argmax.ts";
import { l2Normalize } from "../../core/l2_normalize.ts";
import { matchMaps } from "../../core/match_maps.ts";
import { nearestNeighbor } from "../../core/nearest_neighbor.ts";
import { objective } from "../../core/objective.ts";
import { softArgmax } from "../../core/soft_argmax.ts";
import { softmaxMap } from "../../core/softmax_map.ts";
import { singleTemperature, temperatureMlp } from "../../core/temperature.ts";
import { temperatureRegularizer } from "../../core/temperature_regularizer.ts";
import type { CaseOptions } from "./_options.ts";
import type { CaseProgram } from "./_run_program.ts";

/** Both kinds of ground truth. */
export const TARGETS = ["sampled", "splat"] as const;

/** The paper's equations; a case holds one pair, the functions take batches. */
export const corePrograms: Readonly<Record<string, CaseProgram>> = {
  l2Normalize: (b, inputs) => ({
    value: l2Normalize(b, batched(b, inputs, "features")),
  }),
  correlate: (b, inputs, options) => ({
    value: correlate(b, {
      featuresA: batched(b, inputs, "featuresA"),
      featuresB: batched(b, inputs, "featuresB"),
    }, {
      betaA: required(inputs, "betaA"),
      betaB: required(inputs, "betaB"),
      normalize: options.flag("normalize", true),
    }),
  }),
  matchMaps: (b, inputs, options) => ({
    value: matchMaps(b, {
      scores: batched(b, inputs, "scores"),
      queries: batched(b, inputs, "queries"),
    }, { gridA: options.grid("gridA"), gridB: options.grid("gridB") }),
  }),
  softmaxMap: (b, inputs, options) => ({
    value: softmaxMap(b, batched(b, inputs, "maps"), {
      beta: options.number("beta", 1),
    }),
  }),
  gaussianTarget: (b, inputs, options) => ({
    value: gaussianTarget(b, batched(b, inputs, "points"), {
      grid: options.grid("grid"),
      ...window(options),
    }),
  }),
  crossEntropy: (b, inputs, options) => ({
    value: crossEntropy(b, {
      maps: batched(b, inputs, "maps"),
      points: batched(b, inputs, "points"),
      ...("weights" in inputs && { weights: batched(b, inputs, "weights") }),
    }, { target: options.choice("target", TARGETS), ...window(options) }),
  }),
  temperatureRegularizer: (b, inputs, options) => ({
    value: temperatureRegularizer(b, required(inputs, "beta"), {
      threshold: options.number("threshold"),
    }),
  }),
  temperatureMlp: (b, inputs) => ({
    value: temperatureMlp(b, batched(b, inputs, "features"), mlp(inputs)),
  }),
  singleTemperature: (b, inputs) => ({
    value: singleTemperature(b, required(inputs, "parameter")),
  }),
  objective: (b, inputs, options) => ({
    ...objective(b, {
      featuresA: batched(b, inputs, "featuresA"),
      featuresB: batched(b, inputs, "featuresB"),
      queries: batched(b, inputs, "queries"),
      points: batched(b, inputs, "points"),
      ...("weights" in inputs && { weights: batched(b, inputs, "weights") }),
    }, {
      temperature: { kind: "mlp", parameters: mlp(inputs) },
      target: options.choice("target", TARGETS),
      gamma: options.number("gamma"),
      threshold: options.number("threshold"),
      ...window(options),
    }),
  }),
  kernelSoftArgmax: (b, inputs, options) => ({
    value: kernelSoftArgmax(b, batched(b, inputs, "maps"), {
      sigmaCells: options.number("sigma"),
      beta: options.number("beta", 1),
    }),
  }),
  softArgmax: (b, inputs, options) => ({
    value: softArgmax(b, batched(b, inputs, "maps"), {
      beta: options.number("beta", 1),
    }),
  }),
  nearestNeighbor: (b, inputs) => ({
    value: nearestNeighbor(b, batched(b, inputs, "maps")),
  }),
};

/** The weights of the temperature module among the inputs. */
export function mlp<T>(
  inputs: TensorMap<T>,
): { w1: T; b1: T; w2: T; b2: T } {
  return {
    w1: required(inputs, "w1"),
    b1: required(inputs, "b1"),
    w2: required(inputs, "w2"),
    b2: required(inputs, "b2"),
  };
}

/** An input that the case must have. */
export function required<T>(inputs: TensorMap<T>, name: string): T {
  const tensor = inputs[name];
  if (tensor === undefined) {
    throw new TypeError(`the case must have the input "${name}"`);
  }
  return tensor;
}

/** An input with a batch axis of 1 in front. */
export function batched<T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
  name: string,
): T {
  const tensor = required(inputs, name);
  return backend.reshape(tensor, [1, ...backend.shape(tensor)]);
}

function window(options: CaseOptions): { ns: number; nk: number } {
  return { ns: options.number("ns", 3), nk: options.number("nk", 5) };
}
