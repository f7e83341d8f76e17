import type { Backend, TensorMap } from "../../backends/backend.ts";
import { type Tape, type Taped, valueAndGrad } from "../../backends/tape.ts";
import { mapValues } from "../_tensor_map.ts";
import type { CaseInputs } from "./_case_inputs.ts";
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

/** What runs a case, and the watch on what it reads. */
export interface CaseRun {
  /** The operation. */
  readonly program: CaseProgram;
  /** Its options. */
  readonly options: CaseOptions;
  /** Watches the inputs. */
  readonly inputs: CaseInputs;
}

/**
 * Runs a program on a case, with gradients of `value` (times the case's
 * `cotangent`, if any) by every input that the case has a `grad*` for.
 */
export async function runProgram<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  run: CaseRun,
): Promise<CaseResult> {
  const given = mapValues(
    item.inputs,
    ({ data, shape }) => backend.tensor(data, shape),
  );
  const made: T[] = [];
  try {
    const [names, tensors] = tidied(
      backend,
      () => evaluate(backend, given, { ...run, sought: differentiated(item) }),
    );
    made.push(...tensors);
    const data = await backend.read(tensors);
    return Object.fromEntries(
      names.map((name, i) => [name, data[i] as ArrayLike<number>]),
    );
  } finally {
    backend.dispose([...made, ...Object.values(given)]);
  }
}

function evaluate<T>(
  backend: Backend<T>,
  given: TensorMap<T>,
  { program, options, inputs, sought }: CaseRun & {
    readonly sought: ReadonlyMap<string, string>;
  },
): TensorMap<T> {
  if (sought.size === 0) return program(backend, inputs.watch(given), options);
  const pick = (wanted: boolean): TensorMap<T> =>
    Object.fromEntries(
      Object.entries(given).filter(([name]) => sought.has(name) === wanted),
    );
  const { aux, gradients } = valueAndGrad(backend, (tape, moving) => {
    const still = mapValues(pick(false), (x) => tape.lift(x));
    const all = inputs.watch({ ...moving, ...still });
    const outputs = program(tape, all, options);
    return { value: pairing(tape, outputs, all["cotangent"]), aux: outputs };
  })(pick(true));
  const named = Object.entries(gradients)
    .map(([name, gradient]) => [sought.get(name) as string, gradient]);
  return { ...aux, ...Object.fromEntries(named) };
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
