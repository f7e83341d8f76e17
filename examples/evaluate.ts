/**
 * Evaluates models on annotated pairs: `deno task evaluate [options]`.
 *
 * @module
 */

import process from "node:process";
import { decodingWorker } from "@simsc/core/decoding";

// It starts while all else is still loaded.
const worker = decodingWorker();
const { runEvaluation } = await import("./_run_evaluation.ts");
process.exit(await runEvaluation(process.argv.slice(2), worker));
