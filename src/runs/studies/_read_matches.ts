import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult } from "../../core/result.ts";
import { readPairs } from "../../data/read_pairs.ts";
import { backboneStride } from "../../nn/backbone_geometry.ts";
import { right } from "../_result.ts";
import type { Aborted } from "../aborted.ts";
import { evaluate } from "../evaluate.ts";
import { imageLoader } from "../load_image.ts";
import type { Model } from "../model.ts";
import { createPredictor } from "../predictor.ts";
import type { RunError } from "../run_error.ts";
import { pictureOf, spreadOver } from "./_pairs.ts";
import type { StudyEvaluation, StudyRun } from "./study.ts";
import type { PairMatches } from "./study_figure.ts";

/** A model, and the pairs that are matched to be drawn. */
export interface ReadMatchesTask extends StudyEvaluation {
  /** The run. */
  readonly run: StudyRun;
  /** Its model, read when it is needed. */
  readonly model: AsyncResult<RunError, Model>;
  /** How many pairs, spread over the set. */
  readonly count: number;
}

/** What counts as right in a drawing. */
const ALPHA = 0.1;

/** Matches of some pairs, with which of them are right. */
export function readMatches<T>(
  backend: Backend<T>,
  { run, model, test, betaEval, size, count }: ReadMatchesTask,
  options: { readonly signal?: AbortSignal },
): AsyncResult<RunError | Aborted, readonly PairMatches[]> {
  return async () => {
    const opened = await model();
    if (opened._tag === "Left") return opened;
    const set = await readPairs(test.data, test)();
    if (set._tag === "Left") return set;
    const { config, parameters } = opened.right;
    const outcome = await evaluate(backend, {
      config,
      predictor: createPredictor(backend, {
        config,
        baked: parameters,
        betaEval,
        sigmaCells: run.config.sigmaCells,
      }),
      pairs: spreadOver(set.right.pairs, count),
      load: imageLoader({ size, stride: backboneStride(config.backbone) }),
    }, {
      threshold: test.threshold ?? set.right.threshold,
      space: test.space,
      alphas: [ALPHA],
      ...(options.signal && { signal: options.signal }),
    })();
    if (outcome._tag === "Left") return outcome;
    return right(outcome.right.pairs.map(({ pair, predicted, pck }) => ({
      id: pair.id,
      category: pair.category,
      source: pictureOf(pair.source),
      target: pictureOf(pair.target),
      queries: pair.source.keypoints,
      truth: pair.target.keypoints,
      predicted,
      correct: pck.correct[String(ALPHA)] ?? [],
    })));
  };
}
