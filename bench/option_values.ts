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

/** A finite number of at least `least`, or above `above`. */
export function numberOption(
  option: string,
  text: string,
  bound: { readonly least: number } | { readonly above: number },
): number {
  const value = numberOf(text);
  const isWithin = "least" in bound
    ? value >= bound.least
    : value > bound.above;
  if (Number.isFinite(value) && isWithin) return value;
  const wanted = "least" in bound
    ? `of at least ${bound.least}`
    : `above ${bound.above}`;
  return wrongOption(`${option} must be a number ${wanted}: got "${text}"`);
}

/** A name of `known`. */
export function nameOption<const N extends string>(
  option: string,
  given: string,
  known: readonly N[],
): N {
  return known.find((each) => each === given) ?? wrongOption(
    `${option} must be one of ${known.join(", ")}: got "${given}"`,
  );
}

/** Names, each one of `known`. */
export function namesOption<const N extends string>(
  option: string,
  given: readonly string[],
  known: readonly N[],
): readonly N[] {
  return given.map((name) => nameOption(option, name, known));
}

/** `Number` takes blank text for 0. */
function numberOf(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}
