import type { DataFormat } from "./read_pairs.ts";

/** Pairs of a split as published, where known. */
export interface PublicCount {
  readonly pairs: number;
  /** By category. */
  readonly categories?: Readonly<Record<string, number>>;
}

const VOC =
  "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor"
    .split(" ");

/** SPair-71k has no tables and no sofas. */
const SPAIR = VOC.filter((name) => name !== "diningtable" && name !== "sofa");

function count(
  names: readonly string[],
  pairs: readonly number[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name, i) => [name, pairs[i]!]));
}

/** Splits of each format that has fixed ones, in the order they are shown. */
export const SPLITS: Readonly<
  Record<Exclude<DataFormat, "jsonl">, readonly string[]>
> = {
  "spair": ["trn", "val", "test"],
  "pf-pascal": ["trn", "val", "test"],
  "pf-willow": ["test"],
  "willow": ["train", "val", "test"],
  "tss": ["test"],
  "ap-10k": [
    "trn",
    "val",
    "test",
    "val_cross_species",
    "test_cross_species",
    "val_cross_family",
    "test_cross_family",
  ],
};

/** What the public data sets hold, by format and split. */
export const PUBLIC_COUNTS: Readonly<
  Partial<Record<DataFormat, Readonly<Record<string, PublicCount>>>>
> = {
  "pf-pascal": {
    trn: { pairs: 2940 },
    val: { pairs: 308 },
    test: {
      pairs: 299,
      categories: count(
        VOC,
        [
          15,
          30,
          10,
          6,
          8,
          32,
          19,
          27,
          13,
          3,
          8,
          24,
          9,
          27,
          12,
          7,
          1,
          13,
          20,
          15,
        ],
      ),
    },
  },
  "spair": {
    trn: { pairs: 53340 },
    val: { pairs: 5384 },
    test: {
      pairs: 12234,
      categories: count(
        SPAIR,
        // deno-fmt-ignore
        [690, 650, 702, 702, 870, 644, 564, 600, 646, 640, 600, 600, 702, 650, 862, 664, 756, 692],
      ),
    },
  },
  "pf-willow": { test: { pairs: 900 } },
  // Both ways of 195, 81 and 124 folders.
  "tss": {
    test: {
      pairs: 800,
      categories: { FG3DCar: 390, JODS: 162, PASCAL: 248 },
    },
  },
};
