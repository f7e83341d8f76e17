import { refuse } from "../_refusal.ts";
import type { ByteSource } from "./_byte_source.ts";
import { readPickle } from "./_pickle.ts";
import { isKind, type PickleStorage, show } from "./_pickle_value.ts";
import { findStateDict } from "./_state_dict.ts";
import { storedBytes, torchHooks } from "./_torch_hooks.ts";
import type { OpenOptions, OpenWeights } from "./_weights_file.ts";
import { WEIGHTS_FORMATS } from "./_weights_formats.ts";
import { torchWeights } from "./_torch_weights.ts";

/** First value of the format before PyTorch 1.6. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
/** Longest pickles together. */
const MAX_PICKLE = 2 ** 24;

/**
 * Opens what `torch.save` wrote before PyTorch 1.6: five pickles (magic number,
 * protocol version, sizes of the machine, the object, keys of the storages),
 * then each storage as its 8-byte count and its elements.
 */
export async function openTorchLegacy(
  source: ByteSource,
  { key }: OpenOptions,
): Promise<OpenWeights> {
  const { file, size } = source;
  const head = await source.read(0, Math.min(size, MAX_PICKLE));
  const storages = new Map<string, PickleStorage>();
  const hooks = torchHooks(file);
  let end = 0;
  const next = (field: string) => {
    const read = readPickle(head, {
      file,
      field,
      start: end,
      hooks: {
        ...hooks,
        persistent: (id, place) => {
          const storage = hooks.persistent(id, place);
          if (isKind(storage, "storage")) storages.set(storage.key, storage);
          const view = isKind(id, "tuple") ? id.items[5] ?? null : null;
          if (view === null) return storage;
          return refuse(file, place, "a whole storage", "a view of another");
        },
      },
    });
    end = read.end;
    return read.value;
  };
  const magic = next("magic number");
  if (magic !== MAGIC) {
    refuse(file, "file", WEIGHTS_FORMATS, `another pickle (${show(magic)})`);
  }
  next("protocol version");
  const system = next("system");
  const root = next("object");
  const keys = next("storage keys");
  const little = !isKind(system, "dict") ||
    system.entries.every(([name, value]) =>
      name !== "little_endian" || value !== false
    );
  const starts = new Map<string, number>();
  for (const name of isKind(keys, "list") ? keys.items : []) {
    const storage = typeof name === "string" ? storages.get(name) : undefined;
    if (storage === undefined) {
      refuse(file, "storage keys", "those of the tensors", show(name));
    }
    const view = new DataView((await source.read(end, end + 8)).buffer);
    const count = view.getBigInt64(0, little);
    const bytes = storedBytes(storage);
    if (count !== BigInt(storage.count) || end + 8 + bytes > size) {
      refuse(
        file,
        `storage ${storage.key}`,
        `${storage.count} elements`,
        end + 8 + bytes > size ? "the end of the file" : `${count}`,
      );
    }
    starts.set(storage.key, end + 8);
    end += 8 + bytes;
  }
  const startOf = ({ key }: PickleStorage): number =>
    starts.get(key) ?? refuse(file, `storage ${key}`, "in the file", "none");
  return torchWeights(findStateDict(root, { file, key }), {
    source,
    format: "pytorch-legacy",
    little,
    read: (storage, start, end) => {
      const from = startOf(storage);
      return source.read(from + start, from + end);
    },
    check: (storage) => void startOf(storage),
  });
}
