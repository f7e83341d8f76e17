/**
 * The command line of `deno task page`.
 */

import { Command, InvalidArgumentError } from "commander";
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
  path,
  PLAIN_OUTPUT,
  positive,
  UNLEARNED_BETA,
  whole,
} from "./_arguments.ts";
import {
  backboneOptions,
  namesWeights,
  splitBackbone,
} from "./_backbone_arguments.ts";
import { MODEL_DEFAULTS, showDefaults } from "./_shown_defaults.ts";

/** Backends that a browser has. */
const IN_A_PAGE = BACKEND_NAMES.filter((name) => name !== "onnx-cpu");

/** What a command line asks for. */
export interface PageCommand {
  /** A run, plain weights, or the newest run. */
  readonly model: { readonly checkpoint: string } | PlainWeights | "newest";
  /** How matches are read to begin with. */
  readonly reading: (model: OpenedModel) => Reading;
  /** Size both pictures are resized to. */
  readonly size?: ImageSize;
  /** How pixels meet cells. */
  readonly coordinates?: CoordinateRule;
  /** Device that the page runs on. */
  readonly backend: BackendName | "auto";
  /** Where the page is served. */
  readonly port: number;
}

/** Options as Commander hands them over. */
interface Given
  extends Pick<PageCommand, "size" | "coordinates" | "backend" | "port"> {
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
 * Reads the arguments of the page command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function pageCommand(args: readonly string[]): PageCommand {
  const command = new Command("page")
    .configureOutput(PLAIN_OUTPUT)
    .description(
      "Match pictures, chosen in a page, as points are marked and moved.",
    )
    .option("--checkpoint <path>", "checkpoint, or folder of a run", path)
    .addOption(
      choice("--backbone <name>", "network of plain weights", BACKBONE_NAMES),
    )
    .option("--weights <file>", "plain weights: safetensors or .pth", path)
    .option(
      "--port <number>",
      "where it is served, 0: any free one",
      port,
      8000,
    )
    .option(
      "--beta-eval <value>",
      "auto (the model's own temperature) or a number; also in the page",
      beta,
    )
    .addOption(
      choice(
        "--localizer <name>",
        "how a match is read; also in the page",
        LOCALIZERS,
      )
        .default("kernelSoftArgmax"),
    )
    .option("--sigma-cells <cells>", "width of the kernel", positive)
    .option("--size <pixels>", "side of the square, or original", imageSize)
    .addOption(
      choice("--coordinates <rule>", "how pixels meet cells", COORDINATES),
    )
    .addOption(
      choice("--backend <name>", "device in the page", [...IN_A_PAGE, "auto"])
        .default("auto"),
    );
  backboneOptions().forEach((option) => command.addOption(option));
  showDefaults(command, {
    ...MODEL_DEFAULTS,
    checkpoint: "the newest run below runs",
    betaEval: `the run's; of plain weights ${UNLEARNED_BETA}, the paper's`,
  });
  command.parse(args, { from: "user" });
  const { chosen, given: options } = splitBackbone(command.opts<Given>());
  const { checkpoint, backbone, weights, ...given } = options;
  const isNewest = [checkpoint, backbone, weights, ...Object.keys(chosen)]
    .every((each) => each === undefined);
  const isPlain = !isNewest && namesWeights(command, { ...options, chosen });
  if (isPlain && given.betaEval === "auto") {
    command.error("error: plain weights have no temperature of their own");
  }
  const { betaEval, localizer, sigmaCells, ...rest } = given;
  return {
    ...rest,
    model: isNewest
      ? "newest"
      : isPlain
      ? { backbone: backbone ?? "", weights: weights ?? "", ...chosen }
      : { checkpoint: checkpoint ?? "" },
    reading: ({ training }) => ({
      betaEval: betaEval ?? training?.betaEval ??
        (isPlain ? UNLEARNED_BETA : "auto"),
      localizer,
      sigmaCells: sigmaCells ?? training?.sigmaCells ??
        paperDefaults.sigmaCells,
    }),
  };
}

function port(text: string): number {
  const value = whole(text);
  if (value < 65536) return value;
  throw new InvalidArgumentError("wanted a number below 65536");
}
