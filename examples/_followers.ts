/**
 * Options that may be given several times, each with others behind it.
 */

import type { Command } from "commander";

/** Values of options by their attribute names. */
export type Followers = Readonly<Record<string, string>>;

/**
 * Collects groups of options while a command is parsed: an option of `leads`
 * begins a group, one of `follow` joins the group it stands behind; before the
 * first group it counts for all groups that do not give it themselves.
 *
 * @param command The command, with all these options declared.
 * @param names Long names of the options, without dashes.
 * @returns The groups, filled by `command.parse`.
 */
export function followers(
  command: Command,
  { leads, follow }: {
    readonly leads: readonly string[];
    readonly follow: readonly string[];
  },
): readonly Followers[] {
  const common: Record<string, string> = {};
  const groups: Record<string, string>[] = [];
  const attribute = (name: string): string =>
    name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  for (const name of leads) {
    command.on(`option:${name}`, (value: string) => {
      groups.push({ ...common, [attribute(name)]: value });
    });
  }
  for (const name of follow) {
    command.on(`option:${name}`, (value?: string | null) => {
      (groups.at(-1) ?? common)[attribute(name)] = value ?? "";
    });
  }
  return groups;
}
