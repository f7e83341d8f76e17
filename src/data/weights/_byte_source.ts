import { type DataError, missingFile } from "../data_error.ts";
import { failureWords } from "../failure_words.ts";
import { attemptAsync, Refusal, refuse } from "../_refusal.ts";
import type { Result } from "../../core/result.ts";

/** Bytes that are read piece by piece, so that a large file is never in memory whole. */
export interface ByteSource {
  /** Its path or name, for errors. */
  readonly file: string;
  /** Bytes in all. */
  readonly size: number;
  /** A copy of the bytes from `start` to before `end`; refuses what lies outside. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Opens a path or a blob while `use` runs, and closes it whatever happens. */
export async function withSource<A>(
  input: string | Blob,
  use: (source: ByteSource) => Promise<A>,
): Promise<Result<DataError, A>> {
  return await attemptAsync(() =>
    typeof input === "string" ? withFile(input, use) : use(blobSource(input))
  );
}

async function withFile<A>(
  file: string,
  use: (source: ByteSource) => Promise<A>,
): Promise<A> {
  const { open } = await import("node:fs/promises");
  const handle = await open(file, "r").catch((cause: { code?: string }) => {
    if (cause.code === "ENOENT") throw new Refusal(missingFile(file));
    const got = failureWords(cause, "read");
    return refuse(file, "file", "a readable file", got, cause);
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) refuse(file, "file", "a readable file", "a folder");
    const { size } = stat;
    return await use({
      file,
      size,
      read: async (start, end) => {
        const bytes = allocate(file, size, start, end);
        let done = 0;
        while (done < bytes.length) {
          const rest = bytes.length - done;
          const { bytesRead } = await handle.read(
            bytes,
            done,
            Math.min(rest, MAX_READ),
            start + done,
          );
          if (bytesRead === 0) refuse(file, "file", `${size} bytes`, "fewer");
          done += bytesRead;
        }
        return bytes;
      },
    });
  } finally {
    await handle.close();
  }
}

/** One read of the file system: more than 2 GiB at once fails on some. */
const MAX_READ = 2 ** 28;

function blobSource(blob: Blob): ByteSource {
  const file = "name" in blob && typeof blob.name === "string"
    ? blob.name
    : "blob";
  return {
    file,
    size: blob.size,
    read: async (start, end) => {
      checkRange(file, blob.size, start, end);
      return new Uint8Array(await blob.slice(start, end).arrayBuffer());
    },
  };
}

function allocate(
  file: string,
  size: number,
  start: number,
  end: number,
): Uint8Array<ArrayBuffer> {
  checkRange(file, size, start, end);
  return new Uint8Array(end - start);
}

function checkRange(
  file: string,
  size: number,
  start: number,
  end: number,
): void {
  if (!(start >= 0 && start <= end && end <= size)) {
    const wanted = `at least ${end} bytes, as its directory says`;
    refuse(file, "file", wanted, `${size}: it is cut short or damaged`);
  }
}
