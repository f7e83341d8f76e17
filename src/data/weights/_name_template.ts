/**
 * Names with holes, read and filled: `{i}` is a number, `{p}` the last part of
 * a name, `{any}` a whole name.
 */
const HOLES: Readonly<Record<string, string>> = {
  i: "\\d+",
  c: "\\d+",
  k: "\\d+",
  p: "\\w+",
  any: ".+",
};

/** What the holes of a template hold for a name; nothing where it does not fit. */
export function matchTemplate(
  template: string,
  name: string,
): Readonly<Record<string, string>> | undefined {
  const pattern = template.replaceAll(".", "\\.")
    .replaceAll(/\{(\w+)\}/g, (_, hole) => `(?<${hole}>${HOLES[hole]})`);
  const found = name.match(new RegExp(`^${pattern}$`));
  return found === null ? undefined : { ...found.groups };
}

/** The name that a template makes of what its holes hold. */
export function fillTemplate(
  template: string,
  holes: Readonly<Record<string, string>>,
): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, hole) => holes[hole] ?? "");
}
