import { checkJsonSize } from "./_check_json_size.ts";
import { ELEMENT_BYTES } from "./_safetensors_elements.ts";
import { refuse } from "./_refusal.ts";

/** Where one tensor lies in the file, as its header says. */
export interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Longest header that is read: hundreds of times that of any backbone. */
const MAX_HEADER_BYTES = 25_000_000;

/** Length of the JSON in front, from the first 8 of the file's `size` bytes. */
export function headerLength(
  first: Uint8Array,
  size: number,
  file: string,
): number {
  if (size < 8) refuse(file, "header length", "8 bytes", `${size}`);
  const view = new DataView(first.buffer, first.byteOffset, first.byteLength);
  const length = view.getBigUint64(0, true);
  const limit = Math.min(size - 8, MAX_HEADER_BYTES);
  if (length > BigInt(limit)) {
    refuse(file, "header length", `at most ${limit} bytes`, `${length}`);
  }
  return Number(length);
}

/** What a header says, `available` being the bytes behind it. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Decodes the JSON in front. */
export function readHeader(
  json: Uint8Array,
  available: number,
  file: string,
): Header {
  checkJsonSize(json, "header", file);
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(json);
    header = JSON.parse(text);
  } catch (cause) {
    refuse(file, "header", "JSON", "something else", cause);
  }
  if (!isRecord(header)) refuse(file, "header", "a JSON object", typeof header);
  const entries: Entry[] = [];
  const metadata: [string, string][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") metadata.push(...readMetadata(value, file));
    else entries.push(readEntry(name, value, file));
  }
  checkLayout(entries, available, file);
  return { entries, metadata: Object.fromEntries(metadata) };
}

/** The strings of `__metadata__`. */
function readMetadata(value: unknown, file: string): [string, string][] {
  if (!isRecord(value)) {
    refuse(file, "__metadata__", "an object of strings", typeof value);
  }
  return Object.entries(value).map(([key, text]) =>
    typeof text === "string"
      ? [key, text]
      : refuse(file, `__metadata__.${key}`, "a string", typeof text)
  );
}

/** One tensor of the header, its length found to fit type and shape. */
function readEntry(name: string, value: unknown, file: string): Entry {
  if (!isRecord(value)) refuse(file, name, "an object", typeof value);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    const known = Object.keys(ELEMENT_BYTES).join(", ");
    refuse(file, `${name}.dtype`, `one of ${known}`, String(dtype));
  }
  if (!isSizes(shape)) {
    refuse(file, `${name}.shape`, "whole numbers of at least 0", String(shape));
  }
  const [begin, end] = isSizes(offsets) && offsets.length === 2 ? offsets : [];
  if (begin === undefined || end === undefined || begin > end) {
    refuse(file, `${name}.data_offsets`, "[begin, end]", String(offsets));
  }
  const wanted = shape.reduce((a, b) => a * b, 1) * ELEMENT_BYTES[dtype]!;
  if (end - begin !== wanted) {
    refuse(
      file,
      `${name}.data_offsets`,
      `${wanted} bytes apart for ${dtype} [${shape}]`,
      `${end - begin}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** The format wants every byte behind the header to belong to exactly one tensor. */
function checkLayout(
  entries: readonly Entry[],
  available: number,
  file: string,
): void {
  let end = 0;
  for (
    const entry of entries.toSorted((a, b) =>
      a.begin - b.begin || a.end - b.end
    )
  ) {
    if (entry.begin !== end) {
      const what = entry.begin < end ? "overlap" : "gap";
      refuse(
        file,
        `${entry.name}.data_offsets`,
        `start at byte ${end}, where the tensor before ends`,
        `${entry.begin} (${what})`,
      );
    }
    end = entry.end;
    if (end > available) {
      refuse(
        file,
        `${entry.name}.data_offsets`,
        `within the ${available} bytes that the file holds`,
        `${end}`,
      );
    }
  }
  if (end !== available) {
    refuse(file, "tensors", `${end} bytes in all`, `${available}`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) &&
    value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
