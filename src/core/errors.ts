/**
 * Errors of a broken contract: a shape or a value that the documentation
 * excludes. Messages read `fn(): "param" must be <wanted>: got <actual>`.
 *
 * @module
 */

/** A tensor's shape differs from the documented one. */
export class ShapeError extends TypeError {
  /** Class name, for logs. */
  override readonly name = "ShapeError";

  /** Axis lengths that arrived. */
  readonly actual: readonly number[];

  /** Builds the message; `expected` uses the documented axis letters. */
  constructor(
    fn: string,
    param: string,
    expected: string,
    actual: readonly number[],
  ) {
    super(`${fn}(): "${param}" must be ${expected}: got [${actual}]`);
    this.actual = actual;
  }
}

/** A number or choice lies outside its documented range. */
export class OptionError extends RangeError {
  /** Class name, for logs. */
  override readonly name = "OptionError";

  /** Value that arrived. */
  readonly actual: unknown;

  /** Builds the message; `expected` says the range in words. */
  constructor(fn: string, param: string, expected: string, actual: unknown) {
    super(`${fn}(): "${param}" must be ${expected}: got ${String(actual)}`);
    this.actual = actual;
  }
}
