/**
 * Values that a benchmark's options gave as text. One that is not as it must be
 * ends the process with 2.
 *
 * @module
 */

import { wrongOption } from "./wrong_option.ts";

/** Text of an option without a default, not empty. */
export function givenOption(option: string, text = ""): string {
  return text !== "" ? text : wrongOption(
    `${option} must be given: got nothing`,
  );
}

/** A whole number of at least `least`. */
export function wholeOption(option: string, text: string, least = 1): number {
  const value = numberOf(text);
  return Number.isInteger(value) && value >= least ? value : wrongOption(
    `${option} must be a whole number of at least ${least}: got "${text}"`,
  );
}

/** A finite number of at least `least`. */
export function numberOption(
  option: string,
  text: string,
  least: number,
): number {
  const value = numberOf(text);
  return Number.isFinite(value) && value >= least ? value : wrongOption(
    `${option} must be a number of at least ${least}: got "${text}"`,
  );
}

/** Names, each one of `known`. */
export function namesOption<const N extends string>(
  option: string,
  given: readonly string[],
  known: readonly N[],
): readonly N[] {
  const isKnown = (name: string): name is N =>
    known.some((each) => each === name);
  if (given.every(isKnown)) return given;
  const got = given.find((name) => !isKnown(name));
  return wrongOption(
    `${option} must be one of ${known.join(", ")}: got "${got}"`,
  );
}

/** `Number` takes blank text for 0. */
function numberOf(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}
