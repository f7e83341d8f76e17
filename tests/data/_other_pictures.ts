/** First bytes of pictures that are not decoded, and their formats. */
export const OTHERS: readonly (readonly [string, string])[] = [
  ["RIFF\x24\0\0\0WEBPVP8 ", "WebP"],
  ["GIF89a......", "GIF"],
  ["BM\x36\0\0\0", "BMP"],
  ["II*\0\x08\0\0\0", "TIFF"],
  ["MM\0*\0\0\0\x08", "TIFF"],
  ["\0\0\0\x20ftypavif", "AVIF"],
  ["\0\0\0\x18ftypheic", "HEIC"],
  ["\0\0\0\x18ftypmif1", "HEIC"],
  ["\xff\x0a\xfa", "JPEG XL"],
];
