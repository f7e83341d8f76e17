/**
 * The command line of `deno task study`.
 */

import { dirname, join, resolve } from "node:path";
import { Command } from "commander";
import {
  BACKBONE_NAMES,
  backboneConfig,
  backboneCoordinates,
  BACKEND_NAMES,
  type BackendName,
  decodeTrainConfig,
  defaultImageSize,
  drawnSettings,
  paperDefaults,
  PROCEDURAL,
  STUDIES,
  type Study,
  type StudySettings,
  tinySettings,
  type TrainConfig,
} from "@simsc/core/runs";
import { DATA_FORMATS, READING_DEFAULTS } from "@simsc/core/data";
import {
  choice,
  COORDINATES,
  KEYPOINTS,
  needFormat,
  path,
  period,
  PLAIN_OUTPUT,
  positive,
  readingOptions,
  splitReading,
  whole,
} from "./_arguments.ts";
import {
  type NamedTest,
  type Network,
  networks,
  networksOf,
  testSet,
} from "./_study_lists.ts";
import { showDefaults } from "./_shown_defaults.ts";
import { RATES, SPLITS } from "./_train_defaults.ts";

/** What a command line asks for. */
export interface StudyCommand {
  /** The study; none to list them all. */
  readonly study?: Study;
  /** What it is told. */
  readonly settings: StudySettings;
  /** Folder of its runs and results. */
  readonly out: string;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
}

/**
 * Reads the arguments of the study command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function studyCommand(args: readonly string[]): StudyCommand {
  const command = described();
  command.parse(args, { from: "user" });
  const [name] = command.processedArgs as [string];
  const study = STUDIES.find((known) => known.name === name);
  if (study === undefined && name !== "list") {
    const known = STUDIES.map((each) => each.name).join(", ");
    command.error(`error: no study "${name}": give list, or one of ${known}`);
  }
  const { out, backend, tiny, data, ...given } = command.opts();
  const drawn = data === undefined || data === PROCEDURAL;
  if (tiny && !drawn) command.error("error: --tiny draws its own data");
  if (!drawn && given.test === undefined) {
    command.error("error: --data needs a --test to judge models on");
  }
  if (!drawn && given.format === undefined) needFormat(command, data);
  const defaults = tiny
    ? tinySettings(join(resolve(out), "drawn-tiny"))
    : drawn
    ? drawnSettings(join(dirname(resolve(out)), PROCEDURAL))
    : ownSettings(resolve(data), { ...given, format: given["format"] });
  const settings = told(study?.budget?.(defaults) ?? defaults, given);
  const checked = decodeTrainConfig(settings.base, "options");
  if (checked._tag === "Left") command.error(checked.left.message);
  return { ...(study && { study }), settings, out, backend };
}

function described(): Command {
  const command = new Command("study")
    .configureOutput(PLAIN_OUTPUT)
    .description(
      "One table or figure of the paper, from runs that are made here. " +
        "Without --data: on objects drawn here.",
    )
    .argument("<name>", "the study, or list to see them all")
    .option("--data <folder>", `data set, or ${PROCEDURAL} (default)`, path)
    .addOption(
      choice("--format <layout>", "layout of the data set", DATA_FORMATS),
    )
    .addOption(
      choice("--keypoints <where>", "WILLOW's: csv or .mat", KEYPOINTS),
    )
    .option("--split <name>", "split to train on")
    .option("--validation-split <name>", "split that chooses the best")
    .option(
      "--test <set>",
      "FORMAT:SPLIT:FOLDER to judge models on; again for more, for transfer",
      testSet,
    )
    .addOption(choice("--backbone <name>", "network", BACKBONE_NAMES))
    .option("--weights <file>", "safetensors or .pth of the backbone", path)
    .addOption(choice("--scope <what>", "what is trained", ["last", "full"]))
    .option("--size <pixels>", "side pictures are resized to", whole)
    .option("--epochs <n>", "passes over the training pairs", whole)
    .option("--batch <n>", "pairs a step", whole)
    .option(
      "--group-size <n>",
      "images matched each with each; 0: plain",
      whole,
    )
    .option("--groups <n>", "such groups a step", whole)
    .option("--learning-rate <rate>", "Adam's, for the backbone", positive)
    .option(
      "--temperature-learning-rate <rate>",
      "Adam's, for the temperature",
      positive,
    )
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .option("--validate-every <steps>", "epoch, or steps", period)
    .option("--seed <n>", "names weights and order", whole)
    .option("--values <list>", "numbers to sweep, by commas", values)
    .option(
      "--backbones <list>",
      "networks to compare, by commas, each with =FILE behind it for weights",
      networks,
    )
    .option("--drawn-pairs <n>", "pairs in pictures", whole)
    .option("--tiny", "a run of seconds, to see that it works")
    .addOption(
      choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"])
        .default("auto"),
    )
    .option("--out <folder>", "runs and results", path, "runs/studies");
  readingOptions().forEach((option) => command.addOption(option));
  return showDefaults(command, READING_DEFAULTS);
}

/** The paper's settings for one epoch of a user's own data. */
function ownSettings(
  data: string,
  given: Partial<TrainConfig> & Pick<TrainConfig, "format">,
): StudySettings {
  const backbone = backboneConfig(given.backbone ?? paperDefaults.backbone);
  return {
    base: {
      ...paperDefaults,
      size: defaultImageSize(backbone),
      ...SPLITS[given.format as keyof typeof SPLITS],
      format: given.format,
      data,
      epochs: 1,
      learningRate: RATES[(given.scope ?? "full") as keyof typeof RATES],
    },
    ...(given.learningRate === undefined && { rates: RATES }),
    tests: [],
    drawings: [],
    drawnPairs: 4,
  };
}

/** Settings with what the command line says put over them. */
function told(
  settings: StudySettings,
  options: Readonly<Record<string, unknown>>,
): StudySettings {
  const { reading, given } = splitReading(options);
  const {
    test,
    values,
    backbones,
    drawnPairs,
    split,
    weights,
    ...base
  } = given;
  const choices = {
    keypoints: base["keypoints"] ?? READING_DEFAULTS.keypoints,
    ...reading,
  };
  return {
    ...settings,
    base: {
      ...settings.base,
      // As `train` has it: by the kind of the backbone.
      ...(base["backbone"] !== undefined && {
        coordinates: backboneCoordinates(backboneConfig(base["backbone"])),
      }),
      ...base,
      ...(split && { trainSplit: split }),
      ...(weights && { weights: resolve(weights) }),
      ...(base["groupSize"] === 0 && { groupSize: null }),
      ...(Object.keys(reading).length > 0 && { reading }),
    },
    ...(test && {
      tests: (test as readonly NamedTest[])
        .map((set) => ({ ...set, ...choices, space: "evaluation" })),
    }),
    ...(values && { values }),
    ...(backbones && networksOf(backbones as readonly Network[])),
    ...(drawnPairs && { drawnPairs }),
  };
}

function values(text: string): readonly number[] {
  return text.split(",").map(positive);
}
