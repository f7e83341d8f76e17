/**
 * The command line of `deno task page`.
 */

import { Command, InvalidArgumentError } from "commander";
import {
  BACKEND_NAMES,
  type BackendName,
  type CoordinateRule,
  type ImageSize,
} from "@simsc/core/runs";
import { choice, PLAIN_OUTPUT, whole } from "./_arguments.ts";
import {
  type GivenMatching,
  type Matching,
  MATCHING_DEFAULTS,
  matchingOf,
  matchingOptions,
} from "./_matching_arguments.ts";
import { showDefaults } from "./_shown_defaults.ts";

/** Backends that a browser has. */
const IN_A_PAGE = BACKEND_NAMES.filter((name) => name !== "onnx-cpu");

/** What a command line asks for. */
export interface PageCommand {
  /** A run, plain weights, or the newest run. */
  readonly model: NonNullable<Matching["model"]> | "newest";
  /** How matches are read to begin with. */
  readonly reading: Matching["reading"];
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
type Given = GivenMatching & Pick<PageCommand, "backend" | "port">;

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
    .option(
      "--port <number>",
      "where it is served, 0: any free one",
      port,
      8000,
    )
    .addOption(
      choice("--backend <name>", "device in the page", [...IN_A_PAGE, "auto"])
        .default("auto"),
    );
  matchingOptions().forEach((option) => command.addOption(option));
  showDefaults(command, {
    ...MATCHING_DEFAULTS,
    checkpoint: "the newest run below runs",
  });
  command.parse(args, { from: "user" });
  const { matching, others } = matchingOf(command, command.opts<Given>());
  const { model = "newest", reading } = matching;
  return { ...others, model, reading };
}

function port(text: string): number {
  const value = whole(text);
  if (value < 65536) return value;
  throw new InvalidArgumentError("wanted a number below 65536");
}
