/**
 * Random versions of the images of a step.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import { AUGMENTATIONS, drawEdits } from "../data/draw_edits.ts";
import { editAnnotation } from "../data/edit_annotation.ts";
import type { AnnotatedImage } from "../data/image_pair.ts";
import type {
  MirrorOptions,
  SizedAnnotation,
} from "../data/mirror_annotation.ts";
import type { PictureEdit } from "../data/picture_edit.ts";
import { randomState, randomUnit } from "../data/random_state.ts";
import type { BatchPlan } from "./training_batch.ts";

/** What may be done to images in training. */
export type Augmentation = "mirror" | "crop" | "colour";

/** Options of {@linkcode augmentPlan}. */
export interface AugmentPlanOptions {
  /** What may be done. */
  readonly augment: readonly Augmentation[];
  /** Names the randomness, together with the step. */
  readonly seed: number;
  /** Which step, from 0. */
  readonly step: number;
  /** How coordinates are counted; from 0 by default. */
  readonly counting?: MirrorOptions;
}

/**
 * A batch whose images are random versions of themselves: each cropped and
 * recoloured by itself, and images that are matched with each other, directly
 * or over others, mirrored together or not at all.
 *
 * @param plan Images with sizes, and pairs of them.
 * @param options What may be done, seed and step; equal ones give equal plans.
 * @returns The same pairs of the versions.
 * @throws {OptionError} If an image has no size.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { augmentPlan, pairBatch } from "@simsc/core/runs";
 *
 * const side = { path: "a.png", keypoints: [[1, 5]], size: [9, 8] } as const;
 * const pair = { id: "1", category: "cat", source: side, target: side };
 * const plan = pairBatch([pair]);
 * const options = { augment: [], seed: 0, step: 0 };
 * deepStrictEqual(augmentPlan(plan, options), plan);
 * ```
 */
export function augmentPlan(
  plan: BatchPlan,
  { augment, seed, step, counting = {} }: AugmentPlanOptions,
): BatchPlan {
  if (augment.length === 0) return plan;
  const options = Object.fromEntries(
    augment.map((name) => [name, AUGMENTATIONS[name]]),
  ) as Partial<typeof AUGMENTATIONS>;
  const together = components(plan);
  const edits = plan.images.map((image, i): readonly PictureEdit[] => {
    const state = randomState(seed, "augment", step, i);
    const own = plan.pairs.flatMap(({ pair, a, b }) => [
      ...a === i ? pair.source.keypoints : [],
      ...b === i ? pair.target.keypoints : [],
    ]);
    // A crop keeps what any of its pairs asks for.
    const whole = sized({ ...image, keypoints: [...image.keypoints, ...own] });
    const [drawn] = drawEdits(whole, options, state);
    const [share] = randomUnit(randomState(seed, "mirror", step, together[i]!));
    const isMirrored = share < (options.mirror ?? 0);
    return isMirrored ? [...drawn, { kind: "mirror" }] : drawn;
  });
  const version = (image: AnnotatedImage, i: number): AnnotatedImage =>
    editAnnotation(sized(image), edits[i]!, counting);
  return {
    ...plan,
    images: plan.images.map(version),
    pairs: plan.pairs.map(({ pair, a, b }) => ({
      pair: {
        ...pair,
        source: version(pair.source, a),
        target: version(pair.target, b),
      },
      a,
      b,
    })),
  };
}

/** For each image the first of those that it is matched with. */
function components(
  { images, pairs }: BatchPlan,
): readonly number[] {
  const first = images.map((_, i) => i);
  const root = (i: number): number => first[i] === i ? i : root(first[i]!);
  for (const { a, b } of pairs) {
    const [low, high] = [root(a), root(b)].toSorted((x, y) => x - y);
    first[high!] = low!;
  }
  return first.map((_, i) => root(i));
}

function sized(image: AnnotatedImage): SizedAnnotation {
  if (image.size !== undefined) return image as SizedAnnotation;
  throw new OptionError("augmentPlan", "size", "known", image.path);
}
