import { COLOR_TYPES, type PngHeader, readPngChunks } from "./_png_chunks.ts";
import { PNG_DECODER } from "./_image_decoders.ts";
import { refuse } from "./_refusal.ts";
import { unfilterRows } from "./_unfilter_rows.ts";
import type { RgbImage } from "./rgb_image.ts";

/** First column and row, then steps, of the seven passes of an interlaced file. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Decodes a PNG. fast-png neither checks that the rows fill the picture nor
 * survives every ancillary chunk, so framing, checksums and the inflated
 * length are checked here and it is handed the essential chunks alone. Rows of
 * one byte a sample, which nearly all pictures have, are not inflated a second
 * time by it: their filters are undone here, to the same bytes.
 */
export async function decodePng(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<RgbImage> {
  const { header, essential, compressed } = readPngChunks(bytes, file);
  const rows = await inflate(header, compressed, file);
  const { width, height } = header;
  if (header.depth === 8 && header.colorType !== 3 && !header.interlaced) {
    const pixelBytes = COLOR_TYPES[header.colorType]!.channels;
    const rowBytes = width * pixelBytes;
    const samples = unfilterRows(rows, { rowBytes, pixelBytes });
    if (typeof samples === "number") {
      refuse(file, "IDAT", "rows with filters 0 to 4", `${samples}`);
    }
    const data = pixelBytes === 3 ? samples : rgbOf(samples, header);
    return { width, height, data, decoder: PNG_DECODER };
  }
  const { decode } = await import("fast-png");
  let decoded: ReturnType<typeof decode>;
  try {
    const stripped = await new Blob([...essential]).arrayBuffer();
    decoded = decode(new Uint8Array(stripped));
  } catch (cause) {
    refuse(file, "IDAT", "picture rows", String(cause), cause);
  }
  const data = header.colorType === 3
    ? lookedUp(decoded.data, decoded.palette ?? [], header, file)
    : rgbOf(decoded.data, header);
  return { width, height, data, decoder: PNG_DECODER };
}

/** The browser's own inflater stops at a wrong checksum and at a cut stream. */
async function inflate(
  header: PngHeader,
  compressed: readonly Uint8Array<ArrayBuffer>[],
  file: string,
): Promise<Uint8Array> {
  const wanted = inflatedBytes(header);
  const parts: Uint8Array[] = [];
  let got = 0;
  try {
    const inflated = new Blob([...compressed]).stream()
      .pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let part = await inflated.read(); !part.done;) {
      got += part.value.length;
      // Leaving the rest packed keeps a file that would fill the memory from doing so.
      if (got > wanted) await inflated.cancel();
      else parts.push(part.value);
      part = await inflated.read();
    }
  } catch (cause) {
    refuse(file, "IDAT", "a whole zlib stream", String(cause), cause);
  }
  if (got !== wanted) {
    refuse(
      file,
      "IDAT",
      `${wanted} bytes for ${header.width} x ${header.height}`,
      got > wanted ? "more" : `${got}`,
    );
  }
  const rows = new Uint8Array(wanted);
  let at = 0;
  for (const part of parts) {
    rows.set(part, at);
    at += part.length;
  }
  return rows;
}

/** Each row of each pass is a filter byte and its packed pixels. */
function inflatedBytes(header: PngHeader): number {
  const { width, height, depth, colorType, interlaced } = header;
  const bits = COLOR_TYPES[colorType]!.channels * depth;
  const passes = interlaced ? PASSES : [[0, 0, 1, 1] as const];
  return passes.reduce((sum, [x, y, stepX, stepY]) => {
    const columns = Math.ceil((width - x) / stepX);
    const rows = Math.ceil((height - y) / stepY);
    if (columns < 1 || rows < 1) return sum;
    return sum + rows * (1 + Math.ceil(columns * bits / 8));
  }, 0);
}

/** Grey is repeated, alpha dropped, 16 bits cut to the upper 8, fewer than 8 stretched to 0..255. */
function rgbOf(data: ArrayLike<number>, header: PngHeader): Uint8Array {
  const { width, height, depth, colorType } = header;
  const out = new Uint8Array(width * height * 3);
  const { channels } = COLOR_TYPES[colorType]!;
  if (depth < 8) {
    const scale = 255 / (2 ** depth - 1);
    for (let y = 0, o = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const value = packedAt(data, header, x, y) * scale;
        out[o++] = value;
        out[o++] = value;
        out[o++] = value;
      }
    }
    return out;
  }
  const shift = depth - 8;
  const [g, b] = channels < 3 ? [0, 0] : [1, 2];
  const pixels = width * height;
  for (let p = 0, i = 0, o = 0; p < pixels; p++, i += channels) {
    out[o++] = data[i]! >> shift;
    out[o++] = data[i + g]! >> shift;
    out[o++] = data[i + b]! >> shift;
  }
  return out;
}

function lookedUp(
  data: ArrayLike<number>,
  palette: readonly (readonly number[])[],
  header: PngHeader,
  file: string,
): Uint8Array {
  const out = new Uint8Array(header.width * header.height * 3);
  for (let y = 0, o = 0; y < header.height; y++) {
    for (let x = 0; x < header.width; x++) {
      const index = packedAt(data, header, x, y);
      const color = palette[index];
      if (color === undefined) {
        refuse(file, "PLTE", `more than ${index} colours`, `${palette.length}`);
      }
      out[o++] = color[0]!;
      out[o++] = color[1]!;
      out[o++] = color[2]!;
    }
  }
  return out;
}

/** One sample of a row in which samples of up to 8 bits lie side by side, highest bits first. */
function packedAt(
  data: ArrayLike<number>,
  { width, depth }: PngHeader,
  x: number,
  y: number,
): number {
  const bit = x * depth;
  const byte = data[y * Math.ceil(width * depth / 8) + (bit >> 3)]!;
  return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}
