import { refuse } from "../_refusal.ts";
import type { ByteSource } from "./_byte_source.ts";
import { expansionLimit } from "./_expansion_limit.ts";
import type { PickleStorage } from "./_pickle_value.ts";
import type { StateDict } from "./_state_dict.ts";
import { readTorchTensor } from "./_torch_tensor.ts";
import type { OpenWeights } from "./_weights_file.ts";
import type { WeightsFormat } from "./weights_listing.ts";

/** The tensors of a checkpoint as open weights, however their storages are kept. */
export function torchWeights(
  { wrapper, tensors, skipped }: StateDict,
  options: {
    readonly source: ByteSource;
    readonly format: WeightsFormat;
    readonly little: boolean;
    /** Bytes of a storage. */
    readonly read: (
      storage: PickleStorage,
      start: number,
      end: number,
    ) => Promise<Uint8Array>;
    /** Refuses a storage that is not there whole. */
    readonly check: (storage: PickleStorage) => void;
  },
): OpenWeights {
  const { source: { file, size }, format, little, read, check } = options;
  let total = 0;
  for (const { storage, shape } of tensors.values()) {
    check(storage);
    total += 4 * shape.reduce((a, b) => a * b, 1);
  }
  const limit = expansionLimit(size);
  if (!(total <= limit)) {
    // Strides of 0 make any number of elements out of one.
    const wanted = `at most ${limit} bytes in float32 for ${size} of the file`;
    refuse(file, "tensors", wanted, `${total}`);
  }
  return {
    listing: {
      file,
      format,
      bytes: size,
      wrapper,
      tensors: Object.fromEntries(
        [...tensors].map(([name, { shape, dtype }]) => [
          name,
          { shape, dtype },
        ]),
      ),
      skipped,
      metadata: {},
    },
    load: (name) => {
      const tensor = tensors.get(name)!;
      return readTorchTensor(tensor, {
        read: (start, end) => read(tensor.storage, start, end),
        little,
        place: { file, name },
      });
    },
  };
}
