/**
 * What is timed: one training step, one pair matched, or points read off two
 * maps, on any backend and from the public API alone.
 *
 * @module
 */

import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import {
  type Backend,
  kernelSoftArgmax,
  matchMaps,
  temperatureMlp,
  type TensorMap,
} from "@simsc/core";
import {
  adamCorrections,
  backboneChannels,
  type BackboneConfig,
  backboneConfig,
  backboneFeatures,
  type HostTensors,
  initBackbone,
  initResnet,
  initTemperatureMlp,
  trainable,
} from "@simsc/core/nn";
import {
  batchTensors,
  drawnDefaults,
  modelConfig,
  paperDefaults,
  startState,
  trainStep,
} from "@simsc/core/runs";

/** The backbones, under the names that the peer knows too. */
const BACKBONES: Readonly<Record<string, () => BackboneConfig>> = {
  small: () => modelConfig(drawnDefaults).backbone,
  resnet18: () => backboneConfig("resnet18"),
  resnet50: () => backboneConfig("resnet50"),
  vits16: () => backboneConfig("dino-vits16"),
  vitb16: () => backboneConfig("ibot-vitb16"),
};
/** Every {@linkcode Work.case}. */
export const CASE_NAMES: readonly string[] = [
  ...Object.keys(BACKBONES).flatMap((
    name,
  ) => [`${name}-step`, `${name}-locate`]),
  "maps-match",
];
const STRIDE = 16;
/** Channels of the maps of `maps-match`. */
const CHANNELS = 768;
const SIGMA_CELLS = 7;
const BETA = 0.03;

/** One piece of work; the peer gets the same as JSON. */
export interface Work {
  /**
   * `BACKBONE-step`, a training step; `BACKBONE-locate`, pairs forward with
   * their points located; or `maps-match`, points located on maps alone.
   */
  readonly case: string;
  /** Pairs at once. */
  readonly pairs: number;
  /** Width and height of the pictures, in pixels; of the maps, in cells. */
  readonly size: number;
  /** Points a pair. */
  readonly keypoints: number;
}

/** The work of a case at its usual size, or at another. */
export function workOf(name: string, other: Partial<Work> = {}): Work {
  const pairs = name.endsWith("-step") ? 4 : 1;
  const size = name === "maps-match"
    ? 64
    : name.startsWith("small-")
    ? 128
    : 256;
  return { case: name, pairs, size, keypoints: 10, ...other };
}

/**
 * Prepares a piece of work.
 *
 * @returns One run of it, which gives the loss, or the sum of the located points.
 * @throws {RangeError} If there is no such case.
 */
export function prepareWork<T>(
  backend: Backend<T>,
  work: Work,
): () => Promise<number> {
  const [name = "", kind] = work.case.split("-");
  if (work.case === "maps-match") return matching(backend, work);
  const config = Object.hasOwn(BACKBONES, name)
    ? BACKBONES[name]?.()
    : undefined;
  if (config !== undefined && kind === "step") {
    return training(backend, work, config);
  }
  if (config !== undefined && kind === "locate") {
    return locating(backend, work, config);
  }
  throw new RangeError(`there is no case ${work.case}`);
}

/** Backbone and temperature module, drawn as the peer draws them. */
function initialParameters(config: BackboneConfig): HostTensors {
  const generator = xoroshiro128plus(1);
  const backbone = config.kind === "resnet"
    ? initResnet(generator, config)
    : initBackbone(generator, config);
  const channels = backboneChannels(config);
  const head = initTemperatureMlp(backbone.generator, { channels });
  return { ...backbone.parameters, ...head.parameters };
}

/** Those of them that run: a ViT's final norm does not. */
function trainedParameters(config: BackboneConfig): HostTensors {
  const all = initialParameters(config);
  const names = Object.keys(all);
  const trained = new Set([
    ...trainable(names, { config, scope: "full" }),
    ...names.filter((name) => name.startsWith("temperature.")),
  ]);
  return Object.fromEntries(
    Object.entries(all).filter(([name]) => trained.has(name)),
  );
}

/** The temperature module's tensors out of all parameters. */
function head<T>(parameters: TensorMap<T>): {
  readonly w1: T;
  readonly b1: T;
  readonly w2: T;
  readonly b2: T;
} {
  const get = (name: string) => {
    const found = parameters[`temperature.${name}`];
    if (found === undefined) throw new Error(`no temperature.${name}`);
    return found;
  };
  return { w1: get("w1"), b1: get("b1"), w2: get("w2"), b2: get("b2") };
}

/** `count` numbers from 0 to `below`, always the same. */
function numbers(count: number, below: number, seed = 2): Float32Array {
  const generator = xoroshiro128plus(seed);
  return Float32Array.from(
    { length: count },
    () => (generator.next() / 2 ** 32 + 0.5) * below,
  );
}

