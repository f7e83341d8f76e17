import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult } from "../../core/result.ts";
import { readBytes, writeAtomic } from "../../data/files.ts";
import { readPairs } from "../../data/read_pairs.ts";
import { backboneStride } from "../../nn/backbone_geometry.ts";
import { right } from "../_result.ts";
import type { Aborted } from "../aborted.ts";
import { evaluateReadings } from "../evaluate_readings.ts";
import type { EvaluationOutcome } from "../evaluation_outcome.ts";
import type { ProgressEvent } from "../format_progress.ts";
import { imageLoader } from "../load_image.ts";
import type { Model } from "../model.ts";
import { createPredictor } from "../predictor.ts";
import type { RunError } from "../run_error.ts";
import { type EvaluationResult, summarize } from "../summarize.ts";
import { canonical, digest } from "./_run_name.ts";
import type { StudyEvaluation, StudyRun } from "./study.ts";

/** What is evaluated, and where results are kept. */
export interface StudyEvaluationTask {
  /** The run. */
  readonly run: StudyRun;
  /** Its model, read when it is needed. */
  readonly model: AsyncResult<RunError, Model>;
  /** Folder of the results. */
  readonly folder: string;
}

/** Options of {@linkcode evaluateStudyRun}. */
export interface EvaluateStudyRunOptions {
  /** Stops between two pairs. */
  readonly signal?: AbortSignal;
  /** Hears of every pair. */
  readonly onProgress?: (event: ProgressEvent) => void;
}

/** Results by the names of the evaluations. */
type Scores = Readonly<Record<string, EvaluationResult>>;

/** Fractions of θ that every study measures. */
const ALPHAS = [0.05, 0.1, 0.15] as const;

/** Bytes of decoded pictures kept. */
const IMAGE_CACHE_BYTES = 1 << 28;

/**
 * Evaluates a model in all ways that a run asks for, but for those that an
 * earlier start of a study found.
 */
export function evaluateStudyRun<T>(
  backend: Backend<T>,
  task: StudyEvaluationTask,
  options: EvaluateStudyRunOptions = {},
): AsyncResult<RunError | Aborted, Scores> {
  const { run, folder } = task;
  const { config, isTrained } = run;
  return async () => {
    const scores: Record<string, EvaluationResult> = {};
    const missing: Missing[] = [];
    for (const [name, evaluation] of Object.entries(run.evaluations)) {
      const told = { config, isTrained, evaluation, backend: backend.name };
      const file = `${folder}/${await digest(told)}.json`;
      const found = await readKept(file, told);
      if (found) scores[name] = found;
      else missing.push({ name, evaluation, file, told });
    }
    for (const group of grouped(missing)) {
      const results = await evaluateGroup(backend, task, group, options)();
      if (results._tag === "Left") return results;
      for (const [i, { name, file, told }] of group.entries()) {
        const result = results.right[i] as EvaluationResult;
        const kept = `${JSON.stringify({ told, result })}\n`;
        const written = await writeAtomic(file, kept)();
        if (written._tag === "Left") return written;
        scores[name] = result;
      }
    }
    return right(scores);
  };
}

/** An evaluation that is still to be made. */
interface Missing {
  readonly name: string;
  readonly evaluation: StudyEvaluation;
  readonly file: string;
  readonly told: unknown;
}

/** Those that differ in the temperature alone share their score maps. */
function grouped(missing: readonly Missing[]): readonly (readonly Missing[])[] {
  const groups = new Map<string, Missing[]>();
  for (const each of missing) {
    const { betaEval: _, ...rest } = each.evaluation;
    const key = JSON.stringify(rest);
    groups.set(key, [...groups.get(key) ?? [], each]);
  }
  return [...groups.values()];
}

function evaluateGroup<T>(
  backend: Backend<T>,
  { run, model }: StudyEvaluationTask,
  group: readonly Missing[],
  options: EvaluateStudyRunOptions,
): AsyncResult<RunError | Aborted, readonly EvaluationResult[]> {
  return async () => {
    const opened = await model();
    if (opened._tag === "Left") return opened;
    const { config, parameters } = opened.right;
    const { test, size } = (group[0] as Missing).evaluation;
    const set = await readPairs(test.data, test)();
    if (set._tag === "Left") return set;
    const { sigmaCells } = run.config;
    const threshold = test.threshold ?? set.right.threshold;
    const [first, ...alternatives] = group.map(({ evaluation }) => ({
      betaEval: evaluation.betaEval,
      sigmaCells,
    }));
    const outcomes = await evaluateReadings(backend, {
      config,
      predictor: createPredictor(backend, {
        config,
        baked: parameters,
        alternatives,
        ...first as typeof alternatives[number],
      }),
      pairs: set.right.pairs,
      load: imageLoader({
        size,
        stride: backboneStride(config.backbone),
        cacheBytes: IMAGE_CACHE_BYTES,
      }),
    }, { threshold, space: test.space, alphas: ALPHAS, ...options })();
    if (outcomes._tag === "Left") return outcomes;
    const { backbone } = config;
    return right(
      group.map(({ evaluation }, i) =>
        summarize(outcomes.right[i] as EvaluationOutcome, {
          data: `${set.right.name} ${set.right.split}`,
          ...(set.right.choices && { reading: set.right.choices }),
          backbone: backbone.name,
          layers: backbone.outputs,
          ...(backbone.kind === "vit" && { finalNorm: backbone.norm }),
          backend: backend.name,
          coordinates: config.coordinates,
          threshold,
          space: test.space,
          size,
          betaEval: evaluation.betaEval,
          localizer: "kernelSoftArgmax",
          sigmaCells,
          normalize: config.normalize,
        })
      ),
    );
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
