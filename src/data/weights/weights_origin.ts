/**
 * Where weights came from.
 *
 * @module
 */

/** Where fetched weights came from, as the note beside them keeps it. */
export interface WeightsOrigin {
  /** Address that it was fetched from. */
  readonly url: string;
  /** SHA-256 of its content in hexadecimal. */
  readonly sha256: string;
  /** Its bytes. */
  readonly bytes: number;
  /** The hub's name of this version of it. */
  readonly etag?: string;
  /** Commit of the repository that it was taken at. */
  readonly commit?: string;
  /** What may be done with it, where that is known. */
  readonly license?: string;
}

/**
 * Path of the note beside a file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { originFile } from "@simsc/core/data";
 *
 * equal(originFile("weights/dino.pth"), "weights/dino.pth.about.json");
 * ```
 */
export function originFile(file: string): string {
  return `${file}.about.json`;
}

/**
 * Where a file was fetched from, by the note beside it.
 *
 * @param file Path of the weights.
 * @returns The note; nothing where there is none.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { readWeightsOrigin } from "@simsc/core/data";
 *
 * equal(await readWeightsOrigin("no/such.pth"), undefined);
 * ```
 */
export async function readWeightsOrigin(
  file: string,
): Promise<WeightsOrigin | undefined> {
  const { readFile } = await import("node:fs/promises");
  try {
    const note: unknown = JSON.parse(await readFile(originFile(file), "utf8"));
    return isOrigin(note) ? note : undefined;
  } catch {
    return undefined; // not there, or not JSON
  }
}

function isOrigin(note: unknown): note is WeightsOrigin {
  const { url, sha256, bytes } = Object(note) as Record<string, unknown>;
  return typeof url === "string" && typeof sha256 === "string" &&
    typeof bytes === "number";
}
