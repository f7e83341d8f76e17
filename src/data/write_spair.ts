/**
 * SPair-71k's own layout, for data sets made in memory.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { mapConcurrent } from "./_find_file.ts";
import { attemptAsync, unwrap } from "./_refusal.ts";
import type { DataError } from "./data_error.ts";
import { writeAtomic } from "./files.ts";
import type { Point } from "./image_pair.ts";
import type { SpairImage, SpairPair, SpairSet } from "./spair_types.ts";

/** A file to be written. */
type Entry = readonly [path: string, content: Uint8Array | string];

/** Options of {@linkcode writeSpair}. */
export interface WriteSpairOptions {
  /** Stops between two files, of which some are then there. */
  readonly signal?: AbortSignal;
}

/**
 * Writes a data set as SPair-71k is published: `JPEGImages/<category>/<name>`,
 * `ImageAnnotation`, `PairAnnotation/<split>` and, when all of those are there,
 * `Layout/large/<split>.txt`; so a split that is listed is whole. Each file is
 * written whole or not at all. {@linkcode readPairs} reads it back.
 *
 * A pair holds the keypoints visible in both pictures, by ascending id. On
 * Windows, where file names have no colon, the annotation of a pair gets an
 * underscore in its place.
 *
 * @param root Folder to write into; made if need be.
 * @param set Pictures and pairs.
 * @param options What stops it; the promise is then rejected with its reason.
 * @returns Nothing, or which file could not be written.
 * @throws {OptionError} If two pictures share category and name, or a pair
 * names an unknown picture or has no keypoint in common.
 *
 * @example
 * ```ts
 * import { throws } from "node:assert/strict";
 * import { writeSpair } from "@simsc/core/data";
 *
 * const pair = { source: "a.png", target: "b.png", category: "cat" };
 * const pairs = [{ ...pair, split: "trn" as const }];
 * throws(() => writeSpair("out", { images: [], pairs }), RangeError);
 * ```
 */
export function writeSpair(
  root: string,
  set: SpairSet,
  options: WriteSpairOptions = {},
): AsyncResult<DataError, void> {
  const images = new Map<string, SpairImage>();
  for (const image of set.images) {
    const key = `${image.category}/${image.name}`;
    if (images.has(key)) {
      throw new OptionError("writeSpair", "images", "of distinct names", key);
    }
    images.set(key, image);
  }
  const lists = new Map<string, string[]>();
  const annotations = set.pairs.map((pair): Entry => {
    const list = lists.get(pair.split) ?? [];
    lists.set(pair.split, list);
    const { line, json } = annotatePair(pair, images, list.length + 1);
    list.push(line);
    return [`PairAnnotation/${pair.split}/${line}.json`, json];
  });
  return () =>
    attemptAsync(async () => {
      const { join } = await import("node:path");
      const { platform } = await import("node:process");
      const write = async ([path, content]: Entry): Promise<void> => {
        options.signal?.throwIfAborted();
        const name = platform === "win32" ? path.replaceAll(":", "_") : path;
        unwrap(await writeAtomic(join(root, name), content)());
      };
      await mapConcurrent(set.images, 16, async (image) => {
        const { name, category, bytes } = image;
        await write([`JPEGImages/${category}/${name}`, bytes]);
        await write([
          `ImageAnnotation/${category}/${stem(name)}.json`,
          annotateImage(image),
        ]);
      });
      await mapConcurrent(annotations, 16, write);
      for (const [split, lines] of lists) {
        await write([`Layout/large/${split}.txt`, lines.join("\n") + "\n"]);
      }
    });
}

function annotateImage(image: SpairImage): string {
  return JSON.stringify({
    filename: image.name,
    image_width: image.width,
    image_height: image.height,
    image_depth: 3,
    category: image.category,
    bndbox: image.box,
    kps: image.keypoints,
  });
}

function annotatePair(
  pair: SpairPair,
  images: ReadonlyMap<string, SpairImage>,
  number: number,
): { readonly line: string; readonly json: string } {
  const find = (name: string): SpairImage => {
    const image = images.get(`${pair.category}/${name}`);
    if (image !== undefined) return image;
    throw new OptionError(
      "writeSpair",
      "pairs",
      `of pictures in category ${pair.category}`,
      name,
    );
  };
  const [source, target] = [find(pair.source), find(pair.target)];
  const common = commonKeypoints(source, target);
  if (common.length === 0) {
    throw new OptionError(
      "writeSpair",
      "pairs",
      "of pictures with a keypoint in common",
      `${source.name}, ${target.name}`,
    );
  }
  const names = `${stem(source.name)}-${stem(target.name)}`;
  const line = `${String(number).padStart(6, "0")}-${names}:${pair.category}`;
  const grades = pair.difficulty;
  const json = JSON.stringify({
    pair_id: number,
    filename: line,
    src_imname: source.name,
    trg_imname: target.name,
    src_imsize: [source.width, source.height, 3],
    trg_imsize: [target.width, target.height, 3],
    src_bndbox: source.box,
    trg_bndbox: target.box,
    category: pair.category,
    src_pose: "Unspecified",
    trg_pose: "Unspecified",
    src_kps: common.map(([, a]) => a),
    trg_kps: common.map(([, , b]) => b),
    kps_ids: common.map(([id]) => id),
    mirror: pair.mirror ?? 0,
    viewpoint_variation: grades?.viewpointVariation ?? 0,
    scale_variation: grades?.scaleVariation ?? 0,
    truncation: grades?.truncation ?? 0,
    occlusion: grades?.occlusion ?? 0,
  });
  return { line, json };
}

function commonKeypoints(
  source: SpairImage,
  target: SpairImage,
): readonly (readonly [id: string, a: Point, b: Point])[] {
  return Object.keys(source.keypoints)
    .toSorted((a, b) => Number(a) - Number(b))
    .flatMap((id) => {
      const a = source.keypoints[id] ?? null;
      const b = target.keypoints[id] ?? null;
      return a === null || b === null ? [] : [[id, a, b] as const];
    });
}

function stem(name: string): string {
  return name.replace(/\.[^.]+$/, "");
}
