import type { Backend } from "../backends/backend.ts";
import type { AsyncResult, Result } from "../core/result.ts";
import { writeAtomic } from "../data/files.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { right } from "./_result.ts";
import type { Aborted } from "./aborted.ts";
import { evaluate } from "./evaluate.ts";
import type { PairOutcome } from "./evaluation_outcome.ts";
import type { Evaluation } from "./format_evaluation.ts";
import type { ProgressEvent } from "./format_progress.ts";
import type { JsonObject } from "./json.ts";
import { type ImageLoader, imageLoader } from "./load_image.ts";
import { createPredictor } from "./predictor.ts";
import { readCheckpoint } from "./read_checkpoint.ts";
import { readLog } from "./read_log.ts";
import { renderReport } from "./render_report.ts";
import type { ReportPair } from "./report_input.ts";
import type { RunError } from "./run_error.ts";
import { initialModel } from "./initial_model.ts";
import type { StartedRun } from "./start_run.ts";
import { averages } from "./averages.ts";
import { evaluationTable } from "./evaluation_table.ts";
import { BEST_ALPHA, VALIDATION_ALPHAS } from "./_validate_state.ts";
import { modelConfig } from "./train_config.ts";
import { PROCEDURAL, type TrainingData } from "./training_data.ts";

/** What a report is drawn from. */
export interface ReportSubject {
  /** A run with a best checkpoint. */
  readonly run: StartedRun;
  /** Its data. */
  readonly data: TrainingData;
}

/** Pairs that are drawn. */
const DRAWN_PAIRS = 6;

/**
 * Writes the report page of a finished run: its curves, its PCK on the
 * validation split before and after training, and some pairs with their
 * matches.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where both models are evaluated.
 * @param subject The run and its data.
 * @param options Signal and progress.
 * @returns Nothing, or which file could not be read or written.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { mkdtemp, readFile, rm } from "node:fs/promises";
 * import { pipe } from "fp-ts/function";
 * import * as TE from "fp-ts/TaskEither";
 * import { writeProcedural } from "@simsc/core/data";
 * import {
 *   createBackend,
 *   drawnDefaults,
 *   startRun,
 *   train,
 *   trainingData,
 *   writeReport,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("report-");
 * const few = { trn: 2, val: 2, test: 0 };
 * await writeProcedural(`${folder}/drawn`, {
 *   seed: 0,
 *   categories: ["car"],
 *   imagesPerCategory: few,
 *   pairsPerCategory: few,
 *   drawing: { size: 64 },
 * })();
 * const out = `${folder}/run`;
 * const config = {
 *   ...drawnDefaults,
 *   data: `${folder}/drawn`,
 *   size: 64,
 *   epochs: 1,
 *   batch: 2,
 *   groupSize: null,
 * };
 * const written = await pipe(
 *   TE.Do,
 *   TE.bindW("backend", () => createBackend("auto")),
 *   TE.bindW("data", () => trainingData(config, { out })),
 *   TE.bindW("run", () => startRun(config, out)),
 *   TE.chainW(({ backend, run, data }) =>
 *     pipe(
 *       train(backend, run, data),
 *       TE.chainW(() => writeReport(backend, { run, data })),
 *       TE.chainFirstTaskK(() => () => backend.close()),
 *     )
 *   ),
 * )();
 * if (written._tag === "Left") throw new Error(written.left.message);
 * match(await readFile(`${out}/report.html`, "utf8"), /SimSC: tiny on /);
 * await rm(folder, { recursive: true });
 * ```
 */
export function writeReport<T>(
  backend: Backend<T>,
  { run, data }: ReportSubject,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (event: ProgressEvent) => void;
  } = {},
): AsyncResult<RunError | Aborted, void> {
  return async () => {
    const { config, files } = run;
    const best = await readCheckpoint(files.best)();
    if (best._tag === "Left") return best;
    const rows = await readLog(files.log)();
    if (rows._tag === "Left") return rows;
    const model = modelConfig(config);
    const stride = backboneStride(model.backbone);
    const load = imageLoader({ size: config.size, stride });
    const judge = (parameters: NamedTensors) =>
      evaluate(backend, {
        config: model,
        predictor: createPredictor(backend, {
          ...config,
          config: model,
          baked: parameters,
        }),
        pairs: data.validation.pairs,
        load,
      }, {
        threshold: data.validation.threshold,
        space: "evaluation",
        alphas: VALIDATION_ALPHAS,
        ...options,
      })();
    const start = await initialModel(config)();
    if (start._tag === "Left") return start;
    const before = await judge(start.right.parameters);
    if (before._tag === "Left") return before;
    const after = await judge(best.right.parameters);
    if (after._tag === "Left") return after;
    const pairs = await drawnPairs(before.right.pairs, after.right.pairs, load);
    if (pairs._tag === "Left") return pairs;
    const { split, threshold } = data.validation;
    // Drawn objects are stored as SPair-71k is, and are not SPair-71k.
    const name = config.data === PROCEDURAL
      ? "drawn objects"
      : data.validation.name;
    const html = await renderReport({
      title: `SimSC: ${config.backbone} on ${name}`,
      config: { ...config } as unknown as JsonObject,
      environment: {
        backend: backend.name,
        steps: best.right.step,
        "decoders": after.right.decoders.join(", "),
      },
      rows: rows.right,
      evaluation: {
        caption: `${name}, split ${split}: PCK with the reference length ` +
          `${threshold}, errors in pixels of the ${config.size} x ` +
          `${config.size} square, coordinates ${config.coordinates}; per ` +
          "image: mean over pairs.",
        before: table(before.right.pairs),
        after: table(after.right.pairs),
      },
      pairs: pairs.right,
      pairAlpha: BEST_ALPHA,
    });
    return await writeAtomic(files.report, html)();
  };
}

function table(pairs: readonly PairOutcome[]): Evaluation {
  return evaluationTable(averages({ pairs }));
}

async function drawnPairs(
  before: readonly PairOutcome[],
  after: readonly PairOutcome[],
  load: ImageLoader,
): Promise<Result<RunError, readonly ReportPair[]>> {
  const stride = Math.max(1, Math.floor(after.length / DRAWN_PAIRS));
  const pairs: ReportPair[] = [];
  for (let i = 0; i < after.length && pairs.length < DRAWN_PAIRS; i += stride) {
    const [was, is] = [before[i] as PairOutcome, after[i] as PairOutcome];
    const source = await load(is.pair.source)();
    if (source._tag === "Left") return source;
    const target = await load(is.pair.target)();
    if (target._tag === "Left") return target;
    const onto = (
      loaded: typeof source.right,
      points: PairOutcome["predicted"],
    ) => scaleKeypoints(points, { from: loaded.stored, to: loaded.image });
    const correct = ({ pck }: PairOutcome): readonly boolean[] =>
      pck.correct[String(BEST_ALPHA)] ?? [];
    pairs.push({
      category: is.pair.category,
      source: source.right.image,
      target: target.right.image,
      queries: onto(source.right, is.pair.source.keypoints),
      truth: onto(target.right, is.pair.target.keypoints),
      before: onto(target.right, was.predicted),
      after: onto(target.right, is.predicted),
      correctBefore: correct(was),
      correctAfter: correct(is),
    });
  }
  return right(pairs);
}
