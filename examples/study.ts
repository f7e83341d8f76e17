/**
 * One table or figure of the paper: `deno task study NAME [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import {
  createBackend,
  formatTable,
  runStudy,
  STUDIES,
  terminalProgress,
  watchInterrupt,
  writeStudy,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { studyCommand } from "./_study_options.ts";

const { study, settings, out, backend: device } = studyCommand(
  process.argv.slice(2),
);
if (study === undefined) {
  console.log(formatTable(STUDIES, [
    { title: "name", value: ({ name }) => name },
    { title: "of the paper", value: ({ paper }) => paper },
    { title: "what it shows", value: ({ title }) => title },
  ]));
  process.exit(0);
}

const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);
const outcome = await pipe(
  TE.Do,
  TE.bindW(
    "backend",
    () => createBackend(device, { lowering: settings.base.lowering }),
  ),
  TE.bindW("results", ({ backend }) =>
    runStudy(backend, { study, settings }, {
      out,
      signal: interrupt.signal,
      onProgress: progress.report,
    })),
  TE.bindW("files", ({ backend, results }) => {
    const subject = { study, settings, results, backend: backend.name };
    return writeStudy(subject, out);
  }),
)();

progress.close();
interrupt.dispose();
if (outcome._tag === "Left") {
  const isStopped = "_tag" in outcome.left && outcome.left._tag === "Aborted";
  const hint = isStopped ? ": the same command goes on" : "";
  console.error(explained(outcome.left) + hint);
  process.exit(isStopped ? 130 : 1);
}
const { files, results } = outcome.right;
const { columns, rows } = files.page.table;
console.log(
  formatTable(
    rows,
    columns.map((title, i) => ({ title, value: (row) => row[i] ?? "" })),
  ),
);
console.log([files.table, files.figure, files.json].join("\n"));
const failures = Object.entries(results).flatMap(([key, result]) =>
  result.kind === "failed" ? [`${key} failed: ${result.message}`] : []
);
// On a terminal each was told when it failed.
if (!process.stderr.isTTY) failures.forEach((text) => console.error(text));
process.exit(failures.length > 0 ? 1 : 0);
