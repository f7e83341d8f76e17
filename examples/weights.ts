/**
 * Weights of backbones: `deno task weights list | fetch | inspect | convert`.
 *
 * @module
 */

import process from "node:process";
import { counted, KNOWN_WEIGHTS } from "@simsc/core/data";
import {
  convertWeights,
  formatTable,
  formatWeights,
  inspectWeights,
} from "@simsc/core/runs";
import { fetchShown } from "./_fetch_weights.ts";
import { type WeightsCommand, weightsCommand } from "./_weights_options.ts";

/** What a command found, as data and as text, or why it found nothing. */
type Outcome = { readonly result: unknown; readonly text: string } | string;

async function run(command: WeightsCommand): Promise<Outcome> {
  if (command.kind === "list") {
    const text = formatTable(KNOWN_WEIGHTS, [
      { title: "name", value: ({ name }) => name },
      { title: "also on the hub", value: ({ hub }) => hub ?? "" },
      { title: "license", value: ({ license }) => license },
    ]);
    return { result: KNOWN_WEIGHTS, text };
  }
  if (command.kind === "convert") {
    const made = await convertWeights(command)();
    if (made._tag === "Left") return made.left.message;
    const { file, tensors, bytes, dropped, carried, license } = made.right;
    const text = `${file}: ${counted(tensors, "tensor")}, ` +
      `${counted(bytes, "byte")}; ` +
      `${carried} taken over, ${dropped.length} left out\n${license ?? ""}`;
    return { result: made.right, text };
  }
  const { kind, reference } = command;
  const isFetched = kind === "fetch" || /^(hf|https?):/.test(reference) ||
    KNOWN_WEIGHTS.some(({ name }) => name === reference);
  const found = isFetched ? await fetchShown(command) : { file: reference };
  if (typeof found === "string") return found;
  if (kind === "fetch") {
    const license = "license" in found ? found.license : undefined;
    return { result: found, text: `${found.file}\n${license ?? ""}` };
  }
  const report = await inspectWeights(found.file, command)();
  return report._tag === "Left"
    ? report.left.message
    : { result: report.right, text: formatWeights(report.right, command) };
}

const command = weightsCommand(process.argv.slice(2));
const outcome = await run(command);
if (typeof outcome === "string") {
  console.error(outcome);
  process.exit(1);
}
const { result, text } = outcome;
console.log(command.json ? JSON.stringify(result, null, 1) : text.trimEnd());
process.exit(0);
