import { percent } from "./_percent.ts";

/** A training step was done. */
export interface StepProgress {
  /** Tells events apart. */
  readonly kind: "step";
  /** Updates done. */
  readonly step: number;
  /** Updates that the whole run takes. */
  readonly steps: number;
  /** Epoch, from 0. */
  readonly epoch: number;
  /** Objective of this step. */
  readonly loss: number;
  /** Temperature of the source map. */
  readonly betaA: number;
  /** Temperature of the target map. */
  readonly betaB: number;
  /** Pace, for the time that is left; not shown where it is not known yet. */
  readonly stepsPerSecond?: number;
  /** Latest validation, PCK from 0 to 1 by its threshold. */
  readonly pck?: Readonly<Record<string, number>>;
}

/** A validation was done. */
export interface ValidationProgress {
  /** Tells events apart. */
  readonly kind: "validation";
  /** Updates done before it. */
  readonly step: number;
  /** PCK from 0 to 1 by its threshold. */
  readonly pck: Readonly<Record<string, number>>;
  /** Whether it is the best so far. */
  readonly isBest: boolean;
}

/** Part of a countable piece of work was done: pairs evaluated, images drawn. */
export interface CountProgress {
  /** Tells events apart. */
  readonly kind: "count";
  /** What is counted, such as `evaluating pairs`. */
  readonly label: string;
  /** How many are done. */
  readonly done: number;
  /** How many there are. */
  readonly total: number;
  /** PCK so far, where it is known. */
  readonly pck?: Readonly<Record<string, number>>;
  /** Pace, for the time that is left. */
  readonly perSecond?: number;
}

/** Something to be told once, such as where the report lies. */
export interface NoteProgress {
  /** Tells events apart. */
  readonly kind: "note";
  /** The sentence. */
  readonly text: string;
}

/** What happens during a run, as plain data. */
export type ProgressEvent =
  | StepProgress
  | ValidationProgress
  | CountProgress
  | NoteProgress;

/**
 * One line of text for an event, without a line feed.
 *
 * @param event What happened.
 * @returns The line; a number that is not finite is shown as such.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatProgress } from "@simsc/core/runs";
 *
 * equal(
 *   formatProgress({
 *     kind: "step",
 *     step: 50,
 *     steps: 200,
 *     epoch: 1,
 *     loss: 4.5,
 *     betaA: 0.02,
 *     betaB: 0.03,
 *     stepsPerSecond: 2,
 *     pck: { "0.1": 0.412 },
 *   }),
 *   "epoch 2 | step 50/200 25% | loss 4.500 | βA·βB 6.00e-4 | " +
 *     "PCK@0.1 41.2 | 2.0 steps/s | 1m 15s left",
 * );
 * ```
 */
export function formatProgress(event: ProgressEvent): string {
  switch (event.kind) {
    case "step":
      return [
        `epoch ${event.epoch + 1}`,
        `step ${share(event.step, event.steps)}`,
        `loss ${event.loss.toFixed(3)}`,
        `βA·βB ${(event.betaA * event.betaB).toExponential(2)}`,
        ...pckParts(event.pck),
        ...paceParts(event.stepsPerSecond, event.steps - event.step, "steps/s"),
      ].join(" | ");
    case "validation":
      return [
        `validation at step ${event.step}`,
        ...pckParts(event.pck),
        ...(event.isBest ? ["best so far"] : []),
      ].join(" | ");
    case "count":
      return [
        `${event.label} ${share(event.done, event.total)}`,
        ...pckParts(event.pck),
        ...paceParts(event.perSecond, event.total - event.done, "/s"),
      ].join(" | ");
    case "note":
      return event.text;
  }
}

function share(done: number, total: number): string {
  const percent = total > 0 ? Math.floor(100 * done / total) : 100;
  return `${done}/${total} ${percent}%`;
}

function pckParts(
  pck: Readonly<Record<string, number>> | undefined,
): readonly string[] {
  return Object.entries(pck ?? {})
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([alpha, value]) => `PCK@${alpha} ${percent(value)}`);
}

function paceParts(
  perSecond: number | undefined,
  left: number,
  unit: string,
): readonly string[] {
  if (perSecond === undefined || !(perSecond > 0)) return [];
  const pace = perSecond.toFixed(perSecond < 0.095 ? 3 : 1);
  const parts = [unit.startsWith("/") ? `${pace}${unit}` : `${pace} ${unit}`];
  return left > 0 ? [...parts, `${duration(left / perSecond)} left`] : parts;
}

/** Two largest units of a time: `1h 05m`, `1m 15s`, `8s`. */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [h, m, s] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (n: number) => String(n).padStart(2, "0");
  if (h > 0) return `${h}h ${two(m)}m`;
  return m > 0 ? `${m}m ${two(s)}s` : `${s}s`;
}
