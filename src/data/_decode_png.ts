import { decode } from "fast-png";
import { checkImageSize } from "./_image_limits.ts";
import { refuse } from "./_refusal.ts";
import type { RgbImage } from "./rgb_image.ts";

/** What the image header chunk says. */
interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits of a channel, or of a palette index. */
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced: boolean;
}

/** Chunks of a file, their framing and checksums found right. */
interface Chunks {
  readonly header: Header;
  /** `IHDR`, `PLTE`, `IDAT` and `IEND` whole, in order, signature in front. */
  readonly essential: readonly Uint8Array<ArrayBuffer>[];
  /** Content of the `IDAT` chunks. */
  readonly compressed: readonly Uint8Array<ArrayBuffer>[];
}

/** Channels and allowed depths of each colour type. */
const COLOR_TYPES: Readonly<
  Record<
    number,
    { readonly channels: number; readonly depths: readonly number[] }
  >
> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

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
 * length are checked here and it is handed the essential chunks alone.
 */
export async function decodePng(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): Promise<RgbImage> {
  const { header, essential, compressed } = readChunks(bytes, file);
  await checkInflated(header, compressed, file);
  let decoded: ReturnType<typeof decode>;
  try {
    const stripped = await new Blob([...essential]).arrayBuffer();
    decoded = decode(new Uint8Array(stripped));
  } catch (cause) {
    refuse(file, "IDAT", "picture rows", String(cause), cause);
  }
  const { width, height } = header;
  const data = new Uint8Array(width * height * 3);
  if (header.colorType === 3) {
    writePalette(data, decoded.data, decoded.palette ?? [], header, file);
  } else {
    writeChannels(data, decoded.data, header);
  }
  return { width, height, data, decoder: "fast-png 8.0.0" };
}

function readChunks(bytes: Uint8Array<ArrayBuffer>, file: string): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const essential = [bytes.subarray(0, 8)];
  const compressed: Uint8Array<ArrayBuffer>[] = [];
  let header: Header | undefined;
  for (let at = 8, ended = false; !ended;) {
    if (at + 12 > bytes.length) {
      refuse(file, "IEND", "the last chunk", `end of file at byte ${at}`);
    }
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (length > bytes.length - at - 12) {
      refuse(
        file,
        type,
        `${length} bytes as its header claims`,
        `${bytes.length - at - 12}`,
      );
    }
    const end = at + 12 + length;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      refuse(file, type, "a chunk that matches its checksum", "another one");
    }
    if (header === undefined) {
      if (type !== "IHDR" || length !== 13) {
        refuse(file, "IHDR", "the first chunk, 13 bytes", `${type}, ${length}`);
      }
      header = readHeader(view, at + 8, file);
    }
    if (["IHDR", "PLTE", "IDAT", "IEND"].includes(type)) {
      essential.push(bytes.subarray(at, end));
    }
    if (type === "IDAT") compressed.push(bytes.subarray(at + 8, end - 4));
    ended = type === "IEND";
    at = end;
  }
  return { header: header!, essential, compressed };
}

function readHeader(view: DataView, at: number, file: string): Header {
  const [width, height] = [view.getUint32(at), view.getUint32(at + 4)];
  checkImageSize(file, "IHDR", width, height);
  const depth = view.getUint8(at + 8);
  const colorType = view.getUint8(at + 9);
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) {
    refuse(
      file,
      "IHDR",
      "a colour type and depth of the format",
      `type ${colorType}, ${depth} bits`,
    );
  }
  const interlaced = view.getUint8(at + 12) === 1;
  if (interlaced && depth < 8) {
    refuse(
      file,
      "IHDR",
      "8 or 16 bits where interlaced, as fast-png reads no others",
      `${depth}`,
    );
  }
  return { width, height, depth, colorType, interlaced };
}

/** The browser's own inflater stops at a wrong checksum and at a cut stream. */
async function checkInflated(
  header: Header,
  compressed: readonly Uint8Array<ArrayBuffer>[],
  file: string,
): Promise<void> {
  const wanted = inflatedBytes(header);
  let got = 0;
  try {
    const inflated = new Blob([...compressed]).stream()
      .pipeThrough(new DecompressionStream("deflate")).getReader();
    for (let part = await inflated.read(); !part.done;) {
      got += part.value.length;
      // Leaving the rest packed keeps a file that would fill the memory from doing so.
      if (got > wanted) await inflated.cancel();
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
}

/** Each row of each pass is a filter byte and its packed pixels. */
function inflatedBytes(header: Header): number {
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
function writeChannels(
  out: Uint8Array,
  data: ArrayLike<number>,
  header: Header,
): void {
  const { width, height, depth, colorType } = header;
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
    return;
  }
  const shift = depth - 8;
  const [g, b] = channels < 3 ? [0, 0] : [1, 2];
  const pixels = width * height;
  for (let p = 0, i = 0, o = 0; p < pixels; p++, i += channels) {
    out[o++] = data[i]! >> shift;
    out[o++] = data[i + g]! >> shift;
    out[o++] = data[i + b]! >> shift;
  }
}

function writePalette(
  out: Uint8Array,
  data: ArrayLike<number>,
  palette: readonly (readonly number[])[],
  header: Header,
  file: string,
): void {
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
}

/** One sample of a row in which samples of up to 8 bits lie side by side, highest bits first. */
function packedAt(
  data: ArrayLike<number>,
  { width, depth }: Header,
  x: number,
  y: number,
): number {
  const bit = x * depth;
  const byte = data[y * Math.ceil(width * depth / 8) + (bit >> 3)]!;
  return (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** CRC-32 of the PNG specification. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
