/**
 * Plain JSON values: the form of a configuration in checkpoints and reports.
 *
 * @module
 */

/** Any value that JSON can hold. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Member by name; one that is absent or `undefined` is not written. */
  readonly [name: string]: JsonValue | undefined;
}
