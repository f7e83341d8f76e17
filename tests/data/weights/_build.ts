import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { concat } from "../_png.ts";

/** Path of a file of `tests/fixtures`. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
}

/** Bytes of a file of `tests/fixtures`. */
export async function fixtureBytes(path: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(fixture(path)));
}

/** A pickle of protocol 2: text as it is, numbers as bytes, and STOP. */
export function pickle(...parts: readonly (string | number)[]): Uint8Array {
  const pieces = ["\x80\x02", ...parts, "."].map((part) =>
    typeof part === "number"
      ? Uint8Array.of(part)
      : Uint8Array.from(part, (char) => char.charCodeAt(0))
  );
  return concat(pieces);
}

/** BINUNICODE. */
export function text(value: string): string {
  return `X${uint32(value.length)}${value}`;
}

/** BININT. */
export function int(value: number): string {
  return `J${uint32(value)}`;
}

function uint32(value: number): string {
  return String.fromCharCode(
    ...[0, 8, 16, 24].map((shift) => (value >>> shift) & 255),
  );
}

/** A tuple of what the parts push. */
export function tuple(...parts: readonly string[]): string {
  return `(${parts.join("")}t`;
}

/** A tensor as `torch.save` pickles it. */
export function tensor(
  options: {
    readonly type?: string;
    readonly key?: string;
    readonly count: number;
    readonly offset?: number;
    readonly shape: readonly number[];
    readonly strides: readonly number[];
  },
): string {
  const { type = "Float", key = "0", count, offset = 0 } = options;
  const storage = tuple(
    text("storage"),
    `ctorch\n${type}Storage\n`,
    text(key),
    text("cpu"),
    int(count),
  );
  return "ctorch._utils\n_rebuild_tensor_v2\n" + tuple(
    `${storage}Q`,
    int(offset),
    tuple(...options.shape.map(int)),
    tuple(...options.strides.map(int)),
    "\x89",
    "ccollections\nOrderedDict\n)R",
  ) + "R";
}

/** A dict of text to what the parts push. */
export function dict(entries: Readonly<Record<string, string>>): string {
  const items = Object.entries(entries)
    .map(([name, value]) => text(name) + value);
  return `}(${items.join("")}u`;
}

/** A zip archive as `torch.save` lays it out. */
export function checkpoint(
  data: Uint8Array,
  storages: Readonly<Record<string, Uint8Array>> = {},
  level: 0 | 9 = 0,
): Blob {
  const entries = Object.entries(storages)
    .map(([key, bytes]) => [`archive/data/${key}`, bytes]);
  return blob(
    zipSync({ "archive/data.pkl": data, ...Object.fromEntries(entries) }, {
      level,
    }),
  );
}

/** Bytes as a file that a page would have. */
export function blob(bytes: Uint8Array, name = "w.pth"): File {
  return new File([bytes.slice()], name);
}
