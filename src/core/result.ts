/**
 * Outcomes of what the world can refuse, in the shape of fp-ts, so that its
 * `pipe`, `Either` and `TaskEither` work on them.
 *
 * @module
 */

/** A failure, structurally fp-ts `Left`. */
export interface Failure<E> {
  /** Tells the two apart. */
  readonly _tag: "Left";
  /** Why it failed. */
  readonly left: E;
}

/** A success, structurally fp-ts `Right`. */
export interface Success<A> {
  /** Tells the two apart. */
  readonly _tag: "Right";
  /** What was wanted. */
  readonly right: A;
}

/** Structurally fp-ts `Either<E, A>`. */
export type Result<E, A> = Failure<E> | Success<A>;

/** Structurally fp-ts `TaskEither<E, A>`: nothing happens until it is called. */
export type AsyncResult<E, A> = () => Promise<Result<E, A>>;
