import type { Result } from "../core/result.ts";

/** A failure. */
export function left<E>(error: E): Result<E, never> {
  return { _tag: "Left", left: error };
}

/** A success. */
export function right<A>(value: A): Result<never, A> {
  return { _tag: "Right", right: value };
}
