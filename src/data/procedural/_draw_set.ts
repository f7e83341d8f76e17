import { unwrap } from "../_refusal.ts";
import type { SpairImage, SpairPair, SpairSet } from "../spair_types.ts";
import type { PerSplit, ProceduralProgress } from "./per_split.ts";
import { type ProceduralImage, proceduralImage } from "./procedural_image.ts";
import type { ProceduralOptions } from "./procedural_options.ts";
import { permutation, seedOf, streamOf } from "../_random.ts";
import { rasterizeSvg } from "./rasterize_svg.ts";

/** Every option that the bytes depend on. */
export interface Plan {
  /** Everything random follows from it. */
  readonly seed: number;
  /** Names. */
  readonly categories: readonly string[];
  /** Pictures of each category. */
  readonly images: PerSplit;
  /** Most pairs of each category. */
  readonly pairs: PerSplit;
  /** Looks. */
  readonly drawing: ProceduralOptions;
}

const splits = ["trn", "val", "test"] as const;

/** Pictures with fewer keypoints in common make no pair. */
const leastCommon = 4;

interface Drawn {
  readonly category: string;
  readonly split: typeof splits[number];
  readonly name: string;
  readonly image: ProceduralImage;
}

/** Draws the pictures of a plan and picks its pairs. */
export async function drawSet(
  plan: Plan,
  { signal, onProgress }: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: ProceduralProgress) => void;
  },
): Promise<SpairSet> {
  const jobs = plan.categories.flatMap((category) =>
    splits.flatMap((split) =>
      Array.from({ length: plan.images[split] }, (_, index) => ({
        category,
        split,
        name: `${split}_${String(index).padStart(4, "0")}.png`,
        seed: seedOf(plan.seed, category, split, index),
      }))
    )
  );
  const { encode } = await import("fast-png");
  const drawn: Drawn[] = [];
  const images: SpairImage[] = [];
  for (const job of jobs) {
    // A turn of the event loop, or no signal would ever be seen.
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal?.throwIfAborted();
    const image = proceduralImage(job.category, {
      ...plan.drawing,
      seed: job.seed,
    });
    const { width, height, data } = unwrap(await rasterizeSvg(image.svg)());
    drawn.push({ ...job, image });
    images.push({
      name: job.name,
      category: job.category,
      width,
      height,
      keypoints: Object.fromEntries(image.keypoints.map((p, id) => [id, p])),
      box: image.box,
      bytes: encode(
        { width, height, data, channels: 3, depth: 8 },
        { zlib: { level: 3 } },
      ),
    });
    onProgress?.({ done: images.length, total: jobs.length });
  }
  const pairs = plan.categories.flatMap((category) =>
    splits.flatMap((split) => {
      const group = drawn.filter((d) =>
        d.category === category && d.split === split
      );
      const state = streamOf(plan.seed, category, split, "pairs");
      const [order] = permutation(state, group.length ** 2);
      return order
        .map((i) =>
          [
            group[Math.floor(i / group.length)]!,
            group[i % group.length]!,
          ] as const
        )
        .filter(([a, b]) => a !== b && common(a.image, b.image) >= leastCommon)
        .slice(0, plan.pairs[split])
        .map(([a, b]) => pairOf(a, b));
    })
  );
  return { images, pairs };
}

function pairOf(a: Drawn, b: Drawn): SpairPair {
  return {
    source: a.name,
    target: b.name,
    category: a.category,
    split: a.split,
    mirror: a.image.mirrored === b.image.mirrored ? 0 : 1,
    difficulty: {
      viewpointVariation: 0,
      scaleVariation: 0,
      truncation: grade(a.image.truncated, b.image.truncated),
      occlusion: grade(a.image.occluded, b.image.occluded),
    },
  };
}

function common(a: ProceduralImage, b: ProceduralImage): number {
  return a.keypoints.filter((p, k) => p !== null && b.keypoints[k] !== null)
    .length;
}

/** SPair-71k's code: 0 neither, 1 source, 2 target, 3 both. */
function grade(source: boolean, target: boolean): number {
  return (source ? 1 : 0) + (target ? 2 : 0);
}
