import { refuse } from "../_refusal.ts";
import type { ByteSource } from "./_byte_source.ts";
import { openSafetensors } from "./_open_safetensors.ts";
import { openTorchLegacy } from "./_open_torch_legacy.ts";
import { openTorchZip } from "./_open_torch_zip.ts";
import type { OpenOptions, OpenWeights } from "./_weights_file.ts";
import { WEIGHTS_FORMATS } from "./_weights_formats.ts";

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

function starts(bytes: Uint8Array, text: string): boolean {
  return [...text].every((char, i) => bytes[i] === char.charCodeAt(0));
}
