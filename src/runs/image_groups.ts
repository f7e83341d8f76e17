/**
 * Steps of several images of one category, matched each with each.
 *
 * @module
 */

import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { OptionError } from "../core/errors.ts";
import type { Point } from "../core/point.ts";
import type { AnnotatedImage, ImagePair } from "../data/image_pair.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { groupName } from "./_group_name.ts";
import { mixSeed } from "./_mix_seed.ts";
import { epochOrder } from "./epoch_order.ts";
import type { BatchPlan } from "./training_batch.ts";

/** An image with all keypoints that any pair names on it. */
export interface GroupImage {
  /** The image; its list of keypoints is left to `points`. */
  readonly image: AnnotatedImage;
  /** Keypoints by their names. */
  readonly points: ReadonlyMap<string, Point>;
}

/** Images by category. */
export type ImageGroups = ReadonlyMap<string, readonly GroupImage[]>;

/** Options of {@linkcode groupedBatch}. */
export interface GroupedBatchOptions {
  /** Images of one category in a group, at least 2. */
  readonly groupSize: number;
  /** Groups of a step, at least 1. */
  readonly groups: number;
  /** Names the order. */
  readonly seed: number;
  /** Which step, from 0. */
  readonly step: number;
}

/**
 * Collects the images of annotated pairs, with the keypoints that all pairs
 * together name on each. Mirrored images are a category of their own.
 *
 * @param pairs Pairs with `keypointIds`.
 * @returns Images by category, both in order of first appearance.
 * @throws {OptionError} If a pair does not name its keypoints.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { imageGroups } from "@simsc/core/runs";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 2] as const] });
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: image("a.png"),
 *   target: image("b.png"),
 *   keypointIds: ["wheel"],
 * };
 * const images = imageGroups([pair]).get("car") ?? [];
 * deepStrictEqual(images.map(({ image }) => image.path), ["a.png", "b.png"]);
 * ```
 */
export function imageGroups(pairs: readonly ImagePair[]): ImageGroups {
  const groups = new Map<string, Map<string, GroupImage>>();
  for (const pair of pairs) {
    const { id, source, target, keypointIds } = pair;
    const group = groupName(pair);
    if (keypointIds === undefined) {
      throw new OptionError("imageGroups", "pairs", "named keypoints", id);
    }
    const images = groups.get(group) ?? new Map<string, GroupImage>();
    groups.set(group, images);
    for (const image of [source, target]) {
      const known = images.get(pictureKey(image));
      const named = keypointIds.map((name, k) =>
        [name, image.keypoints[k] as Point] as const
      );
      images.set(pictureKey(image), {
        image: known?.image ?? image,
        points: new Map([...known?.points ?? [], ...named]),
      });
    }
  }
  return new Map([...groups].map(([name, images]) => [
    name,
    [...images.values()],
  ]));
}

/**
 * The batch of one step: `groups` categories in a shuffled order that visits
 * all of them before any comes again, `groupSize` of each one's images drawn
 * without repetition, and every ordered pair of those, `m (m - 1)` a group.
 *
 * A pair has the keypoints that both images show; those without any are left
 * out.
 *
 * @param images Images by category.
 * @param options Sizes, seed and step; equal ones give equal batches.
 * @returns Images and pairs, group by group, with room for all pairs.
 * @throws {OptionError} If no category has `groupSize` images.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { groupedBatch, imageGroups } from "@simsc/core/runs";
 *
 * const image = (path: string) => ({ path, keypoints: [[1, 2] as const] });
 * const pair = {
 *   id: "a-b",
 *   category: "car",
 *   source: image("a.png"),
 *   target: image("b.png"),
 *   keypointIds: ["wheel"],
 * };
 * const groups = imageGroups([pair]);
 * const plan = groupedBatch(groups, { groupSize: 2, groups: 1, seed: 0, step: 0 });
 * equal(plan.pairs.length, 2); // each image matched with the other
 * ```
 */
export function groupedBatch(
  images: ImageGroups,
  { groupSize, groups, seed, step }: GroupedBatchOptions,
): BatchPlan {
  const names = [...images.keys()]
    .filter((name) => (images.get(name)?.length ?? 0) >= groupSize);
  if (names.length === 0) {
    const most = Math.max(0, ...[...images.values()].map((g) => g.length));
    throw new OptionError("groupedBatch", "groupSize", `<= ${most}`, groupSize);
  }
  const plans = Array.from({ length: groups }, (_, g) => {
    const turn = step * groups + g;
    const count = names.length;
    const epoch = Math.floor(turn / count);
    const order = epochOrder({ seed, epoch, count });
    const name = names[order[turn % count] as number] as string;
    const members = images.get(name) as readonly GroupImage[];
    return { name, drawn: draw(members, groupSize, mixSeed(seed, turn)) };
  });
  return {
    images: plans.flatMap(({ drawn }) => drawn.map(({ image }) => image)),
    pairs: plans.flatMap(({ name, drawn }, g) =>
      drawn.flatMap((a, i) =>
        drawn.map((b, j) => ({
          pair: pairOf(name, a, b),
          a: g * groupSize + i,
          b: g * groupSize + j,
        }))
      )
    ).filter(({ pair, a, b }) => a !== b && pair.source.keypoints.length > 0),
    pairCapacity: groups * groupSize * (groupSize - 1),
  };
}

function pairOf(category: string, a: GroupImage, b: GroupImage): ImagePair {
  const shared = [...a.points.keys()].filter((name) => b.points.has(name));
  const side = ({ image, points }: GroupImage): AnnotatedImage => ({
    ...image,
    keypoints: shared.map((name) => points.get(name) as Point),
  });
  return {
    id: `${a.image.path}-${b.image.path}`,
    category,
    source: side(a),
    target: side(b),
    keypointIds: shared,
  };
}

/** `count` different members, by a partial Fisher-Yates shuffle. */
function draw<A>(members: readonly A[], count: number, seed: number): A[] {
  const generator = xoroshiro128plus(seed);
  const rest = [...members];
  return Array.from({ length: count }, () => {
    const picked = uniformInt(generator, 0, rest.length - 1);
    return rest.splice(picked, 1)[0] as A;
  });
}
