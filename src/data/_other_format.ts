/** First bytes of pictures that are not decoded here, as Latin-1. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^RIFF[^]{4}WEBP/, "WebP"],
  [/^GIF8/, "GIF"],
  [/^BM/, "BMP"],
  [/^(II\*\0|MM\0\*)/, "TIFF"],
  [/^[^]{4}ftypavi[fs]/, "AVIF"],
  [/^[^]{4}ftyp(he(ic|ix|im|is|vc|vx)|mif1|msf1)/, "HEIC"],
  [/^(\xff\n|[^]{4}JXL )/, "JPEG XL"],
];

/** What to do with a picture of another format. */
export const CONVERT = "convert it to PNG or (RGB) JPEG";

/** Name of a picture's format, if it is a known one that is not decoded here. */
export function otherFormat(bytes: Uint8Array): string | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  return FORMATS.find(([pattern]) => pattern.test(start))?.[1];
}
