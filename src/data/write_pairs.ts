/**
 * Pairs of one's own: one JSON object a line.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "./data_error.ts";
import { writeAtomic } from "./files.ts";
import type { AnnotatedImage, ImagePair, PairSet } from "./image_pair.ts";

/**
 * Writes pairs of any data set as JSON lines, which `readPairs` reads in the
 * format `jsonl`.
 *
 * A folder has `pairs.jsonl`, each line of which names its split, or a file
 * `SPLIT.jsonl` for each split; one that is in both is refused. A line is an
 * object:
 *
 * | field | what it is |
 * | --- | --- |
 * | `source`, `target` | both sides, objects |
 * | `.path` | picture, from the folder of the file or absolute |
 * | `.keypoints` | `[[x, y], …]` in pixels from 0, as many on both sides |
 * | `.box` | optional, `[x1, y1, x2, y2]` around the object |
 * | `.size` | optional, `[width, height]` of the picture, checked |
 * | `.mirrored` | optional, whether the picture is mirrored before use; annotations are in pixels of the mirrored one |
 * | `split` | text; may be left out of `SPLIT.jsonl` |
 * | `id` | optional, unique in its split; else the number of the line |
 * | `category` | optional; `object` |
 * | `keypointIds` | optional, a name for each keypoint, the same in all pairs of a category; groups of images need it |
 * | `difficulty` | optional, `viewpointVariation`, `scaleVariation` (0 to 2), `truncation`, `occlusion` (0 to 3) |
 *
 * Other fields are an error, so that none is lost to a typo.
 *
 * @param file Path of the file, such as `data/pairs.jsonl`; folders are made.
 * @param sets Splits, one behind the other.
 * @returns Nothing, or why the file could not be written.
 * @throws {OptionError} If a picture has edits other than one mirror.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { rm, writeFile } from "node:fs/promises";
 * import { readPairs, writePairs } from "@simsc/core/data";
 *
 * const side = { path: "own/a.png", keypoints: [[3, 4]] as const };
 * const pair = { id: "1", category: "cat", source: side, target: side };
 * const set = { name: "own", split: "train", threshold: "img", pairs: [pair] } as const;
 * await writePairs("own/pairs.jsonl", [set])();
 * await writeFile("own/a.png", "");
 * const read = await readPairs("own", { format: "jsonl", split: "train" })();
 * deepStrictEqual(read._tag === "Right" && read.right.pairs, [pair]);
 * await rm("own", { recursive: true });
 * ```
 */
export function writePairs(
  file: string,
  sets: readonly PairSet[],
): AsyncResult<DataError, void> {
  for (const { pairs } of sets) pairs.forEach(checkEdits);
  return async () => {
    const { dirname, isAbsolute, relative, resolve, sep } = await import(
      "node:path"
    );
    const folder = dirname(file);
    const place = (path: string): string => {
      const within = relative(folder, path);
      const isBelow = !isAbsolute(within) && within.split(sep)[0] !== "..";
      return isBelow ? within.replaceAll(sep, "/") : resolve(path);
    };
    const lines = sets.flatMap(({ split, pairs }) =>
      pairs.map((pair) => JSON.stringify(encodePair(pair, split, place)))
    );
    return await writeAtomic(file, `${lines.join("\n")}\n`)();
  };
}

function encodePair(
  { source, target, ...pair }: ImagePair,
  split: string,
  place: (path: string) => string,
): unknown {
  const side = ({ path, keypoints, box, size, edits }: AnnotatedImage) => ({
    path: place(path),
    keypoints,
    ...(box && { box }),
    ...(size && { size: [size[1], size[0]] }),
    ...(edits && edits.length > 0 && { mirrored: true }),
  });
  const { id, category, keypointIds, difficulty } = pair;
  return {
    id,
    split,
    category,
    source: side(source),
    target: side(target),
    ...(keypointIds && { keypointIds }),
    ...(difficulty && { difficulty }),
  };
}

function checkEdits({ id, source, target }: ImagePair): void {
  for (const { edits = [] } of [source, target]) {
    const isPlain = edits.length === 0 ||
      (edits.length === 1 && edits[0]!.kind === "mirror");
    if (!isPlain) {
      const wanted = "of pictures with no edit but one mirror";
      throw new OptionError("writePairs", "sets", wanted, id);
    }
  }
}
