import { checkImageSize } from "./_image_limits.ts";
import { refuse } from "./_refusal.ts";

/** What the image header chunk says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a channel, or of a palette index. */
  readonly depth: number;
  readonly colorType: number;
  readonly interlaced: boolean;
}

/** Chunks of a file, their framing and checksums found right. */
export interface PngChunks {
  readonly header: PngHeader;
  /** `IHDR`, `PLTE`, `IDAT` and `IEND` whole, in order, signature in front. */
  readonly essential: readonly Uint8Array<ArrayBuffer>[];
  /** Content of the `IDAT` chunks. */
  readonly compressed: readonly Uint8Array<ArrayBuffer>[];
}

/** Channels and allowed depths of each colour type. */
export const COLOR_TYPES: Readonly<
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

/** Walks the chunks up to `IEND`. */
export function readPngChunks(
  bytes: Uint8Array<ArrayBuffer>,
  file: string,
): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const essential = [bytes.subarray(0, 8)];
  const compressed: Uint8Array<ArrayBuffer>[] = [];
  let header: PngHeader | undefined;
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

function readHeader(view: DataView, at: number, file: string): PngHeader {
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

/** CRC-32 of the PNG specification, four bytes at a time. */
function crc32(bytes: Uint8Array): number {
  const [last, third, second, first] = CRC_TABLES;
  const whole = bytes.length - bytes.length % 4;
  let crc = -1;
  let i = 0;
  for (; i < whole; i += 4) {
    crc ^= bytes[i]! | bytes[i + 1]! << 8 | bytes[i + 2]! << 16 |
      bytes[i + 3]! << 24;
    crc = first[crc & 0xff]! ^ second[crc >>> 8 & 0xff]! ^
      third[crc >>> 16 & 0xff]! ^ last[crc >>> 24]!;
  }
  for (; i < bytes.length; i++) {
    crc = last[(crc ^ bytes[i]!) & 0xff]! ^ crc >>> 8;
  }
  return ~crc >>> 0;
}

/** What a byte does to the checksum that has 0, 1, 2 and 3 more behind it. */
const CRC_TABLES = crcTables();

function crcTables(): readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
] {
  const byte = Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ c >>> 1 : c >>> 1;
    return c;
  });
  const behind = (table: Int32Array): Int32Array =>
    table.map((c) => byte[c & 0xff]! ^ c >>> 8);
  const [one, two] = [behind(byte), behind(behind(byte))];
  return [byte, one, two, behind(two)];
}
