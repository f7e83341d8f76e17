import type { Backend } from "@simsc/core";
import { prepareWork, type Work } from "./work.ts";

/** What a side is asked for, as one line of JSON. */
export interface WorkRequest extends Work {
  /** Runs, each timed. */
  readonly steps: number;
}

/** What a side answers, as one line of JSON. */
export interface WorkAnswer {
  /** Milliseconds of each run. */
  readonly ms: readonly number[];
  /** What the last run gave: the loss, or the sum of the located points. */
  readonly value: number;
  /** Most bytes that the process ever held; not in a page. */
  readonly peak?: number;
}

/**
 * Does what it is asked on one backend; what was prepared for a piece of work
 * serves until another is asked for.
 */
export function answerWork<T>(
  backend: Backend<T>,
): (request: WorkRequest) => Promise<WorkAnswer> {
  let prepared: { key: string; run: () => Promise<number> } | undefined;
  return async ({ steps, case: name, pairs, size, keypoints }) => {
    const work = { case: name, pairs, size, keypoints };
    const key = JSON.stringify(work);
    if (prepared?.key !== key) {
      prepared = { key, run: prepareWork(backend, work) };
    }
    const ms: number[] = [];
    let value = NaN;
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      value = await prepared.run();
      ms.push(performance.now() - start);
    }
    return { ms, value };
  };
}
