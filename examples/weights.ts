/**
 * Weights of backbones: `deno task weights list | fetch | inspect | convert`.
 *
 * @module
 */

import process from "node:process";
import { fetchWeights, KNOWN_WEIGHTS, OptionError } from "@simsc/core/data";
import {
  convertWeights,
  formatTable,
  formatWeights,
  inspectWeights,
  terminalProgress,
  watchInterrupt,
} from "@simsc/core/runs";
import { type WeightsCommand, weightsCommand } from "./_weights_options.ts";

const command = weightsCommand(process.argv.slice(2));
const interrupt = await watchInterrupt();
const progress = terminalProgress(process.stderr);
const outcome = await run(command);
progress.close();
interrupt.dispose();
if (typeof outcome === "string") {
  console.error(outcome);
  process.exit(interrupt.signal.aborted ? 130 : 1);
}
const { result, text } = outcome;
console.log(command.json ? JSON.stringify(result, null, 1) : text.trimEnd());
process.exit(0);

/** What a command found, or why it found nothing. */
type Outcome = { readonly result: unknown; readonly text: string } | string;

async function run(command: WeightsCommand): Promise<Outcome> {
  switch (command.kind) {
    case "list":
      return {
        result: KNOWN_WEIGHTS,
        text: formatTable(KNOWN_WEIGHTS, [
          { title: "name", value: ({ name }) => name },
          { title: "also on the hub", value: ({ hub }) => hub ?? "" },
          { title: "license", value: ({ license }) => license },
        ]),
      };
    case "fetch": {
      const fetched = await fetchFrom(command);
      return typeof fetched === "string" ? fetched : {
        result: fetched,
        text: `${fetched.file}\n${fetched.license ?? ""}`,
      };
    }
    case "inspect": {
      const isFetched = /^(hf|https?):/.test(command.reference) ||
        KNOWN_WEIGHTS.some(({ name }) => name === command.reference);
      const fetched = isFetched
        ? await fetchFrom(command)
        : { file: command.reference };
      if (typeof fetched === "string") return fetched;
      const report = await inspectWeights(fetched.file, command)();
      return report._tag === "Left"
        ? report.left.message
        : { result: report.right, text: formatWeights(report.right, command) };
    }
    case "convert": {
      const made = await convertWeights(command)();
      if (made._tag === "Left") return made.left.message;
      const { file, tensors, bytes, dropped, carried, license } = made.right;
      const text = `${file}: ${tensors} tensors, ${bytes} bytes; ` +
        `${carried} taken over, ${dropped.length} left out\n${license ?? ""}`;
      return { result: made.right, text };
    }
  }
}

async function fetchFrom(
  command: Extract<WeightsCommand, { readonly reference: string }>,
) {
  try {
    const fetched = await fetchWeights(command.reference, {
      ...command,
      signal: interrupt.signal,
      onProgress: ({ name, done, total }) =>
        progress.report({
          kind: "count",
          label: `${name}, bytes`,
          done,
          total: total ?? done,
        }),
    })();
    return fetched._tag === "Left" ? fetched.left.message : fetched.right;
  } catch (error) {
    if (error instanceof OptionError) return error.message;
    throw error;
  }
}
