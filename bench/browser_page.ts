/**
 * The library's side of a comparison in a page: what `ours_process.ts` is in a
 * process, with orders and reports in place of lines.
 *
 * @module
 */

import { createBackend } from "@simsc/core/runs";
import {
  answerWork,
  type WorkAnswer,
  type WorkRequest,
} from "./answer_work.ts";
import { describeEngine } from "./describe_engine.ts";
import type { OursOptions } from "./ours_process.ts";

async function nextOrder<T>(): Promise<T> {
  return await (await fetch("order")).json();
}

async function report(content: object): Promise<void> {
  await fetch("report", { method: "POST", body: JSON.stringify(content) });
}

async function open(): Promise<(request: WorkRequest) => Promise<WorkAnswer>> {
  const { backend: name, ...options } = await nextOrder<OursOptions>();
  const wasmPaths = new URL("wasm/", location.href).href;
  const created = await createBackend(name, { ...options, wasmPaths })();
  if (created._tag === "Left") throw created.left;
  await report({ versions: {}, engine: await describeEngine(name) });
  return answerWork(created.right);
}

const failed = (error: unknown) => report({ error: String(error) });
const answer = await open().catch(failed);
while (answer !== undefined) {
  await answer(await nextOrder()).then(report, failed);
}
