/**
 * The command line of `deno task match`.
 */

import { Command, InvalidArgumentError } from "commander";
import type { Point } from "@simsc/core";
import {
  BACKEND_NAMES,
  type BackendName,
  type CoordinateRule,
  type ImageSize,
} from "@simsc/core/runs";
import {
  choice,
  number,
  path,
  PLAIN_OUTPUT,
  requireOptions,
} from "./_arguments.ts";
import { noModel } from "./_backbone_arguments.ts";
import {
  type GivenMatching,
  type Matching,
  MATCHING_DEFAULTS,
  matchingOf,
  matchingOptions,
} from "./_matching_arguments.ts";
import { showDefaults } from "./_shown_defaults.ts";

/** What a command line asks for. */
export interface MatchCommand extends Required<Matching> {
  /** Picture with the points. */
  readonly source: string;
  /** Picture that is searched. */
  readonly target: string;
  /** (x, y) in pixels of the source. */
  readonly points: readonly Point[];
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
type Given =
  & GivenMatching
  & Pick<MatchCommand, "points" | "backend" | "out" | "json">;

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
    .addOption(
      choice("--backend <name>", "device", [...BACKEND_NAMES, "auto"])
        .default("auto"),
    )
    .option("--out <file>", "drawing of the match, svg or html", drawing)
    .option("--json", "print JSON");
  matchingOptions().forEach((option) => command.addOption(option));
  showDefaults(command, MATCHING_DEFAULTS);
  command.parse(args, { from: "user" });
  requireOptions(command, "points");
  const [source = "", target = ""] = command.args;
  const { matching, others } = matchingOf(command, command.opts<Given>());
  const { model = noModel(command) } = matching;
  return { ...others, ...matching, model, source, target };
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
