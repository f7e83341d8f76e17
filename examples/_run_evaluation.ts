import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { readPairs, writeAtomic } from "@simsc/core/data";
import type { DecodingWorker } from "@simsc/core/decoding";
import {
  createBackend,
  evaluateModels,
  evaluationReport,
  loadCheckpoint,
  loadWeights,
  terminalProgress,
  watchInterrupt,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { evaluateCommand } from "./_evaluate_options.ts";

/**
 * Evaluates what the arguments say and prints it; the process's exit code, 130
 * where it was stopped.
 */
export async function runEvaluation(
  args: readonly string[],
  worker: DecodingWorker,
): Promise<0 | 1 | 130> {
  const command = evaluateCommand(args);
  const interrupt = await watchInterrupt();
  const progress = terminalProgress(process.stderr);
  const outcome = await pipe(
    command.sets,
    TE.traverseSeqArray((source) =>
      pipe(
        readPairs(source.data, source),
        TE.map((set) => ({ ...source, folder: source.data, set })),
      )
    ),
    TE.chainW((sets) => {
      const backend = createBackend(command.backend, command);
      const models = command.models.map((source) => ({
        name: source.name,
        ...("checkpoint" in source
          ? { open: loadCheckpoint(source.checkpoint) }
          : { open: loadWeights(source), backbone: source }),
      }));
      return evaluateModels(backend, { models, sets }, {
        ...command,
        worker,
        signal: interrupt.signal,
        onProgress: progress.report,
      });
    }),
    TE.map((evaluations) => evaluationReport(evaluations, command)),
  )();
  progress.close();
  interrupt.dispose();
  worker.close();
  if (outcome._tag === "Left") {
    console.error(explained(outcome.left));
    return outcome.left._tag === "Aborted" ? 130 : 1;
  }
  // Shown first: nobody is to wait again because a file could not be written.
  const { text, json } = outcome.right;
  console.log(text);
  if (command.json === undefined) return 0;
  const content = `${JSON.stringify(json, null, 1)}\n`;
  const written = await writeAtomic(command.json, content)();
  if (written._tag === "Right") return 0;
  console.error(explained(written.left));
  return 1;
}
