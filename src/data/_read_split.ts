import { type FindFile, findFile, requireFolder } from "./_find_file.ts";
import { readFormat, splitsOf } from "./_read_format.ts";
import { Refusal } from "./_refusal.ts";
import { type MissingFile, missingFile } from "./data_error.ts";
import type { PairSet } from "./image_pair.ts";
import type { ReadPairsOptions } from "./read_pairs.ts";

/** Reads one split; where its list is not there the error names those that are. */
export async function readSplit(
  root: string,
  options: ReadPairsOptions,
): Promise<PairSet> {
  await requireFolder(root);
  const read = await tried(root, options, findFile);
  if (!("absent" in read)) return read;
  const { format } = options;
  const known = (await splitsOf(root, format))
    .filter((split) => split !== options.split);
  const there: string[] = [];
  // Giving up at the first picture: that there is a list is enough.
  const stop: FindFile = () => Promise.reject(new Refusal(missingFile(root)));
  for (const split of known) {
    const other = await tried(root, { ...options, split }, stop)
      .catch((thrown: unknown) => {
        if (thrown instanceof Refusal) return {};
        throw thrown;
      });
    if (!("absent" in other)) there.push(split);
  }
  const { absent } = read;
  const message = there.length > 0
    ? `${absent.message}; splits that are there: ${there.join(", ")}`
    : `${absent.message}, nor any other split of format ${format}`;
  throw new Refusal({ ...absent, message });
}

/** A split, or the error of its list where that is not there. */
async function tried(
  root: string,
  options: ReadPairsOptions,
  find: FindFile,
): Promise<PairSet | { readonly absent: MissingFile }> {
  let isListed = false;
  try {
    // All but the list is looked for with what is handed over.
    return await readFormat(root, options, (...args) => {
      isListed = true;
      return find(...args);
    });
  } catch (thrown) {
    const error = thrown instanceof Refusal ? thrown.error : undefined;
    if (isListed || error?._tag !== "MissingFile") throw thrown;
    return { absent: error };
  }
}
