/**
 * The command line of `deno task data`.
 */

import { Command } from "commander";
import {
  DATA_FORMATS,
  DATA_SOURCES,
  type DataFormat,
  READING_DEFAULTS,
  type ReadingChoices,
} from "@simsc/core/data";
import {
  choice,
  path,
  PLAIN_OUTPUT,
  readingOptions,
  requireOptions,
} from "./_arguments.ts";
import { showDefaults } from "./_shown_defaults.ts";

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

/** Download a data set. */
export interface DownloadCommand {
  /** Tells commands apart. */
  readonly kind: "download";
  /** Name of the data set. */
  readonly name: string;
  /** Where it goes. */
  readonly folder: string;
  /** Address of a folder that has its files. */
  readonly mirror?: string;
  /** Whether to fetch again what is there. */
  readonly again?: boolean;
  /** Whether to take a file that differs from what came before. */
  readonly acceptChanged?: boolean;
  /** Whether to print what came as JSON. */
  readonly json?: boolean;
}

/**
 * Reads the arguments of the data command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function dataCommand(
  args: readonly string[],
): CheckCommand | DownloadCommand {
  let chosen: CheckCommand | DownloadCommand | undefined;
  const program = new Command("data")
    .description("Download and check data sets of annotated pairs.")
    .configureOutput(PLAIN_OUTPUT);
  const check = program.command("check")
    .description("count, compare with the public data set, look for leaks")
    .argument("<folder>", "data set", path)
    .addOption(
      choice("--format <layout>", "layout of the data set", DATA_FORMATS),
    )
    .option("--categories", "show every category")
    .option("--json", "print the whole report as JSON")
    .action((folder, options) => {
      requireOptions(check, "format");
      chosen = { ...options, kind: "check", folder };
    });
  readingOptions().forEach((option) => check.addOption(option));
  showDefaults(check, READING_DEFAULTS);
  const sets = DATA_SOURCES.map(({ name, title }) => `  ${name}: ${title}`);
  const download = program.command("download")
    .description("fetch a public data set and unpack it")
    .argument("<name>", "data set")
    .argument("<folder>", "where it goes", path)
    .option("--mirror <address>", "folder of another server with its files")
    .option("--again", "fetch and unpack again what is there")
    .option("--accept-changed", "take files that differ from earlier ones")
    .option("--json", "print what came as JSON")
    .addHelpText("after", `\nData sets:\n${sets.join("\n")}`)
    .action((name, folder, options) => {
      if (!DATA_SOURCES.some((source) => source.name === name)) {
        const names = DATA_SOURCES.map((source) => source.name).join(", ");
        download.error(`error: unknown data set ${name}: give one of ${names}`);
      }
      chosen = { ...options, kind: "download", name, folder };
    });
  program.parse(args, { from: "user" });
  // Commander shows help and ends the process where no command is given.
  return chosen as CheckCommand | DownloadCommand;
}
