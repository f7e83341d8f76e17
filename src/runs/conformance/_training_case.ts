import type { Backend, TensorMap } from "../../backends/backend.ts";
import { valueAndGrad } from "../../backends/tape.ts";
import { objective } from "../../core/objective.ts";
import { adam } from "../../nn/adam.ts";
import { adamCorrections } from "../../nn/adam_corrections.ts";
import { sizeOf } from "../_size_of.ts";
import { mapValues, prefixed, select } from "../_tensor_map.ts";
import { batched, mlp, required, TARGETS } from "./_core_programs.ts";
import type { CaseOptions } from "./_options.ts";
import type { CaseResult, CaseRun } from "./_run_program.ts";
import type { ReferenceCase } from "./reference_case.ts";

const DATA = ["xA", "xB", "queries", "points"] as const;

const NAMES = ["backbone", "w1", "b1", "w2", "b2"] as const;

/**
 * The whole recipe: a 1×1-convolution backbone and the temperature module
 * under Adam with two learning rates, as one compiled program.
 */
export async function trainingCase<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  { options, inputs }: Pick<CaseRun, "options" | "inputs">,
): Promise<CaseResult> {
  const given = mapValues(
    item.inputs,
    ({ data, shape }) => backend.tensor(data, shape),
  );
  const held = [...Object.values(given)];
  try {
    const watched = inputs.watch(given);
    const data = Object.fromEntries(
      DATA.map((name) => [name, required(watched, name)]),
    );
    const step = backend.compile(stepProgram(backend, options));
    let state = start(backend, watched);
    held.push(...Object.values(state));
    const log: number[] = [];
    for (let t = 1; t <= options.number("steps"); t++) {
      const corrections = backend.tensor(adamCorrections(t), [2]);
      held.push(corrections);
      const outputs = await step({ ...data, ...state, corrections });
      held.push(...Object.values(outputs));
      const { loss, betaA, betaB, ...next } = outputs as
        & { loss: T; betaA: T; betaB: T }
        & TensorMap<T>;
      for (const values of await backend.read([loss, betaA, betaB])) {
        log.push(values[0] as number);
      }
      backend.dispose([corrections, loss, betaA, betaB]);
      backend.dispose(Object.values(state));
      state = next;
    }
    const ends = await backend.read(
      NAMES.map((name) => required(state, `parameters.${name}`)),
    );
    const named = NAMES.map((name, i) =>
      [`end.${name}`, ends[i] as ArrayLike<number>] as const
    );
    return { log, ...Object.fromEntries(named) };
  } finally {
    backend.dispose(held);
  }
}

function start<T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
): TensorMap<T> {
  const parameters = Object.fromEntries(
    NAMES.map((name) => [name, required(inputs, `start.${name}`)]),
  );
  const zeros = (): TensorMap<T> =>
    mapValues(parameters, (parameter) => {
      const shape = backend.shape(parameter);
      return backend.tensor(new Float64Array(sizeOf(shape)), shape);
    });
  return {
    ...prefixed(parameters, "parameters."),
    ...prefixed(zeros(), "m."),
    ...prefixed(zeros(), "v."),
  };
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
    const parameters = select(inputs, "parameters.");
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
      ...prefixed(next.parameters, "parameters."),
      ...prefixed(next.state.m, "m."),
      ...prefixed(next.state.v, "v."),
    };
  };
}
