/**
 * The command line of `deno task train`.
 */

import { resolve } from "node:path";
import {
  backboneConfig,
  backboneCoordinates,
  decodeTrainConfig,
  defaultImageSize,
  drawnDefaults,
  paperDefaults,
  PROCEDURAL,
  type TemperatureConfig,
  type TrainConfig,
} from "@simsc/core/runs";
import { needFormat, splitReading, UNLEARNED_BETA } from "./_arguments.ts";
import { splitBackbone } from "./_backbone_arguments.ts";
import { describeTrain } from "./_describe_train.ts";
import { RATES, SINGLE_RATE, SPLITS } from "./_train_defaults.ts";

/** What a command line asks for. */
export interface TrainCommand {
  /** What a new run is told; a resumed one has its own. */
  readonly config: TrainConfig;
  /** Folder of the run. */
  readonly out: string;
  /** Whether to go on with the run in `out`. */
  readonly resume: boolean;
  /** Options that were given, as fields of the configuration. */
  readonly told: readonly string[];
  /** Folder that features of a frozen trunk are kept in. */
  readonly featureFolder?: string;
}

/**
 * Reads the arguments of the train command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @param now Names the folder of a run that is given none.
 * @returns What they ask for.
 */
export function trainCommand(
  args: readonly string[],
  now: Date,
): TrainCommand {
  const command = describeTrain();
  command.parse(args, { from: "user" });
  const options = command.opts();
  const told = Object.keys(options).filter((name) =>
    command.getOptionValueSource(name) === "cli" &&
    !["out", "resume", "featureCache"].includes(name)
  );
  const {
    out,
    resume,
    split,
    hidden,
    data,
    weights,
    l2,
    betaThreshold,
    featureCache,
    ...others
  } = options;
  const { chosen, given: rest } = splitBackbone(others);
  const { reading, given } = splitReading(rest);
  if (resume && (out === undefined || told.length > 0)) {
    command.error(
      out === undefined
        ? "error: --resume needs the --out of the run"
        : `error: --resume goes on as the run was told; leave out ${
          flagsOf(command, told).join(", ")
        }`,
    );
  }
  const drawn = (data ?? PROCEDURAL) === PROCEDURAL;
  if (!drawn && given.format === undefined) needFormat(command, data);
  const rate = RATES[(given.scope ?? "full") as keyof typeof RATES];
  const defaults = drawn ? drawnDefaults : {
    ...paperDefaults,
    ...SPLITS[given.format as keyof typeof SPLITS],
    learningRate: rate,
  };
  const backbone = backboneConfig(given.backbone ?? defaults.backbone);
  const config = {
    ...defaults,
    coordinates: backboneCoordinates(backbone),
    size: defaultImageSize(backbone),
    // Weights that know something already are not trained as from nothing.
    ...(weights && { learningRate: rate }),
    ...(given.temperature?.kind === "fixed" && { betaEval: UNLEARNED_BETA }),
    ...(given.temperature?.kind === "single" &&
      { temperatureLearningRate: SINGLE_RATE }),
    ...given,
    ...chosen,
    temperature: {
      ...withStart(given.temperature, defaults.temperature),
      ...(hidden !== undefined && { hidden }),
    },
    // Absolute, so that a run can be resumed from anywhere.
    ...(!drawn && { data: resolve(data) }),
    ...(weights && { weights: resolve(weights) }),
    ...(given.groupSize === 0 && { groupSize: null }),
    ...(split && { trainSplit: split }),
    ...(betaThreshold && { threshold: betaThreshold }),
    ...(Object.keys(reading).length > 0 && { reading }),
    normalize: l2,
  };
  const checked = decodeTrainConfig(config, "options");
  if (checked._tag === "Left" && !resume) command.error(checked.left.message);
  if (featureCache && !resume && config.scope !== "last") {
    command.error(
      "error: --feature-cache needs --scope last: nothing else is frozen",
    );
  }
  if (hidden !== undefined && config.temperature.kind !== "mlp") {
    command.error(
      "error: --hidden is a width of --temperature mlp: no other has one",
    );
  }
  const stamp = now.toISOString().slice(0, 19).replaceAll(":", "-");
  return {
    config,
    out: out ?? `runs/${stamp}`,
    resume: resume ?? false,
    told,
    ...(featureCache && { featureFolder: featureCache }),
  };
}

/** Options by the names of their fields, as they are typed. */
function flagsOf(
  { options }: ReturnType<typeof describeTrain>,
  names: readonly string[],
): readonly string[] {
  return options.filter((option) => names.includes(option.attributeName()))
    .map(({ long, flags }) => long ?? flags);
}

/** The module starts where the defaults say unless it was told. */
function withStart(
  told: TemperatureConfig | undefined,
  defaults: TemperatureConfig,
): TemperatureConfig {
  return told === undefined || told.kind === defaults.kind
    ? { ...defaults, ...told }
    : told;
}
