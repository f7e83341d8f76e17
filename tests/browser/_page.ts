/**
 * What the browser test runs in its page: the library as a user bundles it.
 *
 * @module
 */

import { type Backend, correlate, kernelSoftArgmax } from "@simsc/core";
import {
  type BackendName,
  type CaseOutcome,
  createBackend,
  decodeReference,
  runCase,
} from "@simsc/core/runs";

/** What one backend gave. */
export interface PageResult {
  /** Why it gave nothing else; empty where it did. */
  readonly error: string;
  /** Name the backend gives itself. */
  readonly name?: string;
  /** Match of the middle of a row of three cells, (x, y) in cells. */
  readonly match?: readonly number[];
  /** Reference cases and how they went. */
  readonly outcomes?: readonly CaseOutcome[];
}

/** What the page sends when it is done. */
export interface PageReport {
  /** Whether the page may share memory between threads. */
  readonly isolated: boolean;
  /** Result of each backend that was asked for. */
  readonly results: Readonly<Record<string, PageResult>>;
}

/** What the page is asked to run. */
export interface PageOrder {
  /** Backends. */
  readonly backends: readonly (BackendName | "auto")[];
  /** Files of reference cases, below `cases/`. */
  readonly cases: readonly string[];
}

async function runOn<T>(
  backend: Backend<T>,
  cases: readonly string[],
): Promise<PageResult> {
  // Three cells with features of their own; B is A moved one to the right.
  const featuresA = backend.tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 3, 1, 3]);
  const featuresB = backend.tensor([0, 1, 0, 0, 0, 1, 1, 0, 0], [1, 3, 1, 3]);
  const scores = correlate(backend, { featuresA, featuresB });
  const maps = backend.reshape(scores, [1, 3, 1, 3]);
  const points = kernelSoftArgmax(backend, maps, { sigmaCells: 7, beta: 0.02 });
  const [xy] = await backend.read([points]);
  const outcomes: CaseOutcome[] = [];
  for (const name of cases) {
    const text = await (await fetch(`cases/${name}`)).text();
    const item = decodeReference(text, name);
    if (item._tag === "Left") throw new Error(item.left.message);
    if ("arch" in item.right) throw new Error(`${name} is a backbone`);
    outcomes.push(await runCase(backend, item.right));
  }
  await backend.close();
  const match = [...xy!.slice(2, 4)];
  return { error: "", name: backend.name, match, outcomes };
}

async function run(
  name: BackendName | "auto",
  cases: readonly string[],
): Promise<PageResult> {
  const wasmPaths = new URL("wasm/", location.href).href;
  const backend = await createBackend(name, { wasmPaths })();
  if (backend._tag === "Left") return { error: backend.left.message };
  return await runOn(backend.right, cases);
}

const order: PageOrder = await (await fetch("order")).json();
const results: Record<string, PageResult> = {};
for (const name of order.backends) {
  results[name] = await run(name, order.cases)
    .catch((error) => ({ error: String(error) }));
}
const isolated = Reflect.get(globalThis, "crossOriginIsolated") === true;
const body = JSON.stringify({ isolated, results } satisfies PageReport);
await fetch("report", { method: "POST", body });
