import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** Where and when something was measured. */
export interface Measured {
  /** ISO 8601. */
  readonly date: string;
  /** Model of the CPU. */
  readonly cpu: string;
  /** Its cores. */
  readonly cores: number;
  /** Of all that ran. */
  readonly versions: Readonly<Record<string, string | number>>;
}

/** This machine, now, and versions of what ran. */
export function measured(versions: Measured["versions"]): Measured {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    versions: { deno: Deno.version.deno, ...versions },
  };
}

/** Path of a file of `bench/results`. */
export function resultsPath(name: string): string {
  return fileURLToPath(new URL(`results/${name}`, import.meta.url));
}

/**
 * Where a benchmark writes: where it was told, else into the file of
 * `bench/results`, which only a whole measurement replaces.
 */
export function resultsTarget(
  name: string,
  { json, isWhole }: {
    readonly json: string | undefined;
    readonly isWhole: boolean;
  },
): string | undefined {
  return json ?? (isWhole ? resultsPath(name) : undefined);
}

/** The JSON of a file, or none where nobody has measured. */
export async function readResults(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}

/** Writes a file of results, as a whole. */
export async function writeResults(
  path: string,
  results: object,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, `${JSON.stringify(results, null, 2)}\n`);
  await rename(`${path}.part`, path);
}

/** Replaces sections of a file that has one for each thing measured. */
export async function writeSections(
  path: string,
  sections: Readonly<Record<string, Measured>>,
): Promise<void> {
  const before = await readResults(path) ?? {};
  await writeResults(path, { ...before, ...sections });
}