/** The step that `deno task train` takes. */
function training<T>(
  backend: Backend<T>,
  { pairs, size, keypoints }: Work,
  backbone: BackboneConfig,
): () => Promise<number> {
  const program = trainStep(backend, {
    ...paperDefaults,
    model: {
      backbone,
      temperature: { kind: "mlp" },
      normalize: true,
      coordinates: "simple",
    },
    frozen: {},
  });
  const points = numbers(pairs * keypoints * 2, size / STRIDE - 1);
  const batch = batchTensors(backend, {
    inputs: {
      images: {
        shape: [2 * pairs, 3, size, size],
        data: numbers(2 * pairs * 3 * size * size, 1),
      },
    },
    indexA: Array.from({ length: pairs }, (_, p) => 2 * p),
    indexB: Array.from({ length: pairs }, (_, p) => 2 * p + 1),
    queries: points,
    points: points.toReversed(),
    weights: new Float32Array(pairs * keypoints).fill(1),
  });
  const rates = {
    learningRate: backend.tensor([paperDefaults.learningRate], []),
    temperatureLearningRate: backend.tensor(
      [paperDefaults.temperatureLearningRate],
      [],
    ),
  };
  let state = startState(backend, trainedParameters(backbone)).tensors;
  let count = 0;
  return async () => {
    count += 1;
    const corrections = backend.tensor(adamCorrections(count), [2]);
    const { loss, crossEntropy, regularizer, betaA, betaB, ...next } =
      await program({ ...batch, ...rates, ...state, corrections });
    const metrics = [loss, crossEntropy, regularizer, betaA, betaB] as T[];
    const [[value = NaN] = []] = await backend.read(metrics);
    backend.dispose([...Object.values(state), ...metrics, corrections]);
    state = next;
    return value;
  };
}

/** Pairs forward and their keypoints located, weights baked in. */
function locating<T>(
  backend: Backend<T>,
  { pairs, size, keypoints }: Work,
  config: BackboneConfig,
): () => Promise<number> {
  const parameters = Object.fromEntries(
    Object.entries(initialParameters(config)).map(([name, x]) => [
      name,
      backend.constant(x.data, x.shape),
    ]),
  );
  const program = backend.compile(({ images, queries }) => {
    if (!images || !queries) throw new Error("no pair");
    const features = backboneFeatures(backend, parameters, images, config);
    const beta = temperatureMlp(backend, features, head(parameters));
    const [, channels = 0, h = 0, w = 0] = backend.shape(features);
    const side = (start: number) => ({
      map: backend.slice(features, [start, 0, 0, 0], [pairs, channels, h, w]),
      beta: backend.slice(beta, [start], [pairs]),
    });
    const [a, b] = [side(0), side(pairs)];
    const maps = matchMaps(
      backend,
      { featuresA: a.map, featuresB: b.map, queries },
      { betaA: a.beta, betaB: b.beta },
    );
    const points = kernelSoftArgmax(backend, maps, { sigmaCells: SIGMA_CELLS });
    return { points };
  });
  const images = backend.tensor(
    numbers(2 * pairs * 3 * size * size, 1),
    [2 * pairs, 3, size, size],
  );
  const queries = backend.tensor(
    numbers(pairs * keypoints * 2, size / STRIDE - 1),
    [pairs, keypoints, 2],
  );
  return sumOfPoints(backend, () => program({ images, queries }));
}

/** Points located on two maps of features. */
function matching<T>(
  backend: Backend<T>,
  { pairs, size, keypoints }: Work,
): () => Promise<number> {
  const map = (seed: number) =>
    backend.tensor(
      numbers(pairs * CHANNELS * size * size, 1, seed),
      [pairs, CHANNELS, size, size],
    );
  const inputs = {
    featuresA: map(2),
    featuresB: map(3),
    queries: backend.tensor(
      numbers(pairs * keypoints * 2, size - 1),
      [pairs, keypoints, 2],
    ),
  };
  const program = backend.compile(({ featuresA, featuresB, queries }) => {
    if (!featuresA || !featuresB || !queries) throw new Error("no maps");
    const maps = matchMaps(backend, { featuresA, featuresB, queries });
    const options = { sigmaCells: SIGMA_CELLS, beta: BETA };
    return { points: kernelSoftArgmax(backend, maps, options) };
  });
  return sumOfPoints(backend, () => program(inputs));
}

function sumOfPoints<T>(
  backend: Backend<T>,
  run: () => Promise<TensorMap<T>>,
): () => Promise<number> {
  return async () => {
    const { points } = await run();
    if (points === undefined) throw new Error("no points");
    const [values = []] = await backend.read([points]);
    backend.dispose([points]);
    return Array.from(values).reduce((a, b) => a + b, 0);
  };
}
