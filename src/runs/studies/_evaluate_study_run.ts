import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult } from "../../core/result.ts";
import { readBytes, writeAtomic } from "../../data/files.ts";
import { readPairs } from "../../data/read_pairs.ts";
import { backboneStride } from "../../nn/backbone_geometry.ts";
import { right } from "../_result.ts";
import type { Aborted } from "../aborted.ts";
import { evaluate } from "../evaluate.ts";
import type { ProgressEvent } from "../format_progress.ts";
import { imageLoader } from "../load_image.ts";
import type { Model } from "../model.ts";
import { createPredictor } from "../predictor.ts";
import type { RunError } from "../run_error.ts";
import { type EvaluationResult, summarize } from "../summarize.ts";
import { canonical } from "./_run_name.ts";
import type { StudyEvaluation, StudyRun } from "./study.ts";

/** What is evaluated, how, and where the result is kept. */
export interface StudyEvaluationTask {
  /** The run. */
  readonly run: StudyRun;
  /** Its model, read when it is needed. */
  readonly model: AsyncResult<RunError, Model>;
  /** One of its evaluations. */
  readonly evaluation: StudyEvaluation;
  /** File of the result. */
  readonly file: string;
}

/** Options of {@linkcode evaluateStudyRun}. */
export interface EvaluateStudyRunOptions {
  /** Stops between two pairs. */
  readonly signal?: AbortSignal;
  /** Hears of every pair. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Fractions of θ that every study measures. */
const ALPHAS = [0.05, 0.1, 0.15] as const;

/** Bytes of decoded pictures kept. */
const IMAGE_CACHE_BYTES = 1 << 28;

/** Evaluates a model, or gives what an earlier start of the study found. */
export function evaluateStudyRun<T>(
  backend: Backend<T>,
  task: StudyEvaluationTask,
  options: EvaluateStudyRunOptions = {},
): AsyncResult<RunError | Aborted, EvaluationResult> {
  const { run, evaluation, file } = task;
  const told = {
    config: run.config,
    isTrained: run.isTrained,
    evaluation,
    backend: backend.name,
  };
  return async () => {
    const found = await readKept(file, told);
    if (found) return right(found);
    const model = await task.model();
    if (model._tag === "Left") return model;
    const { test, betaEval, size } = evaluation;
    const set = await readPairs(test.data, test)();
    if (set._tag === "Left") return set;
    const { config, parameters } = model.right;
    const { sigmaCells } = run.config;
    const threshold = test.threshold ?? set.right.threshold;
    const outcome = await evaluate(backend, {
      config,
      predictor: createPredictor(backend, {
        config,
        baked: parameters,
        betaEval,
        sigmaCells,
      }),
      pairs: set.right.pairs,
      load: imageLoader({
        size,
        stride: backboneStride(config.backbone),
        cacheBytes: IMAGE_CACHE_BYTES,
      }),
    }, { threshold, space: test.space, alphas: ALPHAS, ...options })();
    if (outcome._tag === "Left") return outcome;
    const result = summarize(outcome.right, {
      data: `${set.right.name} ${set.right.split}`,
      backbone: config.backbone.name,
      backend: backend.name,
      coordinates: config.coordinates,
      threshold,
      space: test.space,
      size,
      betaEval,
      localizer: "kernelSoftArgmax",
      sigmaCells,
      normalize: config.normalize,
    });
    const kept = `${JSON.stringify({ told, result })}\n`;
    const written = await writeAtomic(file, kept)();
    if (written._tag === "Left") return written;
    return right(result);
  };
}

/** A kept result of the same model and evaluation; any other file is ignored. */
async function readKept(
  file: string,
  told: unknown,
): Promise<EvaluationResult | undefined> {
  const bytes = await readBytes(file)();
  if (bytes._tag === "Left") return undefined;
  try {
    const kept = JSON.parse(new TextDecoder().decode(bytes.right));
    const isSame = canonical(kept.told) ===
      canonical(JSON.parse(JSON.stringify(told)));
    return isSame ? kept.result : undefined;
  } catch {
    return undefined;
  }
}
