/**
 * Where weights came from.
 *
 * @module
 */

/** Where fetched weights came from, as the note beside them keeps it. */
export interface WeightsOrigin {
  /** Address that it was fetched from. */
  readonly url: string;
  /** SHA-256 of its content in hexadecimal. */
  readonly sha256: string;
  /** Its bytes. */
  readonly bytes: number;
  /** The hub's name of this version of it. */
  readonly etag?: string;
  /** Commit of the repository that it was taken at. */
  readonly commit?: string;
  /** What may be done with it, where that is known. */
  readonly license?: string;
}
