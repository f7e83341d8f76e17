/**
 * Command lines of benchmarks.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs, type ParseArgsConfig } from "node:util";

/**
 * Reads a benchmark's options by `parseArgs`. `--help` prints what stands at the
 * head of its file and ends the process; so does an option that is not known,
 * as an error.
 *
 * @param module `import.meta.url` of the benchmark.
 * @param config What it takes.
 */
export function scriptOptions<Config extends ParseArgsConfig>(
  module: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.includes("--help")) {
    console.log(headOf(readFileSync(fileURLToPath(module), "utf8")));
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return wrongOption(`${error.message} (--help tells what there is)`);
  }
}

/** The comment at the head of a file, without its marks. */
export function headOf(source: string): string {
  const [, text = ""] = source.match(/^\/\*\*\n([\s\S]*?)\n \*\//) ?? [];
  return text.split("\n")
    .map((line) => line.replace(/^ \* ?/, ""))
    .filter((line) => line !== "@module")
    .join("\n")
    .trim();
}

/** A whole number of at least `least` that an option gave, or the end of the process. */
export function wholeOption(option: string, text: string, least = 1): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= least
    ? value
    : wrongOption(`${option} must be a whole number of at least ${least}`);
}

/** Ends the process with what is wrong with an option. */
export function wrongOption(message: string): never {
  console.error(`error: ${message}`);
  process.exit(1);
}
