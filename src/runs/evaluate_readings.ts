/**
 * PCK of a model on annotated pairs, by several ways to read its matches.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import type { DeviceFailedError } from "../backends/errors.ts";
import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import {
  blockLimits,
  type EvaluationBlock,
  evaluationBlocks,
} from "./_evaluation_blocks.ts";
import { type Extracted, extractImages } from "./_extract_images.ts";
import { measureBlock } from "./_measure_block.ts";
import { right } from "./_result.ts";
import { withDeviceFailures } from "./_with_device_failures.ts";
import type { Aborted } from "./aborted.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
} from "./evaluation_inputs.ts";
import type { EvaluationOutcome, PairOutcome } from "./evaluation_outcome.ts";

/**
 * Matches the keypoints of every pair and counts the right ones, by each
 * reading of the predictor: temperatures and localisers are compared on the
 * same score maps, and the backbone runs no more often than for one.
 *
 * A pair with a true flow (TSS) is matched densely too, cell by cell, and the
 * flow between the cells measured over its mask.
 *
 * Each distinct picture goes through the backbone once, unless there are more
 * than `keepImages`: then pairs are taken category by category, and of one that
 * is larger still, part by part. Where a picture is not a whole number of cells
 * wide or high, the mean colour is added to the right and below, by less than a
 * cell: so each cell that is searched shows at least a line of the picture, and
 * no match is taken out of the padding alone. Matches are not clamped to the
 * picture.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param inputs Model, pairs and pictures.
 * @param options Threshold, space and α.
 * @returns The outcome of every pair for each of the predictor's readings, or
 *   the first file that is wrong.
 * @throws {OptionError} If `keepImages` is not a whole number of at least 2, or
 *   `batch` not one of at least 1.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import { readPairs, writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   createPredictor,
 *   drawnDefaults,
 *   evaluateReadings,
 *   imageLoader,
 *   initialModel,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("evaluate-");
 * const few = { trn: 0, val: 0, test: 2 };
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: few,
 *   pairsPerCategory: few,
 *   drawing: { size: 64 },
 * })();
 * const data = `${folder}/drawn`;
 * const set = await readPairs(data, { format: "spair", split: "test" })();
 * if (set._tag === "Left") throw new Error(set.left.message);
 * const { pairs, threshold } = set.right;
 * const model = await initialModel(drawnDefaults)();
 * if (model._tag === "Left") throw new Error(model.left.message);
 * const { config, parameters } = model.right;
 * const created = await createBackend("auto")();
 * if (created._tag === "Left") throw created.left;
 * const backend = created.right;
 * const predictor = createPredictor(backend, {
 *   config,
 *   baked: parameters,
 *   betaEval: 0.02,
 *   sigmaCells: 7,
 *   alternatives: [{ betaEval: 1, sigmaCells: 7 }],
 * });
 * const load = imageLoader({ size: 64, stride: 16 });
 * const inputs = { config, predictor, pairs, load };
 * const outcomes = await evaluateReadings(backend, inputs, {
 *   threshold,
 *   space: "evaluation",
 *   alphas: [0.1],
 * })();
 * if (outcomes._tag === "Left") throw new Error(outcomes.left.message);
 * const [sharp, soft] = outcomes.right;
 * equal(sharp?.pairs[0]?.beta, 0.02);
 * equal(soft?.pairs[0]?.beta, 1);
 * await backend.close();
 * await rm(folder, { recursive: true });
 * ```
 */
export function evaluateReadings<T>(
  backend: Backend<T>,
  inputs: EvaluationInputs<T>,
  options: EvaluationOptions,
): AsyncResult<
  DataError | DeviceFailedError | Aborted,
  readonly EvaluationOutcome[]
> {
  const limits = blockLimits(options);
  atLeast("keepImages", limits.pictures, 2);
  atLeast("batch", options.batch ?? 8, 1);
  return withDeviceFailures(async () => {
    const { pairs, predictor } = inputs;
    const blocks = evaluationBlocks(pairs, limits);
    const images = new Map<string, Extracted<T>>();
    const free = (isNeeded: (key: string) => boolean): void => {
      for (const [key, { features }] of images) {
        if (isNeeded(key)) continue;
        backend.dispose([features]);
        images.delete(key);
      }
    };
    const decoders = new Map<string, string>();
    const outcomes = predictor.readings.map((): PairOutcome[] => []);
    const progress = counters(blocks, inputs, options);
    try {
      for (const block of blocks) {
        free((key) => block.pictures.has(key));
        const missing = [...block.pictures].filter(([key]) => !images.has(key));
        const extracted = await extractImages(backend, inputs, options, {
          pictures: new Map(missing),
          images,
          onImages: progress.images,
        });
        if (extracted._tag === "Left") return extracted;
        for (const [key, { decoder }] of images) decoders.set(key, decoder);
        const measured = await measureBlock(backend, inputs, options, {
          block,
          images,
          outcomes,
          onPairs: progress.pairs,
        });
        if (measured._tag === "Left") return measured;
      }
    } finally {
      free(() => false);
    }
    return right(outcomes.map((list) => ({
      pairs: list,
      decoders: [...new Set(decoders.values())],
      images: decoders.size,
    })));
  });
}

/** Tells of pictures and pairs as they are done. */
function counters<T>(
  blocks: readonly EvaluationBlock[],
  { pairs }: EvaluationInputs<T>,
  { onProgress }: EvaluationOptions,
): Readonly<Record<"images" | "pairs", (count: number) => void>> {
  const counter = (label: string, total: number) => {
    let done = 0;
    return (count: number): void => {
      done += count;
      onProgress?.({ kind: "count", label, done, total });
    };
  };
  // A picture that is kept from one block to the next is not read again.
  const passes = blocks.map(({ pictures }, i) =>
    [...pictures.keys()].filter((key) => !blocks[i - 1]?.pictures.has(key))
      .length
  );
  const total = passes.reduce((sum, count) => sum + count, 0);
  return {
    images: counter("reading images", total),
    pairs: counter("matching pairs", pairs.length),
  };
}

function atLeast(param: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  const wanted = `a whole number >= ${least}`;
  throw new OptionError("evaluateReadings", param, wanted, value);
}
