/**
 * The command line of `deno task weights`.
 */

import { Command, InvalidArgumentError } from "commander";
import { NAME_STYLES } from "@simsc/core/data";
import { type ConvertOptions, WEIGHTS_DTYPES } from "@simsc/core/runs";
import type { Fetching } from "./_fetch_weights.ts";
import { choice, path, PLAIN_OUTPUT } from "./_arguments.ts";

/** What a command line asks for. */
export type WeightsCommand =
  | { readonly kind: "list"; readonly json?: boolean }
  | Fetching & { readonly kind: "fetch"; readonly json?: boolean }
  | Fetching & {
    readonly kind: "inspect";
    readonly json?: boolean;
    readonly key?: string;
    readonly tensors?: boolean;
  }
  | ConvertOptions & { readonly kind: "convert"; readonly json?: boolean };

/**
 * Reads the arguments of the weights command; prints help or a usage error and
 * ends the process where they ask for it.
 *
 * @param args Arguments behind the script's name.
 * @returns What they ask for.
 */
export function weightsCommand(args: readonly string[]): WeightsCommand {
  let chosen: WeightsCommand | undefined;
  const program = new Command("weights")
    .description("Look at, convert and fetch weights of backbones.")
    .configureOutput(PLAIN_OUTPUT);

  program.command("list")
    .description("Published weights that can be fetched by name.")
    .option("--json", "print as JSON")
    .action((options) => {
      chosen = { ...options, kind: "list" };
    });

  const fetching = (command: Command) =>
    command
      .option("--cache <folder>", "keeps what was fetched", path, "weights")
      .option("--hub <address>", "of a Hugging Face hub", address)
      .option("--json", "print as JSON");
  fetching(program.command("fetch"))
    .description("Fetch weights once; prints where they lie.")
    .argument("<reference>", "a name, hf:owner/name[/path][@revision], https:…")
    .action((reference: string, options) => {
      chosen = { ...options, kind: "fetch", reference };
    });
  fetching(program.command("inspect"))
    .description("Format, names, wrapper, fitting backbones, licence.")
    .argument("<file>", "a file or a run; else as in fetch, and fetched", path)
    .option("--key <keys>", "dict of a checkpoint, such as student")
    .option("--tensors", "list every tensor")
    .action((reference: string, options) => {
      chosen = { ...options, kind: "inspect", reference };
    });

  program.command("convert")
    .description("Write safetensors, from any format or a run's checkpoint.")
    .argument("<in>", "weights, a checkpoint, or the folder of a run", path)
    .argument("<out>", "a .safetensors file", safetensors)
    .option("--key <keys>", "dict of a checkpoint, such as student")
    .addOption(
      choice("--dtype <type>", "of the elements", WEIGHTS_DTYPES)
        .default("float32"),
    )
    .addOption(
      choice("--names <library>", "whose names to write", NAME_STYLES),
    )
    .option("--prefix <text>", "what to put before each name")
    .option("--like <file>", "names and other tensors of this file", path)
    .option("--temperature", "a run's temperature.* goes along")
    .option("--json", "print as JSON")
    .action((input: string, output: string, options) => {
      const { like, names, prefix } = options;
      if (like !== undefined && (names ?? prefix) !== undefined) {
        program.error("error: --like goes without --names and --prefix");
      }
      chosen = { ...options, kind: "convert", input, output };
    });

  program.parse(args, { from: "user" });
  // Commander shows help and ends the process where no command is given.
  return chosen as WeightsCommand;
}

function safetensors(text: string): string {
  if (!/.\.safetensors$/.test(text)) {
    throw new InvalidArgumentError("wanted a path that ends in .safetensors");
  }
  return text;
}

function address(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text)) {
    throw new InvalidArgumentError("wanted http://… or https://…");
  }
  return text;
}
