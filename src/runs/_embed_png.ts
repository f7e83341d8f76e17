import { resizeBilinear } from "../data/resize_bilinear.ts";
import type { RgbImage } from "../data/rgb_image.ts";

/** Where a picture lies in a drawing, in its units. */
export interface PlacedPicture {
  /** Left edge; 0 by default. */
  readonly x?: number;
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Name of the element. */
  readonly id?: string;
}

/** An `<image>` with the picture inside, no larger than it is seen on a fine screen. */
export async function embedPng(
  image: RgbImage,
  { x, width, height, id }: PlacedPicture,
): Promise<string> {
  const { encode } = await import("fast-png");
  const small = image.height > 2 * height
    ? resizeBilinear(image, { width: 2 * width, height: 2 * height })
    : image;
  const png = encode({
    width: small.width,
    height: small.height,
    data: small.data,
    channels: 3,
    depth: 8,
  });
  return `<image ${id === undefined ? "" : `id="${id}" `}` +
    `${x === undefined ? "" : `x="${x}" `}` +
    `width="${width}" height="${height}" preserveAspectRatio="none" ` +
    `href="data:image/png;base64,${base64(png)}"/>`;
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // An argument list has a limit, so the bytes go in portions.
  for (let begin = 0; begin < bytes.length; begin += 0x8000) {
    parts.push(String.fromCharCode(...bytes.subarray(begin, begin + 0x8000)));
  }
  return btoa(parts.join(""));
}
