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
 * Reads a benchmark's options by `parseArgs`. `--help` prints the head of its
 * file and ends the process with 0; an option that `parseArgs` refuses ends it
 * with 2 and says why.
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

/** Names that an option gave, each one of `known`, or the end of the process. */
export function namesOption(
  option: string,
  given: readonly string[],
  known: readonly string[],
): readonly string[] {
  return given.every((name) => known.includes(name))
    ? given
    : wrongOption(`${option} must be one of ${known.join(", ")}`);
}

/** Says what is wrong with an option and ends the process with 2. */
export function wrongOption(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}
