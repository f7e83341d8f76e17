import type { DataError } from "../data_error.ts";
import { refuse } from "../_refusal.ts";
import type { Result } from "../../core/result.ts";
import type { NamedTensor } from "../safetensors.ts";
import { type ByteSource, withSource } from "./_byte_source.ts";
import { openSafetensors } from "./_open_safetensors.ts";
import { openSharded } from "./_open_sharded.ts";
import { openTorchLegacy } from "./_open_torch_legacy.ts";
import { openTorchZip } from "./_open_torch_zip.ts";
import { WEIGHTS_FORMATS } from "./_weights_formats.ts";
import type { WeightsListing } from "./weights_listing.ts";

/** A weights file that is open: what it holds, and its elements when asked for. */
export interface OpenWeights {
  readonly listing: WeightsListing;
  /** One tensor of the listing in float32; refuses what is not finite. */
  readonly load: (name: string) => Promise<NamedTensor>;
}

/** Options of the readers of weights files. */
export interface OpenOptions {
  /** Dict of a PyTorch checkpoint to take, such as `student`, its keys joined by dots. */
  readonly key?: string;
}

/** Opens a weights file of any format while `use` runs. */
export function withWeights<A>(
  input: string | Blob,
  options: OpenOptions,
  use: (weights: OpenWeights) => Promise<A>,
): Promise<Result<DataError, A>> {
  return withSource(input, async (source) => {
    if (await isIndex(source)) return await openSharded(source, input, use);
    return await use(await openSingle(source, options));
  });
}

/** Opens one file that holds its elements itself, told by its first bytes. */
export async function openSingle(
  source: ByteSource,
  options: OpenOptions,
): Promise<OpenWeights> {
  const { file, size } = source;
  const first = await source.read(0, Math.min(size, 512));
  if (size === 0) refuse(file, "file", WEIGHTS_FORMATS, "an empty file");
  const isHeader = first[8] === 0x7b && first.slice(4, 8).every((x) => x === 0);
  if (isHeader) return await openSafetensors(source);
  if (starts(first, "PK\x03\x04")) return await openTorchZip(source, options);
  if (first[0] === 0x80 && first[1]! <= 5) {
    return await openTorchLegacy(source, options);
  }
  const text = String.fromCharCode(...first);
  const known: readonly [RegExp, string][] = [
    [/^version https:\/\/git-lfs/, "a Git LFS pointer: fetch the file itself"],
    [/^\s*</, "a web page: the download failed"],
    [/^\W\x8b/, "gzip: unpack it first"],
    [/^\x89HDF/, "HDF5, which is not read"],
    [/^\x93NUMPY/, "a NumPy array, which is not read"],
    [/ustar|^[\w.-]+\0{20}/, "a tar archive, PyTorch's format before 0.1.10"],
    [/^\x89PNG|^\xff\xd8\xff|^GIF8|^RIFF/, "a picture"],
    [/^[\s\x20-\x7e]{1,9}/, "text, or a pickle of protocol 0"],
  ];
  const what = known.find(([pattern]) => pattern.test(text))?.[1];
  // With a brace in its place it may be safetensors with a damaged length.
  if (what === undefined && first[8] === 0x7b) {
    return await openSafetensors(source);
  }
  refuse(file, "file", WEIGHTS_FORMATS, what ?? "something else");
}

/** Whether this is a JSON object: a header of safetensors has zero bytes in front. */
async function isIndex(source: ByteSource): Promise<boolean> {
  const first = await source.read(0, Math.min(source.size, 8));
  return starts(first, "{") && !first.includes(0);
}

function starts(bytes: Uint8Array, text: string): boolean {
  return [...text].every((char, i) => bytes[i] === char.charCodeAt(0));
}
