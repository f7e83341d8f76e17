/**
 * The library's side of `peers.ts`: the same work, from the public API alone.
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
import { onnxBackend, type OnnxTensor } from "@simsc/core/backends/onnx";
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
  type ModelConfig,
  paperDefaults,
  startState,
  trainStep,
} from "@simsc/core/runs";

/** What is timed, under the names that the peer knows too. */
export type PeerCase =
  | "resnet18-step"
  | "resnet50-step"
  | "resnet50-locate"
  | "vits16-step"
  | "vitb16-locate";

/** The backbone of each case. */
const BACKBONES: Readonly<Record<PeerCase, string>> = {
  "resnet18-step": "resnet18",
  "resnet50-step": "resnet50",
  "resnet50-locate": "resnet50",
  "vits16-step": "dino-vits16",
  "vitb16-locate": "ibot-vitb16",
};

/** One case, ready to run. */
export interface OurCase {
  /** Runs one step; gives the loss, or the sum of the located points. */
  readonly step: () => Promise<number>;
  /** Frees the backend. */
  readonly close: () => Promise<void>;
}

const THREADS = 2;
const PAIRS = 4;
const KEYPOINTS = 10;
const SIZE = 256;
const CELLS = SIZE / 16;

/** Prepares a case on ONNX Runtime's CPU with as many threads as the peer. */
export async function ourCase(
  name: PeerCase,
  lowering: "auto" | "plain" | "blocked" = "auto",
): Promise<OurCase> {
  const created = await onnxBackend({
    device: "cpu",
    threads: THREADS,
    lowering,
  })();
  if (created._tag === "Left") throw created.left;
  const backend = created.right;
  const config = backboneConfig(BACKBONES[name]);
  const step = name.endsWith("-step")
    ? training(backend, config)
    : locating(backend, config);
  return { step, close: () => backend.close() };
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
function numbers(count: number, below: number): Float32Array {
  const generator = xoroshiro128plus(2);
  return Float32Array.from(
    { length: count },
    () => (generator.next() / 2 ** 32 + 0.5) * below,
  );
}

/** The step that `deno task train` takes, on a batch of four pairs. */
function training<T>(
  backend: Backend<T>,
  config: BackboneConfig,
): () => Promise<number> {
  const model: ModelConfig = {
    backbone: config,
    temperature: { kind: "mlp" },
    normalize: true,
    coordinates: "simple",
  };
  const program = trainStep(backend, {
    ...paperDefaults,
    model,
    frozen: {},
  });
  const points = numbers(PAIRS * KEYPOINTS * 2, CELLS - 1);
  const batch = batchTensors(backend, {
    inputs: {
      images: {
        shape: [2 * PAIRS, 3, SIZE, SIZE],
        data: numbers(2 * PAIRS * 3 * SIZE * SIZE, 1),
      },
    },
    indexA: Array.from({ length: PAIRS }, (_, p) => 2 * p),
    indexB: Array.from({ length: PAIRS }, (_, p) => 2 * p + 1),
    queries: points,
    points: points.toReversed(),
    weights: new Float32Array(PAIRS * KEYPOINTS).fill(1),
  });
  const rates = {
    learningRate: backend.tensor([paperDefaults.learningRate], []),
    temperatureLearningRate: backend.tensor(
      [paperDefaults.temperatureLearningRate],
      [],
    ),
  };
  let state = startState(backend, trainedParameters(config)).tensors;
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

/** One pair forward and its keypoints located, weights baked in. */
function locating(
  backend: Backend<OnnxTensor>,
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
    const one = (index: number) => ({
      map: backend.slice(features, [index, 0, 0, 0], [1, channels, h, w]),
      beta: backend.slice(beta, [index], [1]),
    });
    const [a, b] = [one(0), one(1)];
    const maps = matchMaps(
      backend,
      { featuresA: a.map, featuresB: b.map, queries },
      { betaA: a.beta, betaB: b.beta },
    );
    return { points: kernelSoftArgmax(backend, maps, { sigmaCells: 7 }) };
  });
  const images = backend.tensor(
    numbers(2 * 3 * SIZE * SIZE, 1),
    [2, 3, SIZE, SIZE],
  );
  const queries = backend.tensor(
    numbers(KEYPOINTS * 2, CELLS - 1),
    [1, KEYPOINTS, 2],
  );
  return async () => {
    const { points } = await program({ images, queries });
    if (points === undefined) throw new Error("no points");
    const [values = []] = await backend.read([points]);
    backend.dispose([points]);
    return Array.from(values).reduce((a, b) => a + b, 0);
  };
}
