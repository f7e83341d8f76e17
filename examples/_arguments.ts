/**
 * Values of command-line options that more than one command takes.
 */

import { type Command, Help, InvalidArgumentError, Option } from "commander";
import type { ImageSize } from "@simsc/core/runs";

/** A finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new InvalidArgumentError("wanted a number");
  }
  return value;
}

/** A number above 0. */
export function positive(text: string): number {
  const value = number(text);
  if (!(value > 0)) throw new InvalidArgumentError("wanted a number > 0");
  return value;
}

/** A whole number of at least 0. */
export function whole(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError("wanted a whole number >= 0");
  }
  return value;
}

/** `auto`, or a temperature. */
export function beta(text: string): "auto" | number {
  return text === "auto" ? "auto" : positive(text);
}

/** `epoch`, or a number of steps. */
export function period(text: string): "epoch" | number {
  return text === "epoch" ? "epoch" : whole(text);
}

/** A path, as it was given. */
export function path(text: string): string {
  if (text === "") throw new InvalidArgumentError("wanted a path");
  return text;
}

/** Side of the square that pictures are resized to, or `original`. */
export function imageSize(text: string): ImageSize {
  if (text === "original") return text;
  const value = positive(text);
  if (!Number.isInteger(value) || value < 16) {
    throw new InvalidArgumentError("wanted original or a whole number >= 16");
  }
  return value;
}

/** An option with a fixed set of values. */
export function choice(
  flags: string,
  text: string,
  choices: readonly string[],
): Option {
  return new Option(flags, text).choices(choices);
}

/** Choices on how annotations are read, under the names of the library. */
export function readingOptions(): readonly Option[] {
  return [
    choice("--one-based <rule>", "PF-PASCAL's pixels from 1: as filed, or -1", [
      "keep",
      "shift",
    ]),
    choice("--mirror-rule <rule>", "PF-PASCAL's mirrored keypoints", [
      "exact",
      "offByOne",
    ]),
    choice("--layout <lists>", "SPair-71k's lists", ["large", "small"]),
    new Option("--every-pixels <n>", "between two points of TSS's flow")
      .argParser(whole),
    new Option("--per-category <n>", "pairs of AP-10K drawn of each; 0: all")
      .argParser(whole),
  ];
}

/** What {@linkcode readingOptions} was given, apart from other options. */
export function splitReading(
  options: Readonly<Record<string, unknown>>,
): {
  readonly reading: Readonly<Record<string, unknown>>;
  // deno-lint-ignore no-explicit-any -- Commander's own type of options.
  readonly given: Readonly<Record<string, any>>;
} {
  const names = readingOptions().map((option) => option.attributeName());
  const entries = Object.entries(options);
  return {
    reading: Object.fromEntries(entries.filter(([n]) => names.includes(n))),
    given: Object.fromEntries(entries.filter(([n]) => !names.includes(n))),
  };
}

/**
 * Ends the process where one of these options was not given, and says what it
 * wants. Commander's own check comes before that of unknown names, so it would
 * say of a misspelt option that it is not there. Where nothing at all was given,
 * shows the help as an error.
 *
 * @param command The command, parsed.
 * @param names Long names of the options.
 */
export function requireOptions(
  command: Command,
  ...names: readonly string[]
): void {
  const isGiven = (option: Option): boolean =>
    !["default", undefined].includes(
      command.getOptionValueSource(option.attributeName()),
    );
  if (command.args.length === 0 && !command.options.some(isGiven)) {
    command.help({ error: true });
  }
  const missing = command.options.find((option) =>
    names.includes(option.name()) &&
    command.getOptionValue(option.attributeName()) === undefined
  );
  if (missing === undefined) return;
  const wanted = new Help().optionDescription(missing);
  command.error(
    `error: required option '${missing.flags}' not specified: ${wanted}`,
  );
}

/**
 * Ends the process: without its layout a data set cannot be read.
 *
 * @param command The command, with a `--format`.
 * @param folder The data set.
 */
export function needFormat(command: Command, folder = ""): never {
  const layouts = command.options.find((each) => each.name() === "format")
    ?.argChoices?.join(", ");
  return command.error(
    `error: --data ${folder} needs a --format, the layout of the data set: ` +
      `one of ${layouts}`,
  );
}

/** Commander asks the environment for colours, which commands may not read. */
export const PLAIN_OUTPUT = {
  getOutHasColors: () => false,
  getErrHasColors: () => false,
} as const;

/** The paper's evaluation temperature for models that learned none. */
export const UNLEARNED_BETA = 0.02;

/** Values of `--coordinates`. */
export const COORDINATES = ["simple", "center", "alignCorners"] as const;

/** Values of `--keypoints`. */
export const KEYPOINTS = ["csv", "mat"] as const;
