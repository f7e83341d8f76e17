/**
 * The command line of `deno task match`.
 */

import { Command, InvalidArgumentError } from "commander";
import type { Point } from "@simsc/core";
import {
  BACKBONE_NAMES,
  BACKEND_NAMES,
  type BackendName,
  type CoordinateRule,
  type ImageSize,
  type LocalizerName,
  LOCALIZERS,
  type OpenedModel,
  paperDefaults,
  type PlainWeights,
  type Reading,
} from "@simsc/core/runs";
import {
  beta,
  choice,
  COORDINATES,
  imageSize,
  number,
  path,
  PLAIN_OUTPUT,
  positive,
  requireOptions,
  UNLEARNED_BETA,
} from "./_arguments.ts";
import {
  backboneOptions,
  namesWeights,
  splitBackbone,
} from "./_backbone_arguments.ts";
import { MODEL_DEFAULTS, showDefaults } from "./_shown_defaults.ts";

/** What a command line asks for. */
export interface MatchCommand {
  /** Picture with the points. */
  readonly source: string;
  /** Picture that is searched. */
  readonly target: string;
  /** (x, y) in pixels of the source. */
  readonly points: readonly Point[];
  /** A run, or plain weights. */
  readonly model:
    | { readonly checkpoint: string }
    | PlainWeights;
  /** How matches are read. */
  readonly reading: (model: OpenedModel) => Reading;
  /** Whether the temperature is that of plain weights, and not told. */
  readonly isBetaDefault: boolean;
  /** Size both are resized to. */
  readonly size?: ImageSize;
  /** How pixels meet cells. */
  readonly coordinates?: CoordinateRule;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
  /** File of the drawing. */
  readonly out?: string;
  /** Whether to print JSON. */
  readonly json?: true;
}

/** Options as Commander hands them over. */
interface Given extends
  Pick<
    MatchCommand,
    "points" | "size" | "coordinates" | "backend" | "out" | "json"
  > {
  readonly checkpoint?: string;
  readonly backbone?: string;
  readonly weights?: string;
  readonly localizer: LocalizerName;
  readonly betaEval?: "auto" | number;
  readonly sigmaCells?: number;
  readonly layer?: readonly number[];
  readonly layers?: readonly number[];
  readonly norm?: boolean;
}

/**
 * Reads the arguments of the match command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function matchCommand(args: readonly string[]): MatchCommand {
  const command = new Command("match")
    .configureOutput(PLAIN_OUTPUT)
    .description("Find points of one picture on another.")
    .argument("<source>", "picture with the points, PNG or JPEG", path)
    .argument("<target>", "picture that is searched", path)
    .option("--points <x,y...>", "pixels of the source", points)
    .option("--checkpoint <path>", "checkpoint, or folder of a run", path)
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights: safetensors or .pth", path)
    .option(
      "--beta-eval <value>",
      "auto (the model's own temperature) or a number",
      beta,
    )
    .addOption(
      choice("--localizer <name>", "how a match is read", LOCALIZERS)
        .default("kernelSoftArgmax"),
    )
    .option("--sigma-cells <cells>", "width of the kernel", positive)
    .option("--size <pixels>", "side of the square, or original", imageSize)
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .addOption(
      choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"])
        .default("auto"),
    )
    .option("--out <file>", "drawing of the match, svg or html", drawing)
    .option("--json", "print JSON");
  backboneOptions().forEach((option) => command.addOption(option));
  showDefaults(command, {
    ...MODEL_DEFAULTS,
    betaEval: `the run's; of plain weights ${UNLEARNED_BETA}, the paper's`,
  });
  command.parse(args, { from: "user" });
  requireOptions(command, "points");
  const [source = "", target = ""] = command.args;
  const { chosen, given: options } = splitBackbone(command.opts<Given>());
  const { checkpoint = "", backbone = "", weights = "", ...given } = options;
  const isPlain = namesWeights(command, { ...options, chosen });
  if (isPlain && given.betaEval === "auto") {
    command.error("error: plain weights have no temperature of their own");
  }
  return {
    ...given,
    source,
    target,
    model: isPlain ? { backbone, weights, ...chosen } : { checkpoint },
    isBetaDefault: isPlain && given.betaEval === undefined,
    reading: ({ training }) => ({
      betaEval: given.betaEval ?? training?.betaEval ??
        (isPlain ? UNLEARNED_BETA : "auto"),
      localizer: given.localizer,
      sigmaCells: given.sigmaCells ?? training?.sigmaCells ??
        paperDefaults.sigmaCells,
    }),
  };
}

/** One `x,y` more. */
function points(
  text: string,
  before: readonly Point[] = [],
): readonly Point[] {
  const [x, y, ...rest] = text.split(",").map(number);
  if (x === undefined || y === undefined || rest.length > 0) {
    throw new InvalidArgumentError("wanted x,y");
  }
  return [...before, [x, y]];
}

function drawing(text: string): string {
  if (/\.(svg|html)$/.test(text)) return text;
  throw new InvalidArgumentError("wanted a file ending in .svg or .html");
}
