import { checkJsonSize } from "../_check_json_size.ts";
import { refuse, unwrap } from "../_refusal.ts";
import { type ByteSource, withSource } from "./_byte_source.ts";
import { openSingle } from "./_open_single.ts";
import type { OpenWeights } from "./_weights_file.ts";
import { WEIGHTS_FORMATS } from "./_weights_formats.ts";

/** Longest index that is read. */
const MAX_INDEX = 2 ** 24;
/** Most files that one index may name: all are open at once. */
const MAX_SHARDS = 512;

/**
 * Opens `*.index.json` with the shards beside it, of any format, while `use`
 * runs. A shard is a plain file name: no path leads out of the folder.
 */
export async function openSharded<A>(
  source: ByteSource,
  input: string | Blob,
  use: (weights: OpenWeights) => Promise<A>,
): Promise<A> {
  const { file } = source;
  if (typeof input !== "string") {
    refuse(file, "file", "one with its elements", "an index of other files");
  }
  const map = await readShardMap(source);
  const names = [...new Set(map.values())];
  const { dirname, join } = await import("node:path");
  const opened = new Map<string, OpenWeights>();
  const openFrom = async (index: number): Promise<A> => {
    const name = names[index];
    if (name === undefined) return await use(merge(source, map, opened));
    return unwrap(
      await withSource(join(dirname(input), name), async (shard) => {
        opened.set(name, await openSingle(shard, {}));
        return await openFrom(index + 1);
      }),
    );
  };
  return await openFrom(0);
}

/** The shard of each tensor, by an index; every one a plain file name. */
export async function readShardMap(
  source: ByteSource,
): Promise<ReadonlyMap<string, string>> {
  const { file, size } = source;
  if (size > MAX_INDEX) {
    refuse(file, "file", `an index of ${MAX_INDEX} bytes at most`, `${size}`);
  }
  const bytes = await source.read(0, size);
  checkJsonSize(bytes, "file", file);
  const text = new TextDecoder().decode(bytes);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    refuse(file, "file", WEIGHTS_FORMATS, "text that is not JSON", cause);
  }
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (map === undefined) {
    refuse(file, "file", WEIGHTS_FORMATS, "JSON without a weight_map");
  }
  if (typeof map !== "object" || map === null) {
    refuse(file, "weight_map", "a shard by tensor", typeof map);
  }
  const entries = Object.entries(map as Readonly<Record<string, unknown>>);
  for (const [name, shard] of entries) {
    const isPlain = typeof shard === "string" &&
      /^[^/\\:\0]+$/.test(shard) && !/^\.+$/.test(shard);
    if (!isPlain) {
      refuse(file, `weight_map.${name}`, "a file beside the index", `${shard}`);
    }
  }
  const shards = new Set(entries.map(([, shard]) => shard)).size;
  if (shards === 0 || shards > MAX_SHARDS) {
    refuse(file, "weight_map", `1 to ${MAX_SHARDS} shards`, `${shards}`);
  }
  return new Map(entries as [string, string][]);
}

function merge(
  { file }: ByteSource,
  map: ReadonlyMap<string, string>,
  opened: ReadonlyMap<string, OpenWeights>,
): OpenWeights {
  const shards = [...opened.values()].map(({ listing }) => listing);
  const find = (name: string): OpenWeights => opened.get(map.get(name)!)!;
  const tensors = [...map].map(([name, shard]) => {
    const held = find(name).listing.tensors;
    return Object.hasOwn(held, name)
      ? [name, held[name]!] as const
      : refuse(file, `weight_map.${name}`, "a tensor of its shard", shard);
  });
  const stray = shards.flatMap((shard) => Object.keys(shard.tensors))
    .find((name) => !map.has(name));
  if (stray !== undefined) {
    refuse(file, "weight_map", "every tensor of the shards", `no ${stray}`);
  }
  return {
    listing: {
      file,
      format: "sharded",
      bytes: shards.reduce((sum, { bytes }) => sum + bytes, 0),
      wrapper: "",
      tensors: Object.fromEntries(tensors),
      skipped: [],
      metadata: Object.assign({}, ...shards.map(({ metadata }) => metadata)),
    },
    load: (name) => find(name).load(name),
  };
}
