import { OptionError } from "../../core/errors.ts";
import type { ProceduralOptions } from "./procedural_options.ts";

/** Largest value of each plain option, smallest 0. */
const limits = {
  overhang: 0.5,
  rotationDeg: 180,
  mirror: 1,
  anisotropy: 0.5,
  shear: 1,
  perspective: 0.4,
  texture: 1,
} as const;

/** Throws where an option is out of its documented range. */
export function checkProceduralOptions(
  fn: string,
  options: ProceduralOptions,
): void {
  if (!Number.isInteger(options.size) || options.size < 32) {
    throw new OptionError(fn, "size", "an integer of 32 or more", options.size);
  }
  for (const [name, limit] of Object.entries(limits)) {
    const value = options[name as keyof typeof limits];
    if (!(value >= 0 && value <= limit)) {
      throw new OptionError(fn, name, `0 to ${limit}`, value);
    }
  }
  for (const name of ["aspect", "extent"] as const) {
    const [from, to] = options[name];
    if (!(from > 0 && from <= to && to <= 1)) {
      throw new OptionError(fn, name, "0 < from <= to <= 1", options[name]);
    }
  }
  for (const name of ["clutter", "occluders", "outline"] as const) {
    const [from, to] = options[name];
    if (!(from >= 0 && from <= to && to <= 100)) {
      throw new OptionError(fn, name, "0 <= from <= to <= 100", options[name]);
    }
  }
}
