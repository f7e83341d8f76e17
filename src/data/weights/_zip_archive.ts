import { Inflate } from "fflate";
import { refuse } from "../_refusal.ts";
import type { ByteSource } from "./_byte_source.ts";
import { expansionLimit } from "./_expansion_limit.ts";

/** One file inside a zip archive, as the archive's directory says. */
export interface ZipEntry {
  /** Its path in the archive. */
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  /** Bytes in the archive. */
  readonly packed: number;
  /** Bytes unpacked. */
  readonly size: number;
  /** Where its local header starts. */
  readonly offset: number;
}

/** Longest directory that is read. */
const MAX_DIRECTORY = 2 ** 23;
/** A comment of 65535 bytes may follow the 22 of the end record. */
const MAX_TAIL = 22 + 0xffff + 20;

/**
 * The directory of a zip archive, zip64 included; no entry is unpacked. Refuses
 * an archive that would unpack to more than {@linkcode expansionLimit}.
 */
export async function zipEntries(
  source: ByteSource,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { file } = source;
  const { start, end, count } = await findDirectory(source);
  if (end - start > MAX_DIRECTORY) {
    refuse(
      file,
      "zip directory",
      `at most ${MAX_DIRECTORY} bytes`,
      `${end - start}`,
    );
  }
  const bytes = await source.read(start, end);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      refuse(file, "zip directory", `${count} entries`, `${i}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32]
      .map((field) => view.getUint16(at + field, true)) as [
        number,
        number,
        number,
      ];
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > bytes.length) {
      refuse(file, "zip directory", "whole", "cut short");
    }
    const name = new TextDecoder().decode(
      bytes.subarray(at + 46, at + 46 + nameLength),
    );
    const entry = readEntry(view, at, name);
    const extra = bytes.subarray(at + 46 + nameLength, next - commentLength);
    entries.set(name, withZip64(entry, extra, file));
    if ((view.getUint16(at + 8, true) & 1) === 1) {
      refuse(file, name, "without a password", "an encrypted entry");
    }
    at = next;
  }
  const total = [...entries.values()].reduce((sum, { size }) => sum + size, 0);
  const limit = expansionLimit(source.size);
  if (!(total <= limit)) {
    refuse(
      file,
      "zip directory",
      `${limit} bytes unpacked at most, for ${source.size} packed`,
      `${total}: weights do not shrink like that`,
    );
  }
  return entries;
}

/** Bytes `[start, end)` of an entry, unpacked; only a stored one is read in part. */
export async function readZipEntry(
  source: ByteSource,
  entry: ZipEntry,
  range: { readonly start: number; readonly end: number } = {
    start: 0,
    end: entry.size,
  },
): Promise<Uint8Array> {
  const { file } = source;
  const { name, method, packed, size, offset } = entry;
  const header = viewOf(await source.read(offset, offset + 30));
  if (header.getUint32(0, true) !== 0x04034b50) {
    refuse(file, name, "where the zip directory says", "something else there");
  }
  const from = offset + 30 + header.getUint16(26, true) +
    header.getUint16(28, true);
  if (method === 0) {
    if (packed !== size) refuse(file, name, `${size} bytes`, `${packed}`);
    return await source.read(from + range.start, from + range.end);
  }
  if (method !== 8) {
    refuse(file, name, "stored or deflated", `zip method ${method}`);
  }
  const all = inflate(await source.read(from, from + packed), size, file, name);
  return all.slice(range.start, range.end);
}

/** Inflates piece by piece and stops at the first byte beyond `size`. */
function inflate(
  packed: Uint8Array,
  size: number,
  file: string,
  name: string,
): Uint8Array {
  const out = new Uint8Array(size);
  let done = 0;
  const stream = new Inflate((piece) => {
    if (done + piece.length > size) {
      refuse(file, name, `${size} bytes unpacked`, "more: a zip bomb");
    }
    out.set(piece, done);
    done += piece.length;
  });
  const step = 2 ** 14;
  try {
    for (let at = 0; at < packed.length; at += step) {
      const isLast = at + step >= packed.length;
      stream.push(packed.subarray(at, at + step), isLast);
    }
  } catch (cause) {
    // fflate throws plain errors with a code.
    if (cause instanceof Error && "code" in cause) {
      refuse(file, name, "deflated bytes", cause.message, cause);
    }
    throw cause;
  }
  if (done !== size) refuse(file, name, `${size} bytes unpacked`, `${done}`);
  return out;
}

async function findDirectory(
  source: ByteSource,
): Promise<
  { readonly start: number; readonly end: number; readonly count: number }
> {
  const { file, size } = source;
  const base = Math.max(0, size - MAX_TAIL);
  const tail = await source.read(base, size);
  const view = viewOf(tail);
  let at = tail.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== 0x06054b50) at--;
  if (at < 0) {
    refuse(file, "zip directory", "at the end", "none: the file is cut short");
  }
  const count = view.getUint16(at + 10, true);
  const length = view.getUint32(at + 12, true);
  const start = view.getUint32(at + 16, true);
  const is64 = at >= 20 && view.getUint32(at - 20, true) === 0x07064b50;
  if (!is64) return { start, end: start + length, count };
  const where = toNumber(view.getBigUint64(at - 12, true), file);
  const record = viewOf(await source.read(where, where + 56));
  if (record.getUint32(0, true) !== 0x06064b50) {
    refuse(file, "zip64 directory", "where the end record says", "none");
  }
  const [count64, length64, start64] = [32, 40, 48]
    .map((field) => toNumber(record.getBigUint64(field, true), file)) as [
      number,
      number,
      number,
    ];
  return { start: start64, end: start64 + length64, count: count64 };
}

function readEntry(view: DataView, at: number, name: string): ZipEntry {
  return {
    name,
    method: view.getUint16(at + 10, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
  };
}

/** Fields of 0xffffffff stand in extra field 1, eight bytes each, in this order. */
function withZip64(entry: ZipEntry, extra: Uint8Array, file: string): ZipEntry {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) {
      let from = at + 4;
      const wide = (value: number): number => {
        if (value !== 0xffffffff) return value;
        if (from + 8 > extra.length) refuse(file, entry.name, "sizes", "none");
        from += 8;
        return toNumber(view.getBigUint64(from - 8, true), file);
      };
      const size = wide(entry.size);
      const packed = wide(entry.packed);
      return { ...entry, size, packed, offset: wide(entry.offset) };
    }
    at += 4 + length;
  }
  return entry;
}

function toNumber(value: bigint, file: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    refuse(file, "zip directory", "sizes within the file", `${value}`);
  }
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
