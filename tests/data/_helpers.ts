import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../../src/core/result.ts";
import type { DataError } from "../../src/data/data_error.ts";

/** The success, or an error with the failure's message. */
export function right<A>(result: Result<DataError, A>): A {
  if (result._tag === "Left") throw new Error(result.left.message);
  return result.right;
}

/** The failure, or an error. */
export function left<A>(result: Result<DataError, A>): DataError {
  if (result._tag === "Right") throw new Error("expected a failure");
  return result.left;
}

/** Runs `f` with a fresh folder, removed afterwards. */
export async function withFolder(
  f: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "simsc-data-"));
  try {
    await f(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Bytes of a base64 string. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** A picture decoded by Pillow. */
interface DecodeCase {
  readonly name: string;
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}

/** What `tests/fixtures/data/pillow.json` holds; pixels and files in base64. */
interface PillowCases {
  readonly madeWith: string;
  /** Files and their `convert("RGB")`. */
  readonly decode: readonly DecodeCase[];
  readonly cmykJpeg: string;
  /** A picture and its `resize((width, height), Image.BILINEAR)`. */
  readonly resize: {
    readonly width: number;
    readonly height: number;
    readonly rgb: string;
    readonly to: readonly {
      readonly width: number;
      readonly height: number;
      readonly rgb: string;
    }[];
  };
}

/** Numbers of Pillow to compare with. */
export async function pillowCases(): Promise<PillowCases> {
  const { default: cases } = await import("../fixtures/data/pillow.json", {
    with: { type: "json" },
  });
  return cases;
}
