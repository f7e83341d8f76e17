import type { Result } from "../core/result.ts";
import { left, right } from "./_result.ts";
import { select } from "./_tensor_map.ts";
import { save, type TrainingLoop } from "./_training_loop.ts";
import type { Aborted } from "./aborted.ts";
import { appendLog } from "./append_log.ts";
import { evaluate } from "./evaluate.ts";
import type { RunError } from "./run_error.ts";
import { averages } from "./averages.ts";
import { modelConfig } from "./train_config.ts";
import { type TrainingState, upload } from "./training_state.ts";

/** Thresholds that a run is validated at. */
export const VALIDATION_ALPHAS = [0.05, 0.1, 0.15] as const;

/** The one that chooses the best checkpoint. */
export const BEST_ALPHA = VALIDATION_ALPHAS[1];

/** Pictures of one validation pass. */
const VALIDATION_BATCH = 8;

/**
 * Validates a state, logs it, and writes the best and the last checkpoint.
 * Stopped on the way it writes nothing: a resumed run takes the steps since the
 * last checkpoint again, so that no validation is ever missing.
 */
export async function validateState<T>(
  loop: TrainingLoop<T>,
  state: TrainingState<T>,
): Promise<Result<RunError | Aborted, TrainingState<T>>> {
  const { run, options, stepsPerEpoch } = loop;
  const outcome = await judge(loop, state);
  if (outcome._tag === "Left") return left(outcome.left);
  const { pck, beta } = averages(outcome.right);
  const { step } = state;
  const value = pck.perImage[String(BEST_ALPHA)] as number;
  // What training starts from is no candidate.
  const isBest = step > 0 && value > (state.best?.value ?? -1);
  const best = isBest ? { name: `pck@${BEST_ALPHA}`, value, step } : state.best;
  const judged = { ...state, best };
  const logged = await appendLog(run.files.log, [{
    kind: "validation",
    step,
    epoch: Math.max(0, Math.ceil(step / stepsPerEpoch) - 1),
    pck: pck.perImage,
    betaProduct: beta.mean,
  }])();
  if (logged._tag === "Left") return logged;
  for (const file of [...(isBest ? [run.files.best] : []), run.files.last]) {
    const saved = await save(loop, judged, file);
    if (saved._tag === "Left") return saved;
  }
  options.onProgress?.({ kind: "validation", step, pck: pck.perImage, isBest });
  return right(judged);
}

async function judge<T>(
  { backend, run, data, predictor, images, prepare, options }: TrainingLoop<T>,
  { tensors }: TrainingState<T>,
): ReturnType<ReturnType<typeof evaluate<T>>> {
  const frozen = upload(backend, run.frozen);
  try {
    return await evaluate(backend, {
      config: modelConfig(run.config),
      predictor,
      parameters: { ...frozen, ...select(tensors, "parameters.") },
      pairs: data.validation.pairs,
      load: images.load,
      prepare,
    }, {
      threshold: data.validation.threshold,
      space: "evaluation",
      alphas: VALIDATION_ALPHAS,
      batch: VALIDATION_BATCH,
      ...(options.signal && { signal: options.signal }),
    })();
  } finally {
    backend.dispose(Object.values(frozen));
  }
}
