import { betaEvalStudy } from "./beta_eval.ts";
import { betaTrainStudy } from "./beta_train.ts";
import { curvesStudy } from "./curves.ts";
import { gradientsStudy } from "./gradients.ts";
import { l2NormStudy } from "./l2_norm.ts";
import { qualitativeStudy } from "./qualitative.ts";
import {
  backbonesStudy,
  learningRateStudy,
  singleTemperatureStudy,
  transferStudy,
} from "./score_studies.ts";
import { smoothnessStudy } from "./smoothness.ts";
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
export const STUDIES: readonly Study[] = [
  transferStudy,
  backbonesStudy,
  l2NormStudy,
  qualitativeStudy,
  smoothnessStudy,
  betaEvalStudy,
  curvesStudy,
  gradientsStudy,
  betaTrainStudy,
  learningRateStudy,
  singleTemperatureStudy,
];
