/**
 * Each equation on every backend, compiled, at the sizes of a batch of four
 * 256² pairs of a ResNet-50: 1024 channels, 16 × 16 cells, 10 keypoints; and
 * what is plain numbers, on one pair.
 *
 * @module
 */

import {
  type Backend,
  correlate,
  crossEntropy,
  gaussianTarget,
  kernelSoftArgmax,
  l2Normalize,
  matchMaps,
  nearestNeighbor,
  objective,
  pck,
  type Point,
  singleTemperature,
  softArgmax,
  softmaxMap,
  temperatureMlp,
  temperatureRegularizer,
  type TensorMap,
  toCells,
  valueAndGrad,
} from "../../mod.ts";
import { numbers, timedBackends } from "../_backends.ts";

const shapes = {
  featuresA: [4, 1024, 16, 16],
  featuresB: [4, 1024, 16, 16],
  queries: [4, 10, 2],
  points: [4, 10, 2],
  maps: [4, 10, 16, 16],
  w1: [64, 1024],
  b1: [64],
  w2: [1, 64],
  b2: [1],
  parameter: [],
  beta: [4],
} as const;

/** Where numbers lie that are not in [-1, 1). */
const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  queries: [0, 15],
  points: [0, 15],
  beta: [0.01, 0.2],
};

type Inputs<T> = Readonly<Record<keyof typeof shapes, T>>;

type Equation = <T>(backend: Backend<T>, inputs: Inputs<T>) => T;

const window = { ns: 3, nk: 5 } as const;

const loss = {
  ...window,
  target: "sampled",
  temperature: { kind: "fixed", beta: 0.03 },
  gamma: 0.2,
  threshold: 0.1,
} as const;

const equations: Readonly<Record<string, Equation>> = {
  l2Normalize: (b, { featuresA }) => l2Normalize(b, featuresA),
  correlate: (b, inputs) => correlate(b, inputs),
  matchMaps: (b, inputs) => matchMaps(b, inputs),
  softmaxMap: (b, { maps }) => softmaxMap(b, maps, { beta: 0.03 }),
  gaussianTarget: (b, { points }) =>
    gaussianTarget(b, points, { ...window, grid: [16, 16] }),
  "crossEntropy sampled": (b, inputs) => crossEntropy(b, inputs, loss),
  "crossEntropy splat": (b, inputs) =>
    crossEntropy(b, inputs, { ...loss, target: "splat" }),
  nearestNeighbor: (b, { maps }) => nearestNeighbor(b, maps),
  softArgmax: (b, { maps }) => softArgmax(b, maps, { beta: 0.03 }),
  kernelSoftArgmax: (b, { maps }) =>
    kernelSoftArgmax(b, maps, { sigmaCells: 7, beta: 0.03 }),
  temperatureMlp: (b, inputs) => temperatureMlp(b, inputs.featuresA, inputs),
  singleTemperature: (b, { parameter }) => singleTemperature(b, parameter),
  temperatureRegularizer: (b, { beta }) =>
    temperatureRegularizer(b, beta, loss),
  "objective and its gradient": gradient,
};

function gradient<T>(backend: Backend<T>, inputs: Inputs<T>): T {
  const { featuresA, featuresB } = inputs;
  const { gradients } = valueAndGrad(backend, (tape, features) => ({
    value: objective(tape, {
      featuresA: features["featuresA"]!,
      featuresB: features["featuresB"]!,
      queries: tape.lift(inputs.queries),
      points: tape.lift(inputs.points),
    }, loss).value,
  }))({ featuresA, featuresB });
  return backend.add(gradients["featuresA"]!, gradients["featuresB"]!);
}

for (const backend of await timedBackends()) {
  const inputs = Object.fromEntries(
    Object.entries(shapes).map(([name, shape], seed) => {
      const count = shape.reduce<number>((a, b) => a * b, 1);
      const [low, high] = ranges[name] ?? [-1, 1];
      const values = numbers(count, seed + 1)
        .map((x) => low + (x + 1) / 2 * (high - low));
      return [name, backend.tensor(values, shape)];
    }),
  );
  for (const [name, equation] of Object.entries(equations)) {
    const program = backend.compile((given) => ({
      value: equation(backend, given as Inputs<typeof inputs[string]>),
    }));
    Deno.bench(backend.name, { group: name, n: 20, warmup: 3 }, async () => {
      const { value } = await program(inputs as TensorMap<never>);
      await backend.read([value!]);
      backend.dispose([value!]);
    });
  }
}

/** Ten points in pixels of a 256² picture. */
function points(seed: number): readonly Point[] {
  const [x, y] = [numbers(10, seed), numbers(10, seed + 1)];
  return Array.from(x, (_, k): Point => [128 + 127 * x[k]!, 128 + 127 * y[k]!]);
}

const [predicted, truth] = [points(1), points(3)];

Deno.bench("plain numbers", { group: "toCells" }, () => {
  toCells(truth, { rule: "simple", imageSize: [256, 256], grid: [16, 16] });
});

Deno.bench("plain numbers", { group: "pck" }, () => {
  pck({ predicted, truth }, {
    threshold: "kps",
    space: "evaluation",
    alphas: [0.05, 0.1, 0.15],
  });
});
