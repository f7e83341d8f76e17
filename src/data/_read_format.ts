import { type FindFile, findFile } from "./_find_file.ts";
import type { PairSet } from "./image_pair.ts";
import { SPLITS } from "./_public_counts.ts";
import {
  type DataFormat,
  READING_DEFAULTS,
  type ReadPairsOptions,
} from "./read_pairs.ts";

/** Reads one split of any format; pictures are looked for with `find`. */
export async function readFormat(
  root: string,
  options: ReadPairsOptions,
  find: FindFile = findFile,
): Promise<PairSet> {
  const { format, split, keypoints = READING_DEFAULTS.keypoints } = options;
  switch (format) {
    case "spair": {
      const { readSpairPairs } = await import("./_read_spair_pairs.ts");
      return await readSpairPairs(root, options, find);
    }
    case "pf-pascal": {
      const { readPascalPairs } = await import("./_read_pascal_pairs.ts");
      const {
        oneBased = READING_DEFAULTS.oneBased,
        mirrorRule = READING_DEFAULTS.mirrorRule,
      } = options;
      const choices = { split, keypoints, oneBased, mirrorRule };
      return await readPascalPairs(root, choices, find);
    }
    case "tss": {
      const { readTssPairs } = await import("./_read_tss_pairs.ts");
      return await readTssPairs(root, options, find);
    }
    case "ap-10k": {
      const { readAp10kPairs } = await import("./_read_ap10k_pairs.ts");
      return await readAp10kPairs(root, options, find);
    }
    case "jsonl": {
      const { readJsonlPairs } = await import("./_read_jsonl_pairs.ts");
      return await readJsonlPairs(root, split, find);
    }
    case "pf-willow":
    case "willow": {
      const { readCsvPairs } = await import("./_read_csv_pairs.ts");
      return await readCsvPairs(root, { format, split, keypoints }, find);
    }
  }
}

/** Splits that a folder may have, training first. */
export async function splitsOf(
  root: string,
  format: DataFormat,
): Promise<readonly string[]> {
  if (format !== "jsonl") return SPLITS[format];
  const { jsonlSplits } = await import("./_read_jsonl_pairs.ts");
  return await jsonlSplits(root);
}
