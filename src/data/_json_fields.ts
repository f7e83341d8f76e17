import { refuse } from "./_refusal.ts";
import type { Box, Point } from "./image_pair.ts";

/** Fields of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The object that a file holds. */
export function parseFields(bytes: Uint8Array, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    refuse(file, "file", "JSON", String(cause), cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(file, "file", "a JSON object", JSON.stringify(value).slice(0, 40));
  }
  return value as Fields;
}

/** Text that is not empty. */
export function textField(fields: Fields, name: string, file: string): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "") return value;
  refuse(file, name, "a name", JSON.stringify(value) ?? "nothing");
}

/** A list of finite numbers. */
export function numbersField(
  fields: Fields,
  name: string,
  file: string,
): readonly number[] {
  const value = fields[name];
  if (isNumbers(value)) return value;
  refuse(file, name, "a list of numbers", JSON.stringify(value) ?? "nothing");
}

/** A box that is not empty. */
export function boxField(fields: Fields, name: string, file: string): Box {
  const [x1, y1, x2, y2, ...rest] = numbersField(fields, name, file);
  const whole = x1 !== undefined && y1 !== undefined && x2 !== undefined &&
    y2 !== undefined && rest.length === 0;
  if (whole && x1 < x2 && y1 < y2) return [x1, y1, x2, y2];
  refuse(
    file,
    name,
    "[x1, y1, x2, y2] with x1 < x2 and y1 < y2",
    JSON.stringify(fields[name]),
  );
}

/** At least one point. */
export function pointsField(
  fields: Fields,
  name: string,
  file: string,
): readonly Point[] {
  const value = fields[name];
  if (!Array.isArray(value) || value.length === 0) {
    refuse(
      file,
      name,
      "a list of at least one [x, y]",
      JSON.stringify(value) ?? "nothing",
    );
  }
  return value.map((point: unknown, k): Point => {
    const [x, y, ...rest] = isNumbers(point) ? point : [];
    if (x !== undefined && y !== undefined && rest.length === 0) return [x, y];
    refuse(file, `${name}[${k}]`, "[x, y]", JSON.stringify(point));
  });
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((x) => Number.isFinite(x));
}
