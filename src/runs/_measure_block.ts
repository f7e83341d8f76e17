import type { Backend } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { pictureKey } from "../data/picture_edit.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import type { BlockPair } from "./_block_pairs.ts";
import type { EvaluationBlock } from "./_evaluation_blocks.ts";
import type { Extracted } from "./_extract_images.ts";
import { matchBlock } from "./_match_block.ts";
import { measureFlow } from "./_measure_flow.ts";
import { checkPair, measurePair } from "./_measure_pair.ts";
import { right } from "./_result.ts";
import { type Aborted, aborted } from "./aborted.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
} from "./evaluation_inputs.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";

/** What {@linkcode measureBlock} reads and where it writes to. */
export interface MeasuredBlock<T> {
  /** The pairs. */
  readonly block: EvaluationBlock;
  /** Their pictures, by key. */
  readonly images: ReadonlyMap<string, Extracted<T>>;
  /** By each reading, a list with a place for every pair. */
  readonly outcomes: readonly PairOutcome[][];
  /** Hears of pairs as they are done. */
  readonly onPairs: (count: number) => void;
}

/** Matches and measures the pairs of a block, into `outcomes`. */
export async function measureBlock<T>(
  backend: Backend<T>,
  { config, predictor, pairs }: EvaluationInputs<T>,
  options: EvaluationOptions,
  { block, images, outcomes, onPairs }: MeasuredBlock<T>,
): Promise<Result<DataError | Aborted, void>> {
  const wanted: BlockPair<T>[] = [];
  for (const place of block.places) {
    const pair = pairs[place] as EvaluationInputs<T>["pairs"][number];
    const source = images.get(pictureKey(pair.source)) as Extracted<T>;
    const target = images.get(pictureKey(pair.target)) as Extracted<T>;
    const checked = checkPair(pair, { source, target }, options.threshold);
    if (checked._tag === "Left") return checked;
    wanted.push({ place, pair, source, target });
  }
  const rule = {
    rule: config.coordinates,
    stride: backboneStride(config.backbone),
  };
  if (options.signal?.aborted) return aborted("evaluation");
  const groups = matchBlock(backend, { config, predictor }, wanted);
  for await (const group of groups) {
    for (const { place, pair, target, cells, betas } of group) {
      outcomes.forEach((list, r) => {
        list[place] = measurePair(
          {
            pair,
            target,
            cells: cells[r] as typeof cells[number],
            beta: betas[r] as number,
          },
          rule,
          options,
        );
      });
    }
    for (const each of group) {
      const flows = await measureFlow(
        backend,
        { config, predictor },
        each,
        options,
      );
      if (flows._tag === "Left") return flows;
      flows.right?.forEach((flow, r) => {
        const list = outcomes[r] as PairOutcome[];
        list[each.place] = { ...list[each.place] as PairOutcome, flow };
      });
    }
    onPairs(group.length);
    if (options.signal?.aborted) return aborted("evaluation");
  }
  return right(undefined);
}
