import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import {
  type Entry,
  type FileEntry,
  type Reader,
  ZipReader,
} from "@zip.js/zip.js";
import { type ArchiveSink, safePath, shownName } from "./_archive_sink.ts";
import { Refusal, refuse } from "./_refusal.ts";

/** Bytes read at a time: what a bomb unpacks to before it is seen stays small. */
const STEP = 2 ** 14;

/** Packed bytes as they are; no workers, which would stay. */
const RAW = {
  passThrough: true,
  useWebWorkers: false,
  checkOverlappingEntry: true,
} as const;

/** Unpacks a zip file, all of whose entries are looked at first. */
export async function unpackZip(
  archive: string,
  sink: ArchiveSink,
  { onBytes }: { readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const handle = await open(archive);
  try {
    const { size } = await handle.stat();
    const zip = new ZipReader(fileReader(handle, size));
    let unpacked = 0;
    const entries: Entry[] = [];
    for await (
      const entry of zip.getEntriesGenerator({
        // Names are checked here, where the error says which one it is.
        filenameValidation: "tolerant",
      })
    ) {
      checkEntry(entry, archive);
      unpacked += entry.uncompressedSize;
      sink.spend(unpacked, size);
      entries.push(entry);
    }
    let packed = 0;
    for (const entry of entries) {
      if (entry.directory) await sink.folder(entry.filename);
      else {
        const { readable, writable } = new TransformStream(pieces());
        // Whichever side fails first says why; the other only hears of it.
        const [written, read] = await Promise.allSettled([
          sink.file(entry.filename, unpack(readable, entry, archive)),
          entry.getData(writable, RAW),
        ]);
        if (written.status === "rejected") throw written.reason;
        if (read.status === "rejected") throw read.reason;
      }
      packed += entry.compressedSize;
      onBytes(packed);
    }
    await zip.close();
  } catch (cause) {
    if (cause instanceof Refusal) throw cause;
    const said = cause instanceof Error ? cause.message : String(cause);
    refuse(archive, "archive", "a whole zip file", said, cause);
  } finally {
    await handle.close();
  }
}

/** Unix keeps what kind of file an entry is in the upper half of its attributes. */
function checkEntry(entry: Entry, archive: string): void {
  const { filename, encrypted, externalFileAttributes } = entry;
  safePath(filename, archive);
  const field = shownName(filename);
  if (encrypted) refuse(archive, field, "readable without a password", "not");
  const kind = (externalFileAttributes >>> 28) & 0xf;
  const isPlain = [0, 4, 8].includes(kind);
  if (!isPlain) {
    const got = kind === 10 ? "a symlink" : `kind ${kind}`;
    refuse(archive, field, "a file or a folder", got);
  }
}

/** Splits what comes in larger parts than {@linkcode STEP}. */
function pieces(): Transformer<Uint8Array, Uint8Array<ArrayBuffer>> {
  return {
    transform: (part, controller) => {
      for (let at = 0; at < part.length; at += STEP) {
        controller.enqueue(part.slice(at, at + STEP));
      }
    },
  };
}

/** Content of an entry, held against the length and checksum of the directory. */
function unpack(
  packed: ReadableStream<Uint8Array<ArrayBuffer>>,
  { filename, uncompressedSize, compressionMethod, signature }: FileEntry,
  archive: string,
): ReadableStream<Uint8Array> {
  const field = shownName(filename);
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    const got = `method ${compressionMethod}`;
    refuse(archive, field, "stored or deflated", got);
  }
  let [length, checksum] = [0, 0];
  const bytes = compressionMethod === 0
    ? packed
    : packed.pipeThrough(new DecompressionStream("deflate-raw"));
  return bytes.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (part, controller) => {
        length += part.length;
        if (length > uncompressedSize) {
          const wanted = `${uncompressedSize} bytes as the directory says`;
          refuse(archive, field, wanted, "more: a bomb");
        }
        checksum = crc32(part, checksum);
        controller.enqueue(part);
      },
      flush: () => {
        if (length !== uncompressedSize || checksum !== signature) {
          const wanted = "as long as the directory says, with its checksum";
          refuse(archive, field, wanted, `${length} bytes, another one`);
        }
      },
    }),
  );
}

/** What the library reads by, over an open file. */
function fileReader(handle: FileHandle, size: number): Reader<void> {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const wanted = Math.max(0, Math.min(length, size - offset));
    const buffer = new Uint8Array(wanted);
    const { bytesRead } = await handle.read(buffer, 0, wanted, offset);
    return buffer.subarray(0, bytesRead);
  };
  const reader = {
    size,
    initialized: true,
    init: () => Promise.resolve(),
    readUint8Array: read,
    createReadable: (
      range: { readonly offset?: number; readonly size?: number } = {},
    ) => {
      let at = range.offset ?? 0;
      const end = at + (range.size ?? size - at);
      return new ReadableStream<Uint8Array>({
        pull: async (controller) => {
          const part = await read(at, Math.min(STEP, end - at));
          at += part.length;
          if (part.length > 0) controller.enqueue(part);
          if (part.length === 0 || at >= end) controller.close();
        },
      }, { highWaterMark: 0 });
    },
  };
  // Its own readers are classes, but only these members are used.
  return reader as unknown as Reader<void>;
}
