/**
 * Command lines of benchmarks.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { wrongOption } from "./wrong_option.ts";

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
    if (!isUsersMistake(error)) throw error;
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

/** Other errors of `parseArgs` are mistakes in what it was told to take. */
function isUsersMistake(error: unknown): error is Error {
  return error instanceof Error && "code" in error &&
    String(error.code).startsWith("ERR_PARSE_ARGS");
}
