import { isAbsolute, join } from "node:path";
import { decodePairLine, type PairLine } from "./_decode_pair_line.ts";
import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import { Refusal, refuse, unwrap } from "./_refusal.ts";
import { missingFile } from "./data_error.ts";
import { readBytes } from "./files.ts";
import type { PairSet } from "./image_pair.ts";

/** The user's own pairs: `SPLIT.jsonl`, or the lines of `pairs.jsonl` with that split. */
export async function readJsonlPairs(
  root: string,
  split: string,
  find: FindFile = findFile,
): Promise<PairSet> {
  const { file, lines } = await readLines(root, split);
  const chosen = lines.filter((line) => (line.split ?? split) === split);
  if (chosen.length === 0 && lines.length > 0) {
    const splits = [...new Set(lines.map((line) => line.split))].join(", ");
    refuse(file, "split", `one of ${splits}`, split);
  }
  if (chosen.length === 0) {
    refuse(file, `split ${split}`, "at least one pair", "none");
  }
  const ids = new Set<string>();
  for (const { at, pair: { id } } of chosen) {
    if (ids.has(id)) refuse(file, `${at}, id`, "unique", id);
    ids.add(id);
  }
  const found = new Map<string, Promise<string>>();
  const pairs = await mapConcurrent(chosen, 16, async ({ pair, at }) => {
    const place = async (side: "source" | "target") => {
      const { path } = pair[side];
      if (!found.has(path)) {
        const by = `${file}, ${at}, ${side}.path,`;
        const [folder, name] = isAbsolute(path) ? ["", path] : [root, path];
        found.set(path, find(folder, [name], by));
      }
      return { ...pair[side], path: await found.get(path)! };
    };
    return {
      ...pair,
      source: await place("source"),
      target: await place("target"),
    };
  });
  const isBoxed = pairs.every(({ target }) => target.box !== undefined);
  return { name: "jsonl", split, threshold: isBoxed ? "bbox" : "img", pairs };
}

/** Splits of a folder: those that lines of `pairs.jsonl` name, and other files. */
export async function jsonlSplits(root: string): Promise<readonly string[]> {
  const { readdir } = await import("node:fs/promises");
  const names: readonly string[] = await readdir(root).catch(() => []);
  const files = names.filter((name) =>
    name.endsWith(".jsonl") && name !== "pairs.jsonl"
  ).map((name) => name.slice(0, -".jsonl".length)).sort();
  if (!names.includes("pairs.jsonl")) return files;
  const file = join(root, "pairs.jsonl");
  const lines = decodeLines(unwrap(await readBytes(file)()), file, false);
  return [...new Set([...lines.map(({ split }) => split!), ...files])];
}

/** Says what a folder without any split lacks. */
export async function refuseNoPairs(root: string): Promise<never> {
  const file = join(root, "pairs.jsonl");
  if (await isFile(file)) {
    const wanted = "at least one in pairs.jsonl or in a SPLIT.jsonl";
    refuse(root, "pairs", wanted, "none");
  }
  const absent = missingFile(file);
  const message = `${absent.message}, nor any SPLIT.jsonl`;
  throw new Refusal({ ...absent, message });
}

async function readLines(
  root: string,
  split: string,
): Promise<{ readonly file: string; readonly lines: readonly PairLine[] }> {
  const own = `${split}.jsonl`;
  const isOwn = await isThere(join(root, own));
  const file = await findFile(root, [isOwn ? own : "pairs.jsonl"]);
  const bytes = unwrap(await readBytes(file)());
  const lines = decodeLines(bytes, file, isOwn);
  const common = join(root, "pairs.jsonl");
  if (isOwn && file !== common && await isFile(common)) {
    const at = lineOfSplit(unwrap(await readBytes(common)()), split);
    if (at !== undefined) {
      const wanted = `none that has a file of its own, ${own}`;
      refuse(common, `${at}, split`, wanted, JSON.stringify(split));
    }
  }
  return { file, lines };
}

async function isFile(path: string): Promise<boolean> {
  const { stat } = await import("node:fs/promises");
  return await stat(path).then((found) => found.isFile(), () => false);
}

/** Whether anything has this name, if only a link that leads nowhere. */
async function isThere(path: string): Promise<boolean> {
  const { lstat } = await import("node:fs/promises");
  return await lstat(path).then(() => true, () => false);
}

function decodeLines(
  bytes: Uint8Array,
  file: string,
  isOwn: boolean,
): readonly PairLine[] {
  return linesOf(bytes).map(({ text, at }) =>
    decodePairLine(text, { file, at, isOwn })
  );
}

/** The first line of this split; what is wrong with a line is told to those who read it. */
function lineOfSplit(bytes: Uint8Array, split: string): string | undefined {
  return linesOf(bytes).find(({ text }) => {
    try {
      return JSON.parse(text)?.split === split;
    } catch {
      return false;
    }
  })?.at;
}

function linesOf(
  bytes: Uint8Array,
): readonly { readonly text: string; readonly at: string }[] {
  return new TextDecoder().decode(bytes).split("\n")
    .map((text, index) => ({ text, at: `line ${index + 1}` }))
    .filter(({ text }) => text.trim() !== "");
}
