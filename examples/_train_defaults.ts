/**
 * What `deno task train` takes where an option is left out.
 */

import { READING_DEFAULTS } from "@simsc/core/data";
import {
  drawnDefaults,
  GROUPING,
  paperDefaults,
  PROCEDURAL,
  type TemperatureConfig,
} from "@simsc/core/runs";
import { UNLEARNED_BETA } from "./_arguments.ts";
import {
  COORDINATES_DEFAULT,
  MODEL_DEFAULTS,
  SIZE_DEFAULT,
} from "./_shown_defaults.ts";

/** Splits of each layout. */
export const SPLITS = {
  "willow": { trainSplit: "train", validationSplit: "val" },
  "spair": { trainSplit: "trn", validationSplit: "val" },
  "pf-pascal": { trainSplit: "trn", validationSplit: "val" },
  "ap-10k": { trainSplit: "trn", validationSplit: "val" },
  "jsonl": { trainSplit: "train", validationSplit: "val" },
} as const;

/** The paper's rates (Sec. 4.2), by what is trained. */
export const RATES = { last: 1e-4, full: 2e-5 } as const;

/** The paper's rate for a single parameter (Suppl. Sec. 6). */
export const SINGLE_RATE = 5e-3;

/** All of these in words for help, by the options' attribute names. */
export function shownTrainDefaults(): Readonly<Record<string, unknown>> {
  const { clipNorm, groupSize, leastPairs, leastImages } = {
    ...paperDefaults,
    ...GROUPING,
  };
  return {
    ...READING_DEFAULTS,
    ...Object.fromEntries(
      Object.entries(paperDefaults).map(([name, own]) => [
        name,
        either(drawnDefaults[name as keyof typeof paperDefaults], own),
      ]),
    ),
    data: PROCEDURAL,
    format: undefined,
    split: splits("trainSplit"),
    validationSplit: splits("validationSplit"),
    weights: "random ones",
    temperature: either(
      start(drawnDefaults.temperature),
      start(paperDefaults.temperature),
    ),
    hidden: "the backbone's channels",
    clipNorm: clipNorm ?? "none",
    groupSize: `${drawnDefaults.groupSize} on drawn objects; on --data ` +
      `${groupSize} at twice both rates where every category has at least ` +
      `${leastPairs} pairs of ${leastImages} images with named keypoints ` +
      "and all is trained, else 0",
    augment: "none",
    learningRate: `${drawnDefaults.learningRate} on drawn objects without ` +
      `--weights, else ${RATES.full}, with --scope last ${RATES.last}`,
    temperatureLearningRate: either(
      drawnDefaults.temperatureLearningRate,
      paperDefaults.temperatureLearningRate,
    ) + `, with --temperature single ${SINGLE_RATE}`,
    betaThreshold: paperDefaults.threshold,
    betaEval: `${paperDefaults.betaEval}, with --temperature fixed ` +
      `${UNLEARNED_BETA}`,
    coordinates: COORDINATES_DEFAULT,
    size: SIZE_DEFAULT,
    layer: MODEL_DEFAULTS.layer,
    out: "runs/ and the time",
  };
}

function either(drawn: unknown, own: unknown): string {
  return drawn === own
    ? `${own}`
    : `${drawn} on drawn objects, ${own} on --data`;
}

function splits(which: "trainSplit" | "validationSplit"): string {
  const names = new Set(Object.values(SPLITS).map((each) => each[which]));
  return `${[...names].join(" or ")}${names.size > 1 ? " by the layout" : ""}`;
}

function start(temperature: TemperatureConfig): string {
  return temperature.kind === "mlp" && temperature.start !== undefined
    ? `mlp:${temperature.start}`
    : temperature.kind;
}
