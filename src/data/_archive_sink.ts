import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { platform } from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { refuse } from "./_refusal.ts";
import { failureWords } from "./failure_words.ts";

/** How much an archive may unpack to. */
export interface UnpackLimits {
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly maxRatio: number;
}

/** Where the entries of one archive go, and what they may not be. */
export interface ArchiveSink {
  /** A folder of this name. */
  folder(name: string): Promise<void>;
  /** A file of this name and content. */
  file(name: string, content: ReadableStream<Uint8Array>): Promise<void>;
  /** Gives up where `bytes` unpacked of `packed` read are too many. */
  spend(bytes: number, packed: number): void;
  /** What came out so far. */
  counts(): { readonly files: number; readonly bytes: number };
}

/** Bytes that any archive may unpack to, so that small ones of text are no bombs. */
const SLACK = 2 ** 24;

/** Longest name of an entry. */
const MAX_NAME = 4096;

/** Unpacks below `folder`, which no one else knows. */
export function archiveSink(
  folder: string,
  { archive, limits }: {
    readonly archive: string;
    readonly limits: UnpackLimits;
  },
): ArchiveSink {
  const made = new Set<string>();
  let [files, bytes] = [0, 0];
  const count = (): void => {
    files += 1;
    if (files > limits.maxFiles) {
      refuse(archive, "entries", `at most ${limits.maxFiles}`, "more");
    }
  };
  const open = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true });
    made.add(path);
  };
  const write = async (name: string, f: () => Promise<void>): Promise<void> => {
    try {
      await f();
    } catch (cause) {
      const code = (cause as { readonly code?: unknown }).code;
      // A folder where a file should be, a name too long, a full disk.
      if (typeof code !== "string" || !/^E[A-Z]+$/.test(code)) throw cause;
      const got = failureWords(cause, "write");
      refuse(archive, shownName(name), "an entry to write", got, cause);
    }
  };
  return {
    folder: async (name) => {
      count();
      const path = join(folder, safePath(name, archive));
      await write(name, () => open(path));
    },
    file: async (name, content) => {
      count();
      const path = join(folder, safePath(name, archive));
      await write(name, async () => {
        await open(dirname(path));
        const counted = async function* () {
          for await (const part of content) {
            bytes += part.length;
            if (bytes > limits.maxBytes) {
              const wanted = `at most ${limits.maxBytes} bytes unpacked`;
              refuse(archive, "entries", wanted, "more");
            }
            yield part;
          }
        };
        await pipeline(Readable.from(counted()), createWriteStream(path));
      });
    },
    spend: (unpacked, packed) => {
      const most = Math.min(limits.maxBytes, SLACK + limits.maxRatio * packed);
      if (unpacked <= most) return;
      const wanted = `at most ${most} bytes unpacked for ${packed} packed`;
      refuse(archive, "size", wanted, "more: a bomb");
    },
    counts: () => ({ files, bytes }),
  };
}

/** The name of an entry in a message. */
export function shownName(name: string): string {
  return JSON.stringify(name.slice(0, 200)).slice(1, -1);
}

/**
 * The name of an entry as a path below the folder; refuses one that leads out
 * of it on any system. A colon becomes an underscore on Windows alone.
 */
export function safePath(name: string, archive: string): string {
  const parts = name.split(/[\\/]/);
  const isOutside = name.startsWith("/") || name.startsWith("\\") ||
    /^[A-Za-z]:[\\/]/.test(name) || parts.includes("..") ||
    name.includes("\0") || name.length > MAX_NAME;
  const kept = parts.filter((part) => part !== "" && part !== ".");
  if (isOutside || (kept.length === 0 && !/^\.?\/*$/.test(name))) {
    const wanted = "the name of an entry below the folder";
    refuse(archive, "entry", wanted, JSON.stringify(name.slice(0, 200)));
  }
  const path = kept.join("/");
  return platform === "win32" ? path.replaceAll(":", "_") : path;
}
