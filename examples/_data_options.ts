/**
 * The command line of `deno task data`.
 */

import { Command } from "commander";
import {
  DATA_FORMATS,
  type DataFormat,
  type ReadingChoices,
} from "@simsc/core/data";
import { choice, path, PLAIN_OUTPUT, readingOptions } from "./_arguments.ts";

/** Look over a data set. */
export interface CheckCommand extends ReadingChoices {
  /** Tells commands apart. */
  readonly kind: "check";
  /** Folder of the data set. */
  readonly folder: string;
  /** Layout of the folder. */
  readonly format: DataFormat;
  /** Whether to print the whole report as JSON. */
  readonly json?: boolean;
  /** Whether to show categories. */
  readonly categories?: boolean;
}

/**
 * Reads the arguments of the data command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function dataCommand(args: readonly string[]): CheckCommand {
  let chosen: CheckCommand | undefined;
  const program = new Command("data")
    .description("Check data sets of annotated pairs.")
    .configureOutput(PLAIN_OUTPUT);
  const check = program.command("check")
    .description("Count, compare with the public data set, look for leaks.")
    .argument("<folder>", "data set", path)
    .addOption(
      choice("--format <layout>", "layout of the data set", DATA_FORMATS)
        .makeOptionMandatory(),
    )
    .option("--categories", "show every category")
    .option("--json", "print the whole report as JSON")
    .action(
      (folder: string, options: Omit<CheckCommand, "kind" | "folder">) => {
        chosen = { ...options, kind: "check", folder };
      },
    );
  readingOptions().forEach((option) => check.addOption(option));
  program.parse(args, { from: "user" });
  // Commander shows help and ends the process where no command is given.
  return chosen as CheckCommand;
}
