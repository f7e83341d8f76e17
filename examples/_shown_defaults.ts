/**
 * Defaults of options in help, also those that a command works out itself.
 */

import { type Command, Help, Option } from "commander";
import {
  BACKBONE_NAMES,
  type BackboneConfig,
  backboneConfig,
  backboneCoordinates,
  defaultImageSize,
  paperDefaults,
} from "@simsc/core/runs";

/** Help of options, as Commander writes it. */
const HELP = new Help();

/**
 * Shows in help what each option is where it is not given.
 *
 * @param command The command, with its options declared.
 * @param defaults Defaults that Commander does not know, by attribute name.
 * @returns The command.
 */
export function showDefaults(
  command: Command,
  defaults: Readonly<Record<string, unknown>>,
): Command {
  return command.configureHelp({
    optionDescription: (option) => {
      const value = defaults[option.attributeName()] ?? option.defaultValue;
      if (value === undefined || option.isBoolean()) {
        return HELP.optionDescription(option);
      }
      const shown = new Option(option.flags, option.description);
      if (option.argChoices) shown.choices(option.argChoices);
      const text = Array.isArray(value) ? value.join(",") : `${value}`;
      return HELP.optionDescription(shown.default(value, text));
    },
  });
}

/** Side that pictures are resized to where nothing else is said. */
export const SIZE_DEFAULT = byBackbone(defaultImageSize);

/** How pixels meet cells where nothing else is said. */
export const COORDINATES_DEFAULT = byBackbone(backboneCoordinates);

/** Defaults of options on a model that is run. */
export const MODEL_DEFAULTS = {
  layer: "the last",
  size: `the run's, or ${SIZE_DEFAULT}`,
  coordinates: `the run's, or ${COORDINATES_DEFAULT}`,
  sigmaCells: `the run's, or ${paperDefaults.sigmaCells}`,
} as const;

function byBackbone(of: (backbone: BackboneConfig) => unknown): string {
  const values = new Set(
    BACKBONE_NAMES.map((name) => of(backboneConfig(name))),
  );
  return `${[...values].join(" or ")} by the backbone`;
}
