import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { AUGMENTATIONS } from "../data/draw_edits.ts";
import { DATA_FORMATS } from "../data/read_pairs.ts";
import { BACKBONE_NAMES } from "../nn/backbone_config.ts";
import { left, right } from "./_result.ts";
import { checkImageSize, chosenBackbone } from "./backbone_choice.ts";
import { BACKEND_NAMES, LOWERINGS } from "./create_backend.ts";
import type { TrainConfig } from "./train_config.ts";

/**
 * Checks that a JSON value is the configuration of a training run, field by
 * field; fields of a later version are an error too.
 *
 * @param json A value out of `config.json` or a checkpoint.
 * @param file Where it came from, for errors.
 * @returns The configuration, or the first field that is wrong.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { decodeTrainConfig, paperDefaults } from "@simsc/core/runs";
 *
 * equal(decodeTrainConfig(paperDefaults, "config.json")._tag, "Right");
 * const wrong = decodeTrainConfig({ ...paperDefaults, batch: 0 }, "config.json");
 * equal(
 *   wrong._tag === "Left" && wrong.left.message,
 *   'config.json: "batch" must be a whole number >= 1: got 0',
 * );
 * ```
 */
export function decodeTrainConfig(
  json: unknown,
  file: string,
): Result<DataError, TrainConfig> {
  if (typeof json !== "object" || json === null) {
    return refuse(file, "file", "an object", json);
  }
  // In the order of the file, so that what is written again is the same bytes.
  const values: Readonly<Record<string, unknown>> = {
    ...json,
    ...Object.fromEntries(
      Object.entries(ADDED).filter(([name]) => !Object.hasOwn(json, name)),
    ),
  };
  for (const [field, { wanted, holds }] of Object.entries(rules)) {
    if (!holds(values[field])) {
      return refuse(file, field, wanted, values[field]);
    }
  }
  const { ns, nk } = values as unknown as TrainConfig;
  if (nk < ns) return refuse(file, "nk", `at least ns, ${ns}`, nk);
  const unknown = Object.keys(values).find((name) => !(name in rules));
  if (unknown !== undefined) {
    return refuse(file, unknown, "left out", values[unknown]);
  }
  const config = values as unknown as TrainConfig;
  const backbone = chosenBackbone(config, file);
  if (backbone._tag === "Left") return backbone;
  const size = checkImageSize(backbone.right, config.size, file);
  return size._tag === "Left" ? size : right(config);
}

/** Fields that older files lack, with what was so before there was a choice. */
const ADDED: Partial<TrainConfig> = { accumulate: 1, clipNorm: null };

interface Rule {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Rule = {
  wanted: "some text",
  holds: (value) => typeof value === "string" && value !== "",
};

const flag: Rule = {
  wanted: "true or false",
  holds: (value) => typeof value === "boolean",
};

const absent: Rule = {
  wanted: "left out",
  holds: (value) => value === undefined,
};

const odd: Rule = {
  wanted: "an odd whole number >= 1",
  holds: (value) =>
    Number.isInteger(value) && (value as number) % 2 === 1 &&
    (value as number) >= 1,
};

const AUGMENTATION_NAMES = Object.keys(AUGMENTATIONS);

const rules: Readonly<Record<keyof TrainConfig, Rule>> = {
  data: text,
  format: oneOf(...DATA_FORMATS),
  keypoints: oneOf("csv", "mat"),
  reading: { wanted: "left out, or choices on reading", holds: isReading },
  trainSplit: text,
  validationSplit: text,
  backbone: oneOf(...BACKBONE_NAMES),
  layers: { wanted: "left out, or a list of whole numbers", holds: isLayers },
  finalNorm: or(absent, flag),
  weights: or(oneOf(null), text),
  scope: oneOf("last", "full"),
  temperature: { wanted: "a temperature", holds: isTemperature },
  normalize: flag,
  epochs: whole(1),
  batch: whole(1),
  accumulate: whole(1),
  groupSize: or(oneOf(null), whole(2)),
  groups: whole(1),
  augment: {
    wanted: `left out, or a list of ${AUGMENTATION_NAMES.join(", ")}`,
    holds: isAugment,
  },
  learningRate: above(0),
  temperatureLearningRate: above(0),
  clipNorm: or(oneOf(null), above(0)),
  schedule: oneOf("constant", "cosine"),
  warmup: whole(0),
  gamma: atLeast(0),
  threshold: above(0),
  ns: odd,
  nk: odd,
  sigmaCells: above(0),
  target: oneOf("sampled", "splat"),
  coordinates: oneOf("simple", "center", "alignCorners"),
  size: whole(16),
  betaEval: or(oneOf("auto"), above(0)),
  seed: whole(0),
  validateEvery: or(oneOf("epoch"), whole(1)),
  checkpointEvery: whole(1),
  backend: oneOf("auto", ...BACKEND_NAMES),
  lowering: oneOf(...LOWERINGS),
};

function oneOf(...choices: readonly (string | null)[]): Rule {
  return {
    wanted: choices.map(String).join(", "),
    holds: (value) => choices.some((choice) => choice === value),
  };
}

function or(a: Rule, b: Rule): Rule {
  return {
    wanted: `${a.wanted} or ${b.wanted}`,
    holds: (value) => a.holds(value) || b.holds(value),
  };
}

function whole(least: number): Rule {
  return {
    wanted: `a whole number >= ${least}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}

function above(bound: number): Rule {
  return {
    wanted: `a number > ${bound}`,
    holds: (value) => Number.isFinite(value) && (value as number) > bound,
  };
}

function atLeast(bound: number): Rule {
  return {
    wanted: `a number >= ${bound}`,
    holds: (value) => Number.isFinite(value) && (value as number) >= bound,
  };
}

const readingRules: Readonly<
  Record<keyof NonNullable<TrainConfig["reading"]>, Rule>
> = {
  oneBased: oneOf("keep", "shift"),
  mirrorRule: oneOf("exact", "offByOne"),
  layout: oneOf("large", "small"),
  everyPixels: whole(1),
  perCategory: whole(0),
};

function isAugment(value: unknown): boolean {
  return value === undefined ||
    Array.isArray(value) && new Set(value).size === value.length &&
      value.every((name) => AUGMENTATION_NAMES.includes(name));
}

function isReading(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([name, choice]) =>
    Object.hasOwn(readingRules, name) &&
    readingRules[name as keyof typeof readingRules].holds(choice)
  );
}

function isLayers(value: unknown): boolean {
  return value === undefined ||
    Array.isArray(value) && value.length > 0 && value.every(whole(0).holds);
}

function isTemperature(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { kind, hidden = 1, start, beta } = value as Readonly<
    Record<string, unknown>
  >;
  switch (kind) {
    case "mlp":
      return whole(1).holds(hidden) &&
        (start === undefined || above(0).holds(start) && start as number < 1);
    case "single":
      return above(0).holds(start);
    case "fixed":
      return above(0).holds(beta);
    default:
      return false;
  }
}

function refuse(
  file: string,
  field: string,
  wanted: string,
  got: unknown,
): Result<DataError, never> {
  const shown = JSON.stringify(got) ?? "nothing";
  return left(malformedFile(file, field, wanted, shown));
}
