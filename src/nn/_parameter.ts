import type { TensorMap } from "../backends/backend.ts";
import { OptionError } from "../core/errors.ts";

/** The tensor called `name` of the map `param`; throws if there is none. */
export function parameter<T>(
  fn: string,
  param: string,
  parameters: TensorMap<T>,
  name: string,
): T {
  const found = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (found === undefined) {
    throw new OptionError(fn, param, `a map with "${name}"`, "none");
  }
  return found;
}
