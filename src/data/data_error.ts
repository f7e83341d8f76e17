/**
 * What reading data can find wrong with the world. A message names the file,
 * the field in it and what was wanted there.
 *
 * @module
 */

/** A file is not there or cannot be opened. */
export interface MissingFile {
  /** Tells it apart in a union of errors. */
  readonly _tag: "MissingFile";
  /** Path as it was asked for. */
  readonly file: string;
  /** One sentence for people. */
  readonly message: string;
}

/** A file holds, or a write meets, something other than its format allows. */
export interface MalformedFile {
  /** Tells it apart in a union of errors. */
  readonly _tag: "MalformedFile";
  /** Path as it was asked for. */
  readonly file: string;
  /** Where in the file: a chunk, a tensor, a row and column. */
  readonly field: string;
  /** One sentence for people. */
  readonly message: string;
  /** What was thrown underneath, where something was. */
  readonly cause?: unknown;
}

/** A server, or the way to it, did not give a file. */
export interface FailedDownload {
  /** Tells it apart in a union of errors. */
  readonly _tag: "FailedDownload";
  /** Where it was asked for. */
  readonly url: string;
  /** Path it was to have. */
  readonly file: string;
  /** Answer of the server; nothing where there was none. */
  readonly status?: number;
  /** One sentence for people. */
  readonly message: string;
  /** What was thrown underneath, where something was. */
  readonly cause?: unknown;
}

/** Every way in which data can fail, told apart by `_tag`. */
export type DataError = MissingFile | MalformedFile | FailedDownload;

/**
 * A {@linkcode MissingFile}.
 *
 * @param file Path as it was asked for.
 * @param namedBy Where the path came from, if another file names it.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { missingFile } from "@simsc/core/data";
 *
 * equal(missingFile("a.png").message, "a.png: must be a readable file: got none");
 * ```
 */
export function missingFile(file: string, namedBy?: string): MissingFile {
  const reason = namedBy === undefined ? "" : `, though ${namedBy} names it`;
  return {
    _tag: "MissingFile",
    file,
    message: `${file}: must be a readable file: got none${reason}`,
  };
}

/**
 * A {@linkcode MalformedFile} whose message reads
 * `<file>: "<field>" must be <wanted>: got <got>`.
 *
 * @param file Path as it was asked for.
 * @param field Where in the file.
 * @param wanted What the format wants there, in words.
 * @param got What was found instead.
 * @param cause What was thrown underneath, if anything.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { malformedFile } from "@simsc/core/data";
 *
 * const error = malformedFile("a.csv", "row 3, XA1", "a number", '"x"');
 * equal(error.message, 'a.csv: "row 3, XA1" must be a number: got "x"');
 * ```
 */
export function malformedFile(
  file: string,
  field: string,
  wanted: string,
  got: string,
  cause?: unknown,
): MalformedFile {
  const error: MalformedFile = {
    _tag: "MalformedFile",
    file,
    field,
    message: `${file}: "${field}" must be ${wanted}: got ${got}`,
  };
  return cause === undefined ? error : { ...error, cause };
}
