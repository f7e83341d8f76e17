import type { Backend, TensorMap } from "../../backends/backend.ts";
import { valueAndGrad } from "../../backends/tape.ts";
import { objective } from "../../core/objective.ts";
import { adam } from "../../nn/adam.ts";
import { adamCorrections } from "../../nn/adam_corrections.ts";
import { batched, mlp, required, TARGETS } from "./_core_programs.ts";
import type { CaseOptions } from "./_options.ts";
import type { CaseResult } from "./_run_program.ts";
import type { ReferenceCase } from "./reference_case.ts";

const NAMES = ["backbone", "w1", "b1", "w2", "b2"] as const;

/**
 * The whole recipe: a 1×1-convolution backbone and the temperature module
 * under Adam with two learning rates, as one compiled program.
 */
export async function trainingCase<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  options: CaseOptions,
): Promise<CaseResult> {
  const inputs = Object.fromEntries(
    Object.entries(item.inputs).map((
      [name, { data, shape }],
    ) => [name, backend.tensor(data, shape)]),
  );
  const data = Object.fromEntries(
    ["xA", "xB", "queries", "points"].map((name) => [
      name,
      required(inputs, name),
    ]),
  );
  const step = backend.compile(stepProgram(backend, options));
  let state = start(backend, inputs);
  const log: number[] = [];
  for (let t = 1; t <= options.number("steps"); t++) {
    const corrections = backend.tensor(adamCorrections(t), [2]);
    const { loss, betaA, betaB, ...next } = await step({
      ...data,
      ...state,
      corrections,
    }) as { loss: T; betaA: T; betaB: T } & TensorMap<T>;
    for (const values of await backend.read([loss, betaA, betaB])) {
      log.push(values[0] as number);
    }
    backend.dispose([...Object.values(state), corrections, loss, betaA, betaB]);
    state = next;
  }
  const ends = await backend.read(NAMES.map((name) => required(state, name)));
  backend.dispose([...Object.values(state), ...Object.values(inputs)]);
  const named = NAMES.map((name, i) =>
    [`end.${name}`, ends[i] as ArrayLike<number>] as const
  );
  return { log, ...Object.fromEntries(named) };
}

function start<T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
): TensorMap<T> {
  const zeros = (name: string): T => {
    const shape = backend.shape(required(inputs, `start.${name}`));
    const size = shape.reduce((product, length) => product * length, 1);
    return backend.tensor(new Float64Array(size), shape);
  };
  return Object.fromEntries(
    NAMES.flatMap((name) => [
      [name, required(inputs, `start.${name}`)] as const,
      [`m.${name}`, zeros(name)] as const,
      [`v.${name}`, zeros(name)] as const,
    ]),
  );
}

function stepProgram<T>(
  backend: Backend<T>,
  options: CaseOptions,
): (inputs: TensorMap<T>) => TensorMap<T> {
  const choice = {
    target: options.choice("target", TARGETS),
    gamma: options.number("gamma"),
    threshold: options.number("threshold"),
    ns: options.number("ns", 3),
    nk: options.number("nk", 5),
  };
  const rates = {
    backbone: options.number("lrBackbone"),
    temperature: options.number("lrTemperature"),
  };
  return (inputs) => {
    const parameters = select(inputs, "");
    const { value, aux, gradients } = valueAndGrad(
      backend,
      (tape, moving) => {
        const [outputs, channels] = tape.shape(required(moving, "backbone"));
        const filter = tape.reshape(required(moving, "backbone"), [
          outputs as number,
          channels as number,
          1,
          1,
        ]);
        const features = (name: string) =>
          tape.conv2d(
            tape.lift(batched(backend, inputs, name)),
            filter,
            { stride: 1, padding: 0 },
          );
        const { value, betaA, betaB } = objective(tape, {
          featuresA: features("xA"),
          featuresB: features("xB"),
          queries: tape.lift(batched(backend, inputs, "queries")),
          points: tape.lift(batched(backend, inputs, "points")),
        }, {
          temperature: { kind: "mlp", parameters: mlp(moving) },
          ...choice,
        });
        return { value, aux: { betaA, betaB } };
      },
    )(parameters);
    const next = adam(backend, {
      parameters,
      gradients,
      state: { m: select(inputs, "m."), v: select(inputs, "v.") },
      corrections: required(inputs, "corrections"),
      learningRate: (name) =>
        name === "backbone" ? rates.backbone : rates.temperature,
    });
    return {
      loss: value,
      ...aux,
      ...next.parameters,
      ...prefixed(next.state.m, "m."),
      ...prefixed(next.state.v, "v."),
    };
  };
}

function select<T>(inputs: TensorMap<T>, prefix: string): TensorMap<T> {
  return Object.fromEntries(
    NAMES.map((name) => [name, required(inputs, prefix + name)]),
  );
}

function prefixed<T>(tensors: TensorMap<T>, prefix: string): TensorMap<T> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, x]) => [prefix + name, x]),
  );
}
