import { ShapeError } from "../core/errors.ts";
import type { Backend, TensorMap } from "./backend.ts";
import { sameShape, sizeOf } from "./_shape.ts";
import type { Taped } from "./_tape_node.ts";
import { leaf, pullBack, recordedNodes } from "./_tape_node.ts";
import { tapeOperations } from "./_tape_operations.ts";

export type { Taped, TapeRecord } from "./_tape_node.ts";

/** A backend that runs on another one and remembers how to differentiate. */
export interface Tape<T> extends Backend<Taped<T>> {
  /** A tensor of the inner backend as one of the tape; it takes no gradient. */
  lift(x: T): Taped<T>;
}

/** What a differentiated function returns. */
export interface Differentiated<T> {
  /** Number to differentiate, of one element unless there is a `cotangent`. */
  readonly value: Taped<T>;
  /** Weights of `value`'s shape: the gradient is that of `sum(value * cotangent)`. */
  readonly cotangent?: Taped<T>;
  /** Whatever else the caller wants back, by name. */
  readonly aux?: TensorMap<Taped<T>>;
}

/** A value, what was computed beside it, and its gradients. */
export interface ValueAndGradients<T> {
  /** What the function returned as `value`. */
  readonly value: T;
  /** What the function returned as `aux`; empty if it did not. */
  readonly aux: TensorMap<T>;
  /** One for each parameter, of its shape; zeros where nothing flows. */
  readonly gradients: TensorMap<T>;
}

/**
 * A backend whose operations run on `inner` and remember their
 * vector-Jacobian product wherever a differentiated tensor flows in.
 *
 * Tensors made by `tensor`, `constant` and `lift` take no gradient, and what
 * is computed from them alone is not remembered. `tidy` keeps what a gradient
 * of its results still needs. A compiled program passes no gradient through.
 *
 * @typeParam T Tensor of the inner backend.
 * @param inner Where everything runs; the tape adds no state to it.
 * @returns The tape; {@linkcode valueAndGrad} makes and plays one for you.
 *
 * @example Any program of a backend runs on its tape
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, tape } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const taped = tape(backend);
 * const x = taped.lift(backend.tensor([1, 4], [2]));
 * const [roots] = await taped.read([taped.sqrt(x)]);
 * deepStrictEqual(roots, Float64Array.of(1, 2));
 * ```
 */
export function tape<T>(inner: Backend<T>): Tape<T> {
  let count = 0;
  const lift = (value: T): Taped<T> => ({ value });
  const valuesOf = (xs: readonly Taped<T>[]) => xs.map((x) => x.value);

  return {
    ...tapeOperations(inner, () => count++),
    name: inner.name,
    precision: inner.precision,
    recordsGradients: true,
    lift,
    tensor: (data, shape) => lift(inner.tensor(data, shape)),
    constant: (data, shape) => lift(inner.constant(data, shape)),
    shape: (x) => inner.shape(x.value),
    read: (xs) => inner.read(valuesOf(xs)),
    compile: (program) => {
      const compiled = inner.compile((inputs) =>
        mapValues(program(mapValues(inputs, lift)), (x) => x.value)
      );
      return async (inputs) =>
        mapValues(await compiled(mapValues(inputs, (x) => x.value)), lift);
    },
    tidy: (f) => {
      const from = count;
      const results: Taped<T>[] = [];
      inner.tidy(() => {
        results.push(...f());
        const inside = recordedNodes(results, from);
        const operands = inside.flatMap((node) => node.record.inputs);
        const needed = operands.filter((x) => typeof x !== "number");
        return [...new Set(valuesOf([...results, ...inside, ...needed]))];
      });
      return results;
    },
    dispose: (xs) => inner.dispose(valuesOf(xs)),
    memory: () => inner.memory(),
    close: () => inner.close(),
  };
}

/**
 * A function that gives `f`'s value and its gradient by every parameter.
 *
 * Forward and backward are ordinary operations of `backend`: inside
 * {@linkcode Backend.compile} they become one program. No operation is spent on
 * what does not lead from a parameter to the value. Temporaries are freed; the
 * returned tensors are the caller's, and two of them may be one tensor.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where everything runs.
 * @param f Computes on the tape it is given; parameters arrive by name, and
 * other tensors of `backend` come in through {@linkcode Tape.lift}.
 * @returns From parameters by name to value, `aux` and gradients by name.
 * @throws {ShapeError} When called, if `value` has several elements and no
 * `cotangent` of its shape comes with it.
 * @throws {UnsupportedOperationError} When called, if a gradient of a
 * convolution's or max-pool's gradient is needed.
 *
 * @example The slope of a parabola
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, valueAndGrad } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const square = valueAndGrad(backend, (tape, { x }) => ({
 *   value: tape.sum(tape.mul(x!, x!), [0]),
 * }));
 * const { value, gradients } = square({ x: backend.tensor([3, -1], [2]) });
 * const read = await backend.read([value, gradients.x!]);
 * deepStrictEqual(read.map((data) => [...data]), [[10], [6, -2]]);
 * ```
 */
export function valueAndGrad<T>(
  backend: Backend<T>,
  f: (
    tape: Tape<T>,
    parameters: TensorMap<Taped<T>>,
  ) => Differentiated<T>,
): (parameters: TensorMap<T>) => ValueAndGradients<T> {
  return (parameters) => {
    const names = Object.keys(parameters);
    let auxNames: readonly string[] = [];
    const [value, ...others] = backend.tidy(() => {
      const leaves = mapValues(parameters, leaf);
      const { value, cotangent, aux = {} } = f(tape(backend), leaves);
      auxNames = Object.keys(aux);
      const gradients = pullBack(
        backend,
        value,
        cotangentOf(backend, value, cotangent),
        names.map((name) => leaves[name]!),
      );
      return [
        value.value,
        ...Object.values(aux).map((x) => x.value),
        ...names.map((name, i) =>
          gradients[i] ?? zerosLike(backend, parameters[name]!)
        ),
      ];
    });
    return {
      value: value!,
      aux: byName(auxNames, others),
      gradients: byName(names, others.slice(auxNames.length)),
    };
  };
}

function cotangentOf<T>(
  backend: Backend<T>,
  value: Taped<T>,
  cotangent: Taped<T> | undefined,
): T {
  const shape = backend.shape(value.value);
  if (cotangent === undefined) {
    if (sizeOf(shape) !== 1) {
      const wanted = 'of one element, or come with a "cotangent"';
      throw new ShapeError("valueAndGrad", "value", wanted, shape);
    }
    return backend.constant([1], shape);
  }
  const actual = backend.shape(cotangent.value);
  if (!sameShape(actual, shape)) {
    throw new ShapeError("valueAndGrad", "cotangent", `[${shape}]`, actual);
  }
  return cotangent.value;
}

function zerosLike<T>(backend: Backend<T>, x: T): T {
  return backend.broadcastTo(backend.constant([0], []), backend.shape(x));
}

function byName<A>(
  names: readonly string[],
  values: readonly A[],
): Readonly<Record<string, A>> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

function mapValues<A, B>(
  map: Readonly<Record<string, A>>,
  f: (value: A) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, f(value)]),
  );
}
