import type { TrainableScope } from "../../nn/trainable.ts";
import type { TrainConfig } from "../train_config.ts";
import type {
  RunOutcome,
  StudyEvaluation,
  StudyRun,
  StudySettings,
} from "./study.ts";

/** The temperature that models without one of their own are matched at. */
export const PAPER_BETA_EVAL = 0.02;

/** Temperatures above this are too flat to match with (SimSC, Fig. 6). */
const FLAT = 0.1;

/** SimSC as the settings describe it: the temperature is learned. */
export function simscConfig({ base }: StudySettings): TrainConfig {
  const temperature = base.temperature.kind === "mlp"
    ? base.temperature
    : { kind: "mlp" } as const;
  return { ...base, temperature, normalize: true, betaEval: "auto" };
}

/** The same with the last block or everything trained, at the rate of that. */
export function scopedConfig(
  settings: StudySettings,
  scope: TrainableScope,
): TrainConfig {
  const { rates, base } = settings;
  const learningRate = rates?.[scope] ?? base.learningRate;
  return { ...simscConfig(settings), scope, learningRate };
}

/**
 * The same trained at a temperature chosen by hand, which is its temperature
 * at validation too, unless that is too flat to match with.
 */
export function fixedConfig(
  settings: StudySettings,
  beta: number,
): TrainConfig {
  return {
    ...settings.base,
    temperature: { kind: "fixed", beta },
    normalize: true,
    betaEval: beta > FLAT ? PAPER_BETA_EVAL : "auto",
  };
}

/** β_trn = 1 on features that are not L2-normalised. */
export function unnormalizedConfig(settings: StudySettings): TrainConfig {
  return {
    ...fixedConfig(settings, 1),
    normalize: false,
    betaEval: "auto",
  };
}

/** How a model is judged on the first test set. */
export function evaluationAt(
  { base, tests }: StudySettings,
  betaEval: "auto" | number,
): StudyEvaluation {
  const [test] = tests;
  if (test === undefined) throw new RangeError("a study needs a test set");
  return { test, betaEval, size: base.size };
}

/** SimSC, judged at its own temperature. */
export function simscRun(settings: StudySettings): StudyRun {
  return {
    key: "simsc",
    label: "SimSC",
    config: simscConfig(settings),
    isTrained: true,
    evaluations: { auto: evaluationAt(settings, "auto") },
  };
}

/** PCK in percent, per image; NaN for a run that failed. */
export function pckOf(
  outcome: RunOutcome | undefined,
  evaluation: string,
  alpha: number,
): number {
  if (outcome?.kind !== "done") return NaN;
  const score = outcome.scores[evaluation];
  return 100 * (score?.pck.perImage[String(alpha)] ?? NaN);
}

/** A number as tables show it; the dash of one that is not there. */
export function shown(value: number, digits = 1): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

/** `α = 0.05 / 0.1 / 0.15` in one cell, or why there is none. */
export function pckCell(
  outcome: RunOutcome | undefined,
  evaluation: string,
  alphas: readonly number[] = [0.05, 0.1, 0.15],
): string {
  if (outcome === undefined) return "not run";
  if (outcome.kind === "failed") return "failed";
  return alphas.map((alpha) => shown(pckOf(outcome, evaluation, alpha)))
    .join(" / ");
}
