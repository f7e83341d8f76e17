import { type FindFile, findFile } from "./_find_file.ts";
import type { PairSet } from "./image_pair.ts";
import type { ReadPairsOptions } from "./read_pairs.ts";

/** Reads one split of any format; pictures are looked for with `find`. */
export async function readFormat(
  root: string,
  options: ReadPairsOptions,
  find: FindFile = findFile,
): Promise<PairSet> {
  const { format, split, keypoints = "csv" } = options;
  switch (format) {
    case "spair": {
      const { readSpairPairs } = await import("./_read_spair_pairs.ts");
      return await readSpairPairs(root, options, find);
    }
    case "pf-pascal": {
      const { readPascalPairs } = await import("./_read_pascal_pairs.ts");
      const { oneBased = "keep", mirrorRule = "exact" } = options;
      const choices = { split, keypoints, oneBased, mirrorRule };
      return await readPascalPairs(root, choices, find);
    }
    case "pf-willow":
    case "willow": {
      const { readCsvPairs } = await import("./_read_csv_pairs.ts");
      return await readCsvPairs(root, { format, split, keypoints }, find);
    }
  }
}
