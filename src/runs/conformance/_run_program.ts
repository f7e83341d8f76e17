import type { Backend, TensorMap } from "../../backends/backend.ts";
import { type Tape, type Taped, valueAndGrad } from "../../backends/tape.ts";
import type { CaseOptions } from "./_options.ts";
import type { ReferenceCase } from "./reference_case.ts";

/** What a case gave, by the names of its `expected`. */
export type CaseResult = Readonly<Record<string, ArrayLike<number>>>;

/** An operation written once for every backend, tapes included. */
export type CaseProgram = <T>(
  backend: Backend<T>,
  inputs: TensorMap<T>,
  options: CaseOptions,
) => TensorMap<T>;

/**
 * Runs a program on a case, with gradients of `value` (times the case's
 * `cotangent`, if any) by every input that the case has a `grad*` for.
 */
export async function runProgram<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  { program, options }: {
    readonly program: CaseProgram;
    readonly options: CaseOptions;
  },
): Promise<CaseResult> {
  const inputs = Object.fromEntries(
    Object.entries(item.inputs).map((
      [name, { data, shape }],
    ) => [name, backend.tensor(data, shape)]),
  );
  const sought = differentiated(item);
  const [names, tensors] = tidied(backend, () => {
    if (sought.size === 0) return program(backend, inputs, options);
    const pick = (wanted: boolean): [string, T][] =>
      Object.entries(inputs).filter(([name]) => sought.has(name) === wanted);
    const still = Object.fromEntries(pick(false));
    const run = valueAndGrad(backend, (tape, moving) => {
      const lifted = Object.entries(still)
        .map(([name, x]) => [name, tape.lift(x)] as const);
      const all = { ...moving, ...Object.fromEntries(lifted) };
      const outputs = program(tape, all, options);
      return { value: pairing(tape, outputs, all["cotangent"]), aux: outputs };
    });
    const { aux, gradients } = run(Object.fromEntries(pick(true)));
    const named = Object.entries(gradients)
      .map(([name, gradient]) => [sought.get(name) as string, gradient]);
    return { ...aux, ...Object.fromEntries(named) };
  });
  const data = await backend.read(tensors);
  backend.dispose([...tensors, ...Object.values(inputs)]);
  return Object.fromEntries(
    names.map((name, i) => [name, data[i] as ArrayLike<number>]),
  );
}

function tidied<T>(
  backend: Backend<T>,
  f: () => TensorMap<T>,
): readonly [names: readonly string[], tensors: readonly T[]] {
  let names: readonly string[] = [];
  const tensors = backend.tidy(() => {
    const outputs = f();
    names = Object.keys(outputs);
    return Object.values(outputs);
  });
  return [names, tensors];
}

/** Names of inputs that a gradient is expected for, with the gradient's name. */
function differentiated(item: ReferenceCase): ReadonlyMap<string, string> {
  return new Map(
    Object.keys(item.expected).flatMap((name): [string, string][] => {
      const [head, ...rest] = name.split(".");
      const stem = /^grad([A-Z].*)$/.exec(head ?? "")?.[1];
      if (stem === undefined) return [];
      const first = stem[0]?.toLowerCase() + stem.slice(1);
      return [[[first, ...rest].join("."), name]];
    }),
  );
}

/** The scalar that is differentiated: `value`, or `Σ value · cotangent`. */
function pairing<T>(
  tape: Tape<T>,
  outputs: TensorMap<Taped<T>>,
  cotangent: Taped<T> | undefined,
): Taped<T> {
  const value = outputs["value"];
  if (value === undefined) {
    throw new TypeError("a case with gradients needs value");
  }
  if (cotangent === undefined) return tape.reshape(value, []);
  const product = tape.mul(
    value,
    tape.reshape(cotangent, tape.shape(value)),
  );
  const axes = tape.shape(product).map((_, axis) => axis);
  return tape.reshape(tape.sum(product, axes), []);
}
