import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { writeAtomic } from "../data/files.ts";
import { readSafetensors } from "../data/read_safetensors.ts";
import { encodeSafetensors, type NamedTensors } from "../data/safetensors.ts";
import { isObject } from "./_is_object.ts";
import { mapValues } from "./_tensor_map.ts";
import { digestBytes, digestTensors } from "./digest_tensors.ts";
import { type PreparedImage, stackInputs } from "./prepared_image.ts";

/** Everything that what was prepared of a picture depends on, as plain data. */
export type FeatureKey = Readonly<Record<string, unknown>>;

/**
 * What is kept of a picture in a folder, if anything is. A file that is
 * missing, broken or of something else is as good as none: whoever asks makes
 * it anew.
 */
export async function findFeatures(
  folder: string,
  key: FeatureKey,
): Promise<PreparedImage | undefined> {
  const text = JSON.stringify(key);
  const read = await readSafetensors(await fileOf(folder, text))();
  if (read._tag === "Left") return undefined;
  const { metadata, tensors } = read.right;
  const isWhole = metadata["key"] === text &&
    metadata["digest"] === await digestTensors(tensors);
  const sizes = isWhole ? sizesOf(metadata["picture"] ?? "") : undefined;
  return sizes && withInputs(sizes, tensors);
}

/** Keeps what was prepared of a picture in a folder: whole, or not at all. */
export async function keepFeatures(
  folder: string,
  key: FeatureKey,
  image: PreparedImage,
): Promise<Result<DataError, void>> {
  const text = JSON.stringify(key);
  const { stored, resized, padded, decoder } = image;
  const tensors = stackInputs([image]);
  const bytes = encodeSafetensors(tensors, {
    key: text,
    picture: JSON.stringify({ stored, resized, padded, decoder }),
    digest: await digestTensors(tensors),
  });
  return await writeAtomic(await fileOf(folder, text), bytes)();
}

/** Two levels, so that no folder holds too many files. */
async function fileOf(folder: string, text: string): Promise<string> {
  const name = await digestBytes(new TextEncoder().encode(text));
  return `${folder}/${name.slice(0, 2)}/${name}.safetensors`;
}

/** A picture without what is read of it. */
type Sizes = Omit<PreparedImage, "inputs" | "bytes">;

/** A picture of which these tensors are read. */
export function withInputs(sizes: Sizes, tensors: NamedTensors): PreparedImage {
  const bytes = Object.values(tensors)
    .reduce((sum, { data }) => sum + data.byteLength, 0);
  const inputs = mapValues(tensors, ({ shape, data }) => ({
    shape,
    write: (into: Float32Array) => into.set(data),
  }));
  return { ...sizes, inputs, bytes };
}

function sizesOf(text: string): Sizes | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSizes(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSizes(value: unknown): value is Sizes {
  if (!isObject(value)) return false;
  const { stored, resized, padded, decoder } = value;
  const isSize = (size: unknown): boolean =>
    isObject(size) && isLength(size["width"]) && isLength(size["height"]);
  return isSize(stored) && isSize(resized) && typeof decoder === "string" &&
    Array.isArray(padded) && padded.length === 2 && padded.every(isLength);
}

function isLength(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
