/**
 * The one form that pictures have after decoding.
 *
 * @module
 */

/** A decoded picture, eight bits a channel. */
export interface RgbImage {
  /** Columns in pixels. */
  readonly width: number;
  /** Rows in pixels. */
  readonly height: number;
  /** Interleaved RGB, row-major, `height * width * 3` values of 0 to 255. */
  readonly data: Uint8Array;
  /** Package and version that decoded it, for reports: decoders differ. */
  readonly decoder: string;
}
