/**
 * Where the public data sets are.
 *
 * @module
 */

import type { DataFormat } from "./read_pairs.ts";

/** One file of a data set. */
export interface SourceFile {
  /** Where it is. */
  readonly url: string;
  /** Its name on the disk. */
  readonly name: string;
  /** Whether it is unpacked. */
  readonly kind: "archive" | "file";
  /** SHA-256 as its publisher states it; left out where none does. */
  readonly sha256?: string;
}

/** A data set and how to get it. */
export interface DataSource {
  /** Name on command lines. */
  readonly name: string;
  /** Name in papers. */
  readonly title: string;
  /** Page of its authors. */
  readonly homepage: string;
  /** What is known of its terms, for people. */
  readonly terms: string;
  /** Its files, in order. */
  readonly files: readonly SourceFile[];
  /** Folder below the chosen one that `readPairs` takes. */
  readonly root: string;
  /** Layout of that folder. */
  readonly format: DataFormat;
  /** What is still to be done by hand. */
  readonly note?: string;
}

const WILLOW = "https://www.di.ens.fr/willow/research";
const LISTS = "https://www.robots.ox.ac.uk/~xinghui/sd4match";

/**
 * The public data sets. None of their publishers states a checksum, so what a
 * first download brings is written down and later ones are held against it.
 */
export const DATA_SOURCES: readonly DataSource[] = [
  {
    name: "spair",
    title: "SPair-71k",
    homepage: "https://cvlab.postech.ac.kr/research/SPair-71k/",
    terms: "Pictures are from PASCAL VOC 2012 and PASCAL3D+, hence mostly " +
      "from Flickr, whose terms apply; made for research.",
    files: [{
      url: "https://cvlab.postech.ac.kr/research/SPair-71k/data/" +
        "SPair-71k.tar.gz",
      name: "SPair-71k.tar.gz",
      kind: "archive",
    }],
    root: "SPair-71k",
    format: "spair",
  },
  {
    name: "pf-pascal",
    title: "PF-PASCAL",
    homepage: `${WILLOW}/proposalflow/`,
    terms: "Pictures are from PASCAL VOC 2011, hence from Flickr, whose " +
      "terms apply; made for research. The lists of pairs come from others.",
    files: [
      {
        url: `${WILLOW}/proposalflow/dataset/PF-dataset-PASCAL.zip`,
        name: "PF-dataset-PASCAL.zip",
        kind: "archive",
      },
      {
        url: `${LISTS}/pf-pascal_image_pairs.zip`,
        name: "pf-pascal_image_pairs.zip",
        kind: "archive",
      },
    ],
    root: "",
    format: "pf-pascal",
  },
  {
    name: "pf-willow",
    title: "PF-WILLOW",
    homepage: `${WILLOW}/proposalflow/`,
    terms: "Pictures are from WILLOW-ObjectClass, made of Caltech-256 and " +
      "PASCAL VOC 2007, whose terms apply; made for research.",
    files: [
      {
        url: `${WILLOW}/proposalflow/dataset/PF-dataset.zip`,
        name: "PF-dataset.zip",
        kind: "archive",
      },
      { url: `${LISTS}/test_pairs.csv`, name: "test_pairs.csv", kind: "file" },
    ],
    root: "",
    format: "pf-willow",
  },
  {
    name: "willow",
    title: "WILLOW-ObjectClass",
    homepage: `${WILLOW}/graphlearning/`,
    terms: "Pictures are from Caltech-256 and PASCAL VOC 2007, whose terms " +
      "apply; made for research.",
    files: [{
      url: `${WILLOW}/graphlearning/WILLOW-ObjectClass_dataset.zip`,
      name: "WILLOW-ObjectClass_dataset.zip",
      kind: "archive",
    }],
    root: "WILLOW-ObjectClass",
    format: "willow",
    note: "It has no lists of pairs: write train_pairs.csv and val_pairs.csv " +
      "into its folder, with columns imageA, imageB, class, XA1 and so on.",
  },
  {
    name: "tss",
    title: "TSS",
    homepage: "https://taniai.space/projects/cvpr16_dccs/",
    terms: "Pictures are from FG3DCar, JODS and PASCAL VOC, whose terms " +
      "apply; made for research.",
    files: [{
      url: "http://www.hci.iis.u-tokyo.ac.jp/datasets/data/JointCorrCoseg/" +
        "TSS_CVPR2016.zip",
      name: "TSS_CVPR2016.zip",
      kind: "archive",
    }],
    root: "TSS_CVPR2016",
    format: "tss",
  },
  {
    name: "ap-10k",
    title: "AP-10K",
    homepage: "https://github.com/AlexTheBad/AP-10K",
    terms: "Its authors allow non-commercial use only; read the licence on " +
      "their page.",
    files: [{
      url: "https://drive.usercontent.google.com/download" +
        "?id=1-FNNGcdtAQRehYYkGY1y4wzFNg4iWNad&export=download&confirm=t",
      name: "ap-10k.zip",
      kind: "archive",
    }],
    root: "ap-10k",
    format: "ap-10k",
    note: "Its annotations are COCO's: GeoAware-SC's preparation script, in " +
      "its repository, makes ImageAnnotation and PairAnnotation of them.",
  },
];
