import { deepStrictEqual, fail, ok } from "node:assert/strict";
import type { Backend } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { behaviours } from "./_backend_behaviours.ts";
import { compositeCases } from "./_composite_cases.ts";
import { layoutCases, matMulCases, reduceCases } from "./_layout_cases.ts";
import type { Numbers } from "./_numbers.ts";
import { assertClose } from "./_numbers.ts";
import type { OperationCase } from "./_operation_cases.ts";
import { elementwiseCases } from "./_operation_cases.ts";
import { convCases, poolCases } from "./_window_cases.ts";

/** `|got - want| <= tolerance (1 + |want|)`, one for each precision. */
const TOLERANCES = { float32: 1e-5, float64: 1e-12 } as const;

/** What a suite leaves out. */
export interface BackendSuiteOptions {
  /** Why the backend is absent; the suite is then skipped with this in its name. */
  readonly absent?: string;
  /**
   * Name of a case (or its first words) to its cause. Such a case must fail:
   * the suite fails when it starts to pass.
   */
  readonly knownFailures?: Readonly<Record<string, string>>;
}

/**
 * Registers one test that runs every operation, eager, compiled and compiled
 * with constants, against the reference backend, and then what a backend
 * promises beside numbers: scopes, memory, errors.
 */
export function backendSuite<T>(
  name: string,
  make: () => Promise<Backend<T>>,
  options: BackendSuiteOptions = {},
): void {
  if (options.absent !== undefined) {
    const reason = `${name} backend (skipped: ${options.absent})`;
    Deno.test({ name: reason, ignore: true, fn: () => {} });
    return;
  }
  const cases = [
    ...elementwiseCases(),
    ...matMulCases(),
    ...convCases(),
    ...poolCases(),
    ...reduceCases(),
    ...layoutCases(),
    ...compositeCases(),
  ];
  const known = options.knownFailures ?? {};
  Deno.test(`${name} backend`, async (t) => {
    const backend = await make();
    try {
      for (const each of cases) {
        await t.step(
          each.name,
          () => expected(known, each.name, () => agrees(backend, each)),
        );
      }
      for (const { name, check } of behaviours) {
        await t.step(name, () => expected(known, name, () => check(backend)));
      }
    } finally {
      await backend.close();
    }
  });
}

async function expected(
  known: Readonly<Record<string, string>>,
  name: string,
  check: () => Promise<void>,
): Promise<void> {
  const cause = Object.entries(known).find(([start]) => name.startsWith(start));
  if (cause === undefined) return await check();
  const failed = await check().then(() => false, () => true);
  if (!failed) fail(`"${cause[0]}" passes now: take it off the known failures`);
}

async function agrees<T>(
  backend: Backend<T>,
  { name, inputs, run }: OperationCase,
): Promise<void> {
  const want = await eager(referenceBackend(), inputs, run);
  const tolerance = TOLERANCES[backend.precision];
  const ways = { eager, compiled, withConstants };
  for (const [way, evaluate] of Object.entries(ways)) {
    const before = backend.memory().tensors;
    const got = await evaluate(backend, inputs, run);
    deepStrictEqual(got.shape, want.shape, `${name}, ${way}: shape`);
    assertClose(`${name}, ${way}`, got.data, want.data, tolerance);
    const left = backend.memory().tensors - before;
    ok(left === 0, `${name}, ${way}: ${left} tensors were not freed`);
  }
}

type Run = OperationCase["run"];

async function eager<T>(
  backend: Backend<T>,
  inputs: readonly Numbers[],
  run: Run,
): Promise<Numbers> {
  const results = backend.tidy(() => {
    const xs = inputs.map(({ data, shape }) => backend.tensor(data, shape));
    return [run(backend, xs[0]!, xs[1]!, xs[2]!)];
  });
  return await taken(backend, results[0]!);
}

async function compiled<T>(
  backend: Backend<T>,
  inputs: readonly Numbers[],
  run: Run,
): Promise<Numbers> {
  const program = backend.compile(({ a, b, c }) => ({
    y: run(backend, a!, b!, c!),
  }));
  const xs = inputs.map(({ data, shape }) => backend.tensor(data, shape));
  const named = xs.map((x, i) => ["abc"[i]!, x] as const);
  const { y } = await program(Object.fromEntries(named));
  const result = await taken(backend, y!);
  backend.dispose(xs);
  return result;
}

/** The first input is fed, the others are baked in. */
async function withConstants<T>(
  backend: Backend<T>,
  inputs: readonly Numbers[],
  run: Run,
): Promise<Numbers> {
  const program = backend.compile(({ a }) => {
    const baked = inputs.slice(1).map(({ data, shape }) =>
      backend.constant(data, shape)
    );
    return { y: run(backend, a!, baked[0]!, baked[1]!) };
  });
  const x = backend.tensor(inputs[0]!.data, inputs[0]!.shape);
  const { y } = await program({ a: x });
  const result = await taken(backend, y!);
  backend.dispose([x]);
  return result;
}

async function taken<T>(backend: Backend<T>, x: T): Promise<Numbers> {
  const [data] = await backend.read([x]);
  const shape = [...backend.shape(x)];
  backend.dispose([x]);
  return { shape, data: [...data!] };
}
