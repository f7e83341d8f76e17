import { betaEvalStudy } from "./beta_eval.ts";
import { curvesStudy } from "./curves.ts";
import type { Study } from "./study.ts";

/**
 * Every study of the paper, in the order of its main text and supplement.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { STUDIES } from "@simsc/core/runs";
 *
 * ok(STUDIES.some(({ name }) => name === "beta-eval"));
 * ```
 */
export const STUDIES: readonly Study[] = [betaEvalStudy, curvesStudy];
