/**
 * Studies whose page is a table of scores, a row a model.
 *
 * @module
 */

import type { CoordinateRule } from "../../core/coordinates.ts";
import { backboneConfig } from "../../nn/backbone_config.ts";
import { backboneCoordinates } from "../../nn/backbone_geometry.ts";
import { checkImageSize, defaultImageSize } from "../backbone_choice.ts";
import {
  evaluationAt,
  fixedConfig,
  PAPER_BETA_EVAL,
  scopedConfig,
  simscConfig,
  simscRun,
} from "./_models.ts";
import { scoreStudy } from "./_score_study.ts";
import { withOtherDrawings } from "./_other_drawings.ts";
import type { Study, StudyRun, StudySettings } from "./study.ts";

/** The paper's rate for a single parameter (Suppl. Sec. 6). */
const SINGLE_RATE = 5e-3;

/** The rates of Suppl. Table 1 over that of full fine-tuning. */
const RATE_FACTORS = [0.1, 1, 10, 100, 1000] as const;

/**
 * β_trn = 1 at several learning rates against SimSC (SimSC, Suppl. Table 1).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { learningRateStudy } from "@simsc/core/runs";
 *
 * equal(learningRateStudy.paper, "Suppl. Table 1");
 * ```
 */
export const learningRateStudy: Study = scoreStudy({
  name: "learning-rate",
  title: "Learning rates at β_trn = 1 against SimSC",
  paper: "Suppl. Table 1",
  caption: () => "β_trn = 1 is matched at β_eval = 0.02, SimSC at its own.",
  runs: (settings) => {
    const { base, values } = settings;
    const rates = values ?? RATE_FACTORS.map((f) => f * base.learningRate);
    return [
      ...rates.map((rate): StudyRun => ({
        key: `rate-${rate.toPrecision(3)}`,
        label: `β_trn = 1, rate ${Number(rate.toPrecision(3))}`,
        config: { ...fixedConfig(settings, 1), learningRate: rate },
        isTrained: true,
        evaluations: onTest(settings, PAPER_BETA_EVAL),
      })),
      {
        ...simscRun(settings),
        evaluations: onTest(settings, "auto"),
      },
    ];
  },
});

/**
 * One learned number against the MLP at two sizes (SimSC, Suppl. Tables 3, 4).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { singleTemperatureStudy } from "@simsc/core/runs";
 *
 * equal(singleTemperatureStudy.paper, "Suppl. Tables 3 and 4");
 * ```
 */
export const singleTemperatureStudy: Study = scoreStudy({
  name: "single-temperature",
  title: "One learned temperature against the module",
  paper: "Suppl. Tables 3 and 4",
  runs: (settings) => {
    const { base } = settings;
    const evaluations = {
      [`${base.size} pixels`]: evaluationAt(settings, "auto"),
      "original size": {
        ...evaluationAt(settings, "auto"),
        size: "original" as const,
      },
    };
    const mlp = simscConfig(settings);
    const start = mlp.temperature.kind === "mlp"
      ? mlp.temperature.start ?? 0.5
      : 0.5;
    return [
      {
        key: "single",
        label: "one parameter",
        config: {
          ...mlp,
          temperature: { kind: "single", start },
          temperatureLearningRate: SINGLE_RATE,
        },
        isTrained: true,
        evaluations,
      },
      { key: "mlp", label: "MLP", config: mlp, isTrained: true, evaluations },
    ];
  },
});

/**
 * SimSC on several backbones, last block and full (SimSC, Table 2). A vision
 * transformer whose patches do not fill the pictures' size is read at the
 * nearest one that they do.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { backbonesStudy } from "@simsc/core/runs";
 *
 * equal(backbonesStudy.paper, "Table 2");
 * ```
 */
export const backbonesStudy: Study = scoreStudy({
  name: "backbones",
  title: "SimSC on several backbones, last block and all of it",
  paper: "Table 2",
  caption: (settings) => {
    const random = backbonesOf(settings)
      .filter((backbone) => weightsOf(settings, backbone) === null);
    return random.length === 0
      ? "All of them start from the weights that were given."
      : `${random.join(", ")}: from random weights, so that the rows show ` +
        "that it runs, not what it reaches.";
  },
  runs: (settings) =>
    backbonesOf(settings).flatMap((backbone) => {
      const size = sizeOf(settings, backbone);
      return (["last", "full"] as const).map((scope): StudyRun => ({
        key: `${backbone}-${scope}`,
        label: `${backbone}, ${scope}`,
        config: {
          ...scopedConfig(settings, scope),
          backbone,
          coordinates: coordinatesOf(settings, backbone),
          size,
          weights: weightsOf(settings, backbone),
        },
        isTrained: true,
        evaluations: onTest(
          { ...settings, base: { ...settings.base, size } },
          "auto",
        ),
      }));
    }),
});

/**
 * Trained once, judged on every test set (SimSC, Table 1).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { transferStudy } from "@simsc/core/runs";
 *
 * equal(transferStudy.paper, "Table 1");
 * ```
 */
export const transferStudy: Study = scoreStudy({
  name: "transfer",
  title: "Trained on one data set, judged on all",
  paper: "Table 1",
  budget: withOtherDrawings,
  runs: (settings) => {
    const run = (scope: "last" | "full"): StudyRun => ({
      key: scope,
      label: `SimSC, ${scope}`,
      config: scopedConfig(settings, scope),
      isTrained: true,
      evaluations: Object.fromEntries(settings.tests.flatMap((test) => {
        const { name } = test;
        const at = { ...evaluationAt(settings, "auto"), test };
        return [
          [`${name}, ${settings.base.size}`, at],
          [`${name}, original`, { ...at, size: "original" as const }],
        ];
      })),
    });
    return [run("last"), run("full")];
  },
});

/** How a model is judged on the first test set, under that set's name. */
function onTest(
  settings: StudySettings,
  betaEval: "auto" | number,
): StudyRun["evaluations"] {
  const evaluation = evaluationAt(settings, betaEval);
  return { [evaluation.test.name]: evaluation };
}

/** The settings' own backbone, and small ones of the other kinds. */
function backbonesOf({ backbones, base }: StudySettings): readonly string[] {
  return backbones ?? [...new Set([base.backbone, "tiny", "tiny-vit"])];
}

function weightsOf(
  { backboneWeights, base }: StudySettings,
  backbone: string,
): string | null {
  const own = backbone === base.backbone ? base.weights : null;
  return backboneWeights?.[backbone] ?? own;
}

function sizeOf({ base }: StudySettings, backbone: string): number {
  const config = backboneConfig(backbone);
  const checked = checkImageSize(config, base.size, "options");
  return checked._tag === "Right" ? base.size : defaultImageSize(config);
}

/** By the kind of each, unless another rule than that was chosen for the first. */
function coordinatesOf(
  { base }: StudySettings,
  backbone: string,
): CoordinateRule {
  const usual = (name: string) => backboneCoordinates(backboneConfig(name));
  return base.coordinates === usual(base.backbone)
    ? usual(backbone)
    : base.coordinates;
}
