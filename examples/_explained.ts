/**
 * What a command says of an error.
 */

import process from "node:process";
import { resolve, sep } from "node:path";

/**
 * The message of an error; of a file that is not there also which option of
 * the command line led to it.
 *
 * @param error What went wrong.
 * @param args The command line.
 * @returns One line for people.
 */
export function explained(
  error: {
    readonly message: string;
    readonly _tag?: string;
    readonly file?: string;
  },
  args: readonly string[] = process.argv.slice(2),
): string {
  const { message, _tag, file } = error;
  if (_tag !== "MissingFile" || file === undefined) return message;
  const path = resolve(file);
  const [led] = args.flatMap((arg, i) => {
    const [, name, value = args[i + 1]] = arg.match(/^(--[^=]+)(?:=(.*))?$/) ??
      [];
    if (name === undefined || !value) return [];
    const at = resolve(value);
    const isWithin = path === at || path.startsWith(at + sep);
    return isWithin ? [{ option: `${name} ${value}`, depth: at.length }] : [];
  }).sort((a, b) => b.depth - a.depth);
  return led ? `${message} (from ${led.option})` : message;
}
