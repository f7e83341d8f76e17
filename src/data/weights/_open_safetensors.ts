import { checkFinite } from "../_check_finite.ts";
import { decodeElements } from "../_safetensors_elements.ts";
import { headerLength, readHeader } from "../_safetensors_header.ts";
import type { ByteSource } from "./_byte_source.ts";
import type { OpenWeights } from "./_weights_file.ts";

/** Opens a safetensors file; only its header is read. */
export async function openSafetensors(
  source: ByteSource,
): Promise<OpenWeights> {
  const { file, size } = source;
  const first = await source.read(0, Math.min(size, 8));
  const start = 8 + headerLength(first, size, file);
  const json = await source.read(8, start);
  const { entries, metadata } = readHeader(json, size - start, file);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return {
    listing: {
      file,
      format: "safetensors",
      bytes: size,
      wrapper: "",
      tensors: Object.fromEntries(
        entries.map(({ name, shape, dtype }) => [name, { shape, dtype }]),
      ),
      skipped: [],
      metadata,
    },
    load: async (name) => {
      const { dtype, shape, begin, end } = byName.get(name)!;
      const bytes = await source.read(start + begin, start + end);
      const data = decodeElements(dtype, new DataView(bytes.buffer));
      checkFinite(data, name, file);
      return { shape, data };
    },
  };
}
