import { refuse } from "../_refusal.ts";
import type { ByteSource } from "./_byte_source.ts";
import { readPickle } from "./_pickle.ts";
import type { PickleStorage } from "./_pickle_value.ts";
import { findStateDict } from "./_state_dict.ts";
import { storedBytes, torchHooks } from "./_torch_hooks.ts";
import { torchWeights } from "./_torch_weights.ts";
import type { OpenOptions, OpenWeights } from "./_weights_file.ts";
import { WEIGHTS_FORMATS } from "./_weights_formats.ts";
import { readZipEntry, zipEntries, type ZipEntry } from "./_zip_archive.ts";

/** Longest pickle that is read; those of published checkpoints are below 1 MB. */
const MAX_PICKLE = 2 ** 24;

/** Opens what `torch.save` has written since PyTorch 1.6: a zip archive. */
export async function openTorchZip(
  source: ByteSource,
  { key }: OpenOptions,
): Promise<OpenWeights> {
  const { file } = source;
  const entries = await zipEntries(source);
  const pickle = [...entries.values()]
    .find(({ name }) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  if (pickle === undefined) {
    const [first = "nothing"] = entries.keys();
    const got = `a zip archive without data.pkl (${first})`;
    refuse(file, "file", WEIGHTS_FORMATS, got);
  }
  const field = pickle.name;
  if (pickle.size > MAX_PICKLE) {
    refuse(file, field, `at most ${MAX_PICKLE} bytes`, `${pickle.size}`);
  }
  const root = field.slice(0, -"data.pkl".length);
  const { value } = readPickle(await readZipEntry(source, pickle), {
    file,
    field,
    hooks: torchHooks(file),
  });
  const order = entries.get(`${root}byteorder`);
  const little = order === undefined ||
    new TextDecoder().decode(await readZipEntry(source, order)) !== "big";
  const entryOf = (storage: PickleStorage): ZipEntry => {
    const entry = entries.get(`${root}data/${storage.key}`) ??
      refuse(file, `${root}data/${storage.key}`, "in the archive", "none");
    const wanted = storedBytes(storage);
    return entry.size === wanted
      ? entry
      : refuse(file, entry.name, `${wanted} bytes`, `${entry.size}`);
  };
  return torchWeights(findStateDict(value, { file, key }), {
    source,
    format: "pytorch",
    little,
    read: (storage, start, end) =>
      readZipEntry(source, entryOf(storage), { start, end }),
    check: (storage) => void entryOf(storage),
  });
}
