import type { Grid } from "../../core/bilinear_weights.ts";
import { OptionError } from "../../core/errors.ts";

/** Options of a case, read one by one; what nobody reads is an error. */
export interface CaseOptions {
  /** A number, or `fallback` where the case has none. */
  number(name: string, fallback?: number): number;
  /** A true or false, or `fallback`. */
  flag(name: string, fallback: boolean): boolean;
  /** One of `choices`. */
  choice<const C extends string>(name: string, choices: readonly C[]): C;
  /** Some text, or `fallback`. */
  text(name: string, fallback: string): string;
  /** `[rows, columns]`. */
  grid(name: string): Grid;
  /** A list of numbers. */
  numbers(name: string): readonly number[];
  /** Names that were in the case and never read. */
  unread(): readonly string[];
}

/** Wraps the plain options of the case `op`. */
export function caseOptions(
  op: string,
  options: Readonly<Record<string, unknown>>,
): CaseOptions {
  const unread = new Set(Object.keys(options));
  const read = (name: string): unknown => {
    unread.delete(name);
    return options[name];
  };
  const refuse = (name: string, wanted: string, got: unknown): never => {
    throw new OptionError(op, name, wanted, got);
  };
  const numbers = (name: string): readonly number[] => {
    const value = read(name);
    return Array.isArray(value) && value.every((x) => typeof x === "number")
      ? value
      : refuse(name, "a list of numbers", value);
  };
  return {
    number: (name, fallback) => {
      const value = read(name) ?? fallback;
      return typeof value === "number"
        ? value
        : refuse(name, "a number", value);
    },
    flag: (name, fallback) => {
      const value = read(name) ?? fallback;
      return typeof value === "boolean"
        ? value
        : refuse(name, "true or false", value);
    },
    choice: (name, choices) => {
      const value = read(name);
      return choices.find((choice) => choice === value) ??
        refuse(name, choices.join(" or "), value);
    },
    text: (name, fallback) => {
      const value = read(name) ?? fallback;
      return typeof value === "string" ? value : refuse(name, "text", value);
    },
    grid: (name) => {
      const [h, w, ...rest] = numbers(name);
      return h !== undefined && w !== undefined && rest.length === 0
        ? [h, w]
        : refuse(name, "[rows, columns]", options[name]);
    },
    numbers,
    unread: () => [...unread],
  };
}
