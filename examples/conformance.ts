/**
 * Runs a folder of reference cases on every backend present, or on one.
 *
 * @module
 */

import process from "node:process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import type { Backend } from "@simsc/core";
import {
  BACKEND_NAMES,
  type BackendName,
  type CaseOutcome,
  createBackend,
  formatConformance,
  type Lowering,
  LOWERINGS,
  type OpaqueTensor,
  readReferenceSet,
  runConformance,
  watchInterrupt,
} from "@simsc/core/runs";
import { choice, PLAIN_OUTPUT } from "./_arguments.ts";

const program = new Command("conformance")
  .configureOutput(PLAIN_OUTPUT)
  .description("Compare operations and gradients with reference cases.")
  .argument("<folder>", "folder of reference cases (*.json)")
  .option("--backend <name>", "a backend, or a module that default-exports one")
  .addOption(
    choice("--lowering <name>", "how models of ONNX Runtime are written", [
      ...LOWERINGS,
    ]).default("auto"),
  )
  .option("--only <text>", "only files whose name contains it")
  .parse(["deno", "conformance", ...process.argv.slice(2)]);
const { backend: wanted, lowering, only } = program.opts<
  { backend?: string; lowering: Lowering; only?: string }
>();

const set = await readReferenceSet(program.args[0] as string, {
  ...(only !== undefined && { only }),
})();
if (set._tag === "Left") fail(set.left.message);

/** A backend by name, or the default export of a module of one's own. */
async function open(name: string): Promise<Backend<OpaqueTensor> | string> {
  if (/\.[jt]s$/.test(name)) {
    return await import(pathToFileURL(resolve(name)).href)
      .then((module) => module.default())
      .catch((error: Error) => error.message);
  }
  const backend = await createBackend(name as BackendName, { lowering })();
  return backend._tag === "Right" ? backend.right : backend.left.message;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const interrupt = await watchInterrupt();
const results: Record<string, readonly CaseOutcome[]> = {};
for (const name of wanted ? [wanted] : BACKEND_NAMES) {
  if (interrupt.signal.aborted) break;
  const backend = await open(name);
  if (typeof backend === "string") {
    if (wanted) fail(backend);
    console.error(`skipped: ${backend}`);
    continue;
  }
  results[backend.name] = await runConformance(backend, set.right, {
    signal: interrupt.signal,
  });
  await backend.close();
}
interrupt.dispose();
const { text, failed } = formatConformance(results);
console.log(text);
if (interrupt.signal.aborted) {
  console.error("stopped: not every case was run");
  process.exit(130);
}
process.exit(failed === 0 ? 0 : 1);
