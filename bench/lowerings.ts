/**
 * Trains by both lowerings from the same start and compares their losses, step
 * by step:
 *
 *     deno task bench:lowerings [--case resnet18-step]... [--steps 50]
 *
 * Ends with 1 where two losses differ by more than 1e-3 of 1 + loss.
 *
 * @module
 */

import process from "node:process";
import { onnxBackend } from "@simsc/core/backends/onnx";
import { namesOption, wholeOption } from "./option_values.ts";
import { scriptOptions } from "./script_options.ts";
import { CASE_NAMES, prepareWork, workOf } from "./work.ts";

const MOST = 1e-3;

const { values: options } = scriptOptions(import.meta.url, {
  options: {
    case: { type: "string", multiple: true, default: ["resnet18-step"] },
    steps: { type: "string", default: "50" },
  },
});
const steps = wholeOption("--steps", options.steps);

let largest = 0;
for (const name of namesOption("--case", options.case, CASE_NAMES)) {
  const [plain, blocked] = [
    await losses(name, "plain"),
    await losses(name, "blocked"),
  ];
  const differences = plain.map((loss, i) =>
    Math.abs(loss - blocked[i]!) / (1 + Math.abs(loss))
  );
  const worst = Math.max(...differences);
  largest = Math.max(largest, worst);
  console.log(
    `${name}: largest difference ${worst.toExponential(1)} of 1 + loss over ` +
      `${steps} steps; last losses ${plain.at(-1)?.toFixed(5)} plain, ` +
      `${blocked.at(-1)?.toFixed(5)} blocked`,
  );
}
process.exit(largest <= MOST ? 0 : 1);

async function losses(
  name: string,
  lowering: "plain" | "blocked",
): Promise<readonly number[]> {
  const created = await onnxBackend({ device: "cpu", lowering })();
  if (created._tag === "Left") throw created.left;
  const step = prepareWork(created.right, workOf(name));
  const result: number[] = [];
  for (let i = 0; i < steps; i++) result.push(await step());
  await created.right.close();
  return result;
}
