import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "./data_error.ts";

/** Carries an error out of nested checks to {@linkcode attempt}, and no further. */
export class Refusal extends Error {
  /** What the caller gets. */
  readonly error: DataError;

  /** Wraps `error`. */
  constructor(error: DataError) {
    super(error.message);
    this.error = error;
  }
}

/** Gives up with a `MalformedFile` of these parts. */
export function refuse(
  file: string,
  field: string,
  wanted: string,
  got: string,
  cause?: unknown,
): never {
  throw new Refusal(malformedFile(file, field, wanted, got, cause));
}

/** What was found, or gives up with the error. */
export function unwrap<A>(result: Result<DataError, A>): A {
  if (result._tag === "Left") throw new Refusal(result.left);
  return result.right;
}

/** Runs `f`; a refusal inside becomes a failure. */
export function attempt<A>(f: () => A): Result<DataError, A> {
  try {
    return { _tag: "Right", right: f() };
  } catch (thrown) {
    return asFailure(thrown);
  }
}

/** As {@linkcode attempt}, for work that waits. */
export async function attemptAsync<A>(
  f: () => Promise<A>,
): Promise<Result<DataError, A>> {
  try {
    return { _tag: "Right", right: await f() };
  } catch (thrown) {
    return asFailure(thrown);
  }
}

function asFailure(thrown: unknown): Result<DataError, never> {
  if (thrown instanceof Refusal) return { _tag: "Left", left: thrown.error };
  throw thrown;
}
