/**
 * Matches points of two pictures: `deno task match A B --points x,y [options]`.
 *
 * @module
 */

import process from "node:process";
import { pipe } from "fp-ts/function";
import * as TE from "fp-ts/TaskEither";
import { writeAtomic } from "@simsc/core/data";
import {
  createBackend,
  drawMatch,
  formatMatch,
  loadCheckpoint,
  loadWeights,
  matchPair,
} from "@simsc/core/runs";
import { explained } from "./_explained.ts";
import { matchCommand } from "./_match_options.ts";

const command = matchCommand(process.argv.slice(2));
const { model: named, source, target } = command;

const outcome = await pipe(
  TE.Do,
  TE.bindW("backend", () => createBackend(command.backend)),
  TE.bindW(
    "model",
    () =>
      "checkpoint" in named
        ? loadCheckpoint(named.checkpoint)
        : loadWeights(named),
  ),
  TE.chainW(({ backend, model }) =>
    matchPair(backend, { ...command, model }, {
      ...command,
      reading: command.reading(model),
    })
  ),
  TE.chainFirstW((match) => {
    const { out } = command;
    if (out === undefined) return TE.right(undefined);
    const format = out.endsWith(".html") ? "html" : "svg";
    const title = `${source} to ${target}`;
    return pipe(
      TE.fromTask(() => drawMatch(match, { title, format })),
      TE.chainW((drawing) => writeAtomic(out, drawing)),
    );
  }),
)();

if (outcome._tag === "Left") {
  console.error(explained(outcome.left));
  process.exit(1);
}
const { images: _, ...found } = outcome.right;
console.log(
  command.json
    ? JSON.stringify({ source, target, ...found }, null, 1)
    : formatMatch(outcome.right).trimEnd(),
);
if (command.isBetaDefault && !command.json) {
  const { betaEval } = found.choices.reading;
  console.log(`--beta-eval ${betaEval} by default: plain weights have none`);
}
if (command.out !== undefined && !command.json) {
  console.log(`drawing: ${command.out}`);
}
process.exit(0);
