import type { ImagePair, PairSet } from "../data/image_pair.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { augmentPlan } from "./augment_plan.ts";
import { epochOrder } from "./epoch_order.ts";
import { groupedBatch, imageGroups } from "./image_groups.ts";
import type { ImageSource } from "./image_source.ts";
import type { TrainConfig } from "./train_config.ts";
import { type BatchPlan, pairBatch } from "./training_batch.ts";

/** Which images and pairs a step (from 0) takes. */
export type StepPlans = (step: number) => BatchPlan;

/** Steps whose pictures are decoded before they are due. */
const STEPS_AHEAD = 2;

/** The plans of a run: by its seed and the step alone. */
export function stepPlans(config: TrainConfig, set: PairSet): StepPlans {
  const { augment = [], seed } = config;
  const { origin = 0, pairs } = set;
  const counting = { origin };
  const plain = plainPlans(config, pairs);
  return (step) => augmentPlan(plain(step), { augment, seed, step, counting });
}

/** Plans before anything is drawn at random about their images. */
function plainPlans(
  config: TrainConfig,
  pairs: readonly ImagePair[],
): StepPlans {
  const { seed, accumulate, groupSize } = config;
  if (groupSize !== null) {
    const images = imageGroups(pairs);
    const groups = config.groups * accumulate;
    return (step) => groupedBatch(images, { groupSize, groups, seed, step });
  }
  const batch = config.batch * accumulate;
  const count = pairs.length;
  const stepsPerEpoch = Math.ceil(count / batch);
  // A shuffle of a large set takes longer than the rest of a plan.
  const orders = new Map<number, readonly number[]>();
  const orderOf = (epoch: number): readonly number[] => {
    const order = orders.get(epoch) ?? epochOrder({ seed, epoch, count });
    orders.delete(epoch - 2);
    orders.set(epoch, order);
    return order;
  };
  return (step) => {
    const place = (step % stepsPerEpoch) * batch;
    const chosen = orderOf(Math.floor(step / stepsPerEpoch))
      .slice(place, place + batch);
    return pairBatch(chosen.map((i) => pairs[i] as ImagePair), batch);
  };
}

/** While a step runs, has the pictures of those after it decoded. */
export function stepPrefetch(
  images: ImageSource,
  { planOf, steps, isFrozen }: {
    readonly planOf: StepPlans;
    readonly steps: number;
    /** Whether pictures are read once, since their features are kept. */
    readonly isFrozen: boolean;
  },
): (step: number) => void {
  const seen = new Set<string>();
  return (step) => {
    if (isFrozen) {
      planOf(step).images.forEach((each) => seen.add(pictureKey(each)));
    }
    const last = Math.min(step + STEPS_AHEAD, steps - 1);
    for (let next = step + 1; next <= last; next++) {
      images.prefetch(
        planOf(next).images.filter((each) => !seen.has(pictureKey(each))),
      );
    }
  };
}
