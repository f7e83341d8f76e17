import { deepStrictEqual } from "node:assert/strict";
import type { TensorMap } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { objective } from "../../src/core/objective.ts";
import { adam, type AdamState } from "../../src/nn/adam.ts";
import { adamCorrections } from "../../src/nn/adam_corrections.ts";
import {
  assertGolden,
  assertNear,
  golden,
  type GoldenTensor,
  type GoldenTensors,
  upload,
} from "./_goldens.ts";

interface TrainingCase {
  readonly options: {
    readonly lrBackbone: number;
    readonly lrTemperature: number;
    readonly steps: number;
    readonly gamma: number;
    readonly threshold: number;
    readonly target: "sampled";
  };
  readonly inputs: {
    readonly xA: GoldenTensor;
    readonly xB: GoldenTensor;
    readonly queries: GoldenTensor;
    readonly points: GoldenTensor;
    readonly start: GoldenTensors;
  };
  readonly expected: {
    readonly log: GoldenTensor;
    readonly end: GoldenTensors;
  };
  readonly tolerance: number;
}

Deno.test("objective() under adam() follows PyTorch for 25 steps (reference case 079)", async () => {
  const { options, inputs, expected, tolerance } = await golden<TrainingCase>(
    "cases/079-training.json",
  );
  const backend = referenceBackend();
  const batch = ({ shape, data }: GoldenTensor) =>
    backend.tensor(data, [1, ...shape]);
  const [xA, xB] = [batch(inputs.xA), batch(inputs.xB)];
  const [queries, points] = [batch(inputs.queries), batch(inputs.points)];

  const gradient = valueAndGrad(backend, (tape, parameters) => {
    const get = (name: string) => parameters[name] ?? tape.constant([], [0]);
    const kernel = tape.reshape(get("backbone"), [6, 10, 1, 1]);
    const features = (x: typeof xA) =>
      tape.conv2d(tape.lift(x), kernel, { stride: 1, padding: 0 });
    const { value, betaA, betaB } = objective(tape, {
      featuresA: features(xA),
      featuresB: features(xB),
      queries: tape.lift(queries),
      points: tape.lift(points),
    }, {
      ...options,
      ns: 3,
      nk: 5,
      temperature: {
        kind: "mlp",
        parameters: {
          w1: get("w1"),
          b1: get("b1"),
          w2: get("w2"),
          b2: get("b2"),
        },
      },
    });
    return { value, aux: { betaA, betaB } };
  });

  const zeros = Object.fromEntries(
    Object.entries(inputs.start).map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map(() => 0) },
    ]),
  );
  let parameters: TensorMap<ReturnType<typeof batch>> = upload(
    backend,
    inputs.start,
  );
  let state: AdamState<ReturnType<typeof batch>> = {
    m: upload(backend, zeros),
    v: upload(backend, zeros),
  };
  const log: number[] = [];
  for (let step = 1; step <= options.steps; step++) {
    const { value, aux, gradients } = gradient(parameters);
    const row = await backend.read([value, ...Object.values(aux)]);
    log.push(...row.map(([x = NaN]) => x));
    const next = adam(backend, {
      parameters,
      gradients,
      state,
      corrections: backend.tensor(adamCorrections(step), [2]),
      learningRate: (name) =>
        name === "backbone" ? options.lrBackbone : options.lrTemperature,
    });
    ({ parameters, state } = next);
  }
  assertNear(log, expected.log.data, tolerance);
  deepStrictEqual(Object.keys(parameters), Object.keys(expected.end));
  for (const [name, want] of Object.entries(expected.end)) {
    const got = parameters[name];
    if (got === undefined) throw new Error("lost");
    await assertGolden(backend, got, want, tolerance);
  }
});
