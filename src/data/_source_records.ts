import { refuse, unwrap } from "./_refusal.ts";
import { readBytes, writeAtomic } from "./files.ts";

/** What came the first time. */
export interface SourceRecord {
  /** Where from. */
  readonly url: string;
  /** SHA-256, 64 hexadecimal digits. */
  readonly sha256: string;
  /** Its length. */
  readonly bytes: number;
  /** Whether it was unpacked to the end, or put in its place. */
  readonly isReady: boolean;
}

/** Records by name of the file; none where there is no list yet. */
export async function readRecords(
  list: string,
): Promise<Readonly<Record<string, SourceRecord>>> {
  const read = await readBytes(list)();
  if (read._tag === "Left" && read.left._tag === "MissingFile") return {};
  const text = new TextDecoder().decode(unwrap(read));
  let records: unknown;
  try {
    records = JSON.parse(text);
  } catch (cause) {
    refuse(list, "file", "JSON", String(cause), cause);
  }
  const isList = typeof records === "object" && records !== null &&
    Object.values(records).every(isRecord);
  if (!isList) refuse(list, "file", "a list of files", text.slice(0, 40));
  return records as Readonly<Record<string, SourceRecord>>;
}

/** Adds a record, or replaces it. */
export async function writeRecord(
  list: string,
  name: string,
  record: SourceRecord,
): Promise<void> {
  const records = { ...await readRecords(list), [name]: record };
  unwrap(await writeAtomic(list, `${JSON.stringify(records, null, 1)}\n`)());
}

function isRecord(value: unknown): value is SourceRecord {
  if (typeof value !== "object" || value === null) return false;
  const { url, sha256, bytes, isReady } = value as Record<string, unknown>;
  return typeof url === "string" && typeof bytes === "number" &&
    typeof isReady === "boolean" &&
    typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
}
