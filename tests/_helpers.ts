import { deepStrictEqual, fail, strictEqual } from "node:assert/strict";
import { env } from "node:process";
import type { Backend, Shape } from "../src/backends/backend.ts";
import { referenceBackend } from "../src/backends/reference.ts";
import { valueAndGrad } from "../src/backends/tape.ts";
import {
  BACKEND_NAMES,
  type BackendName,
  createBackend,
  type OpaqueTensor,
} from "../src/runs/create_backend.ts";

/** `|got - want| <= tolerance (1 + |want|)`, by precision and for differences. */
export const TOLERANCES = {
  float32: 1e-5,
  float64: 1e-12,
  centralDifferences: 1e-7,
} as const;

/** A backend, or why there is none. */
export type Candidate =
  & { readonly name: BackendName }
  & (
    | { readonly backend: Backend<OpaqueTensor> }
    | { readonly absent: string }
  );

/** One instance of every backend for this file, closed when it is over. */
export const candidates: readonly Candidate[] = await Promise.all(
  BACKEND_NAMES.map(async (name): Promise<Candidate> => {
    // An emulated GPU takes minutes for what the others do in seconds.
    if (name.endsWith("webgpu") && env["SIMSC_TEST_WEBGPU"] !== "1") {
      return { name, absent: "SIMSC_TEST_WEBGPU is not 1" };
    }
    const created = await createBackend(name)();
    return created._tag === "Right"
      ? { name, backend: created.right }
      : { name, absent: created.left.missing };
  }),
);

Deno.test.afterAll(async () => {
  for (const each of candidates) {
    if ("backend" in each) await each.backend.close();
  }
});

/** Backends where a test goes otherwise, with the cause. */
export interface Exceptions {
  /** Where it must fail: it does when it starts to pass. */
  readonly fails?: Partial<Readonly<Record<BackendName, string>>>;
  /** Where nothing is promised, so that it is skipped. */
  readonly skips?: Partial<Readonly<Record<BackendName, string>>>;
}

/** For tests of what becomes of a NaN. */
export const NAN: Exceptions = {
  skips: { "onnx-webgpu": "shaders leave NaN in max, min and clamp open" },
};

/** Registers a test of one behaviour on every backend; an absent one says why. */
export function eachBackend(
  name: string,
  fn: (backend: Backend<OpaqueTensor>) => void | Promise<void>,
  { fails = {}, skips = {} }: Exceptions = {},
): void {
  for (const each of candidates) {
    const skipped = "absent" in each ? each.absent : skips[each.name];
    if ("absent" in each || skipped !== undefined) {
      Deno.test({
        name: `${name} (${each.name} skipped: ${skipped})`,
        ignore: true,
        fn: () => {},
      });
      continue;
    }
    const cause = fails[each.name];
    const run = async () => await fn(each.backend);
    if (cause === undefined) {
      Deno.test(`${name} (${each.name})`, run);
      continue;
    }
    Deno.test(`${name} (${each.name} must fail: ${cause})`, async () => {
      const passed = await run().then(() => true, () => false);
      if (passed) fail(`passes on ${each.name} now: no known failure any more`);
    });
  }
}

/** Throws unless the tensor holds `wanted`, within the backend's tolerance. */
export async function assertClose<T>(
  backend: Backend<T>,
  tensor: T,
  wanted: ArrayLike<number>,
): Promise<void> {
  const [got] = await backend.read([tensor]);
  assertNear(got ?? [], wanted, TOLERANCES[backend.precision]);
}

/** As {@linkcode assertClose}, over plain numbers; NaN equals NaN. */
export function assertNear(
  got: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): void {
  strictEqual(got.length, wanted.length, "number of elements");
  for (let i = 0; i < wanted.length; i++) {
    const [g, w] = [got[i] as number, wanted[i] as number];
    // Between infinities the bound is infinite too and would hold for any two.
    const near = Number.isFinite(w) &&
      Math.abs(g - w) <= tolerance * (1 + Math.abs(w));
    if (!near && !Object.is(g, w)) {
      fail(`element ${i} is ${g}, wanted ${w} within ${tolerance}`);
    }
  }
}

/** Throws unless the tensor has these axis lengths. */
export function assertShape<T>(
  backend: Backend<T>,
  tensor: T,
  wanted: Shape,
): void {
  deepStrictEqual([...backend.shape(tensor)], [...wanted]);
}

/** Throws unless a scope around `f` leaves what `f` returns and nothing else. */
export async function assertFrees<T>(
  backend: Backend<T>,
  f: () => readonly T[],
): Promise<void> {
  const before = backend.memory().tensors;
  const kept = backend.tidy(f);
  await backend.read(kept);
  strictEqual(backend.memory().tensors, before + new Set(kept).size);
  backend.dispose(kept);
  strictEqual(backend.memory().tensors, before);
}

/** Row-major numbers under a shape. */
export interface Numbers {
  readonly shape: Shape;
  readonly data: readonly number[];
}

/** Seeded numbers in [low, high): the same on every machine, exact in float32. */
export function drawn(
  seed: number,
  shape: Shape,
  [low, high]: readonly [number, number] = [-1, 1],
): Numbers {
  const size = shape.reduce((product, length) => product * length, 1);
  let state = Math.imul(seed + 1, 0x9e3779b1);
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5 | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 8) / 2 ** 24;
  };
  const data = Array.from(
    { length: size },
    () => Math.fround(low + (high - low) * next()),
  );
  return { shape, data };
}

/** Hands numbers to a backend. */
export function put<T>(backend: Backend<T>, { data, shape }: Numbers): T {
  return backend.tensor(data, shape);
}

/**
 * Throws unless the gradient of `Σ f(inputs) · cotangent` by every input is
 * that of central differences, in float64.
 */
export function assertGradient<Name extends string>(
  inputs: Readonly<Record<Name, Numbers>>,
  f: <T>(backend: Backend<T>, inputs: Readonly<Record<Name, T>>) => T,
): void {
  const be = referenceBackend();
  const names = Object.keys(inputs) as Name[];
  const tensors = (at: Readonly<Record<Name, Numbers>>) =>
    Object.fromEntries(names.map((name) => [name, put(be, at[name])]));
  type Named<T> = Readonly<Record<Name, T>>;
  const weights = drawn(
    99,
    f(be, tensors(inputs) as Named<ReturnType<typeof be.tensor>>).shape,
    [0.5, 1.5],
  );
  const { gradients } = valueAndGrad(be, (tape, parameters) => ({
    value: f(tape, parameters as Named<ReturnType<typeof tape.tensor>>),
    cotangent: put(tape, weights),
  }))(tensors(inputs));
  const total = (at: Readonly<Record<Name, Numbers>>): number =>
    f(be, tensors(at) as Named<ReturnType<typeof be.tensor>>)
      .data.reduce((sum, v, i) => sum + v * (weights.data[i] as number), 0);
  const h = 1e-5;
  for (const name of names) {
    const { shape, data } = inputs[name];
    const differences = data.map((_, place) => {
      const moved = (by: number) =>
        total({
          ...inputs,
          [name]: { shape, data: data.map((v, i) => i === place ? v + by : v) },
        });
      return (moved(h) - moved(-h)) / (2 * h);
    });
    const gradient = gradients[name];
    if (gradient === undefined) fail(`no gradient by ${name}`);
    deepStrictEqual([...gradient.shape], [...shape]);
    assertNear(gradient.data, differences, TOLERANCES.centralDifferences);
  }
}
