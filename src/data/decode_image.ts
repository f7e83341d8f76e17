/**
 * Pictures from bytes to RGB.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import { JPEG_DECODER, PNG_DECODER } from "./_image_decoders.ts";
import { CONVERT, otherFormat } from "./_other_format.ts";
import { attemptAsync, refuse } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import type { RgbImage } from "./rgb_image.ts";

/** First bytes of a PNG. */
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** First bytes of a JPEG. */
const JPEG = [0xff, 0xd8, 0xff];

/**
 * Decodes a PNG or a JPEG, told apart by their first bytes.
 *
 * Grey is repeated over the three channels, alpha is dropped without blending,
 * 16 bits are cut to the upper 8, and palettes are looked up, all as Pillow's
 * `convert("RGB")` does, except that Pillow clips 16-bit grey at 255. EXIF
 * orientation and colour profiles are ignored: annotations are in stored
 * pixels. A cut file, and one whose damage the decoder notices, is an error,
 * never a partly grey picture; wrong bits inside the coded data of a JPEG, which
 * has no checksum, may pass as other colours. More than 100 million pixels are
 * refused, as are CMYK JPEGs.
 *
 * @param bytes Content of the file.
 * @param file Its path, for errors.
 * @returns The picture, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { encode } from "fast-png";
 * import { decodeImage } from "@simsc/core/data";
 *
 * const data = Uint8Array.of(255, 0, 0, 0, 0, 255);
 * const png = encode({ width: 2, height: 1, channels: 3, data });
 * const outcome = await decodeImage(png, "two.png")();
 * equal(outcome._tag, "Right");
 * if (outcome._tag === "Right") deepStrictEqual(outcome.right.data, data);
 * ```
 */
export function decodeImage(
  bytes: Uint8Array,
  file: string,
): AsyncResult<DataError, RgbImage> {
  return () =>
    attemptAsync(async () => {
      if (startsWith(bytes, PNG)) {
        const { decodePng } = await import("./_decode_png.ts");
        return await decodePng(bytes as Uint8Array<ArrayBuffer>, file);
      }
      if (startsWith(bytes, JPEG)) {
        const { decodeJpeg } = await import("./_decode_jpeg.ts");
        return await decodeJpeg(bytes, file);
      }
      const other = otherFormat(bytes);
      const got = other === undefined
        ? `[${bytes.subarray(0, 8)}]`
        : `those of ${other}: ${CONVERT}`;
      refuse(file, "first bytes", "those of a PNG or a JPEG", got);
    });
}

/**
 * What {@linkcode decodeImage} would decode a picture with.
 *
 * @param bytes Content of the file, or its start.
 * @returns Package and version as in {@linkcode RgbImage.decoder}; nothing
 * where it is neither a PNG nor a JPEG.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { imageDecoder } from "@simsc/core/data";
 *
 * match(imageDecoder(Uint8Array.of(0xff, 0xd8, 0xff)) ?? "", /jpeg/);
 * ```
 */
export function imageDecoder(bytes: Uint8Array): string | undefined {
  if (startsWith(bytes, PNG)) return PNG_DECODER;
  return startsWith(bytes, JPEG) ? JPEG_DECODER : undefined;
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}
