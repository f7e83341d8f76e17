/**
 * Work that was stopped from outside.
 *
 * @module
 */

import type { Result } from "../core/result.ts";
import { left } from "./_result.ts";

/** An `AbortSignal` stopped the work; what it wrote until then is whole. */
export interface Aborted {
  /** Tells it apart in a union of errors. */
  readonly _tag: "Aborted";
  /** One sentence for people. */
  readonly message: string;
}

/**
 * The failure for work that was stopped in `what`.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { aborted } from "@simsc/core/runs";
 *
 * const stopped = aborted("evaluation");
 * equal(
 *   stopped._tag === "Left" && stopped.left.message,
 *   "evaluation was stopped",
 * );
 * ```
 */
export function aborted(what: string): Result<Aborted, never> {
  return left({ _tag: "Aborted", message: `${what} was stopped` });
}
