// PF-PASCAL in its public layout, tiny: pictures of W x H with one bright column.
import { join } from "node:path";
import { writeAtomic } from "../../src/data/files.ts";
import { right } from "./_helpers.ts";
import { matFile } from "./_mat.ts";
import { pngFile } from "./_png.ts";

/** Columns and rows of every picture. */
export const WIDTH = 40;
export const HEIGHT = 30;

/** Keypoints in MATLAB's 1-based pixels; NaN where one is absent. */
export const KPS = {
  "2008_000001": [[3, 4], [NaN, NaN], [30.5, 20], [12, 13]],
  "2008_000002": [[5, 6], [7, 8], [9, 10], [NaN, NaN]],
  "2008_000003": [[15, 16], [17, 18], [NaN, NaN], [21, 22]],
} as const;

/** Folder that every file of the data set lies in. */
export const FOLDER = "PF-dataset-PASCAL";

/** Rows of the list of training pairs. */
export const TRAIN = [
  "source_image,target_image,class,flip",
  `${FOLDER}/JPEGImages/2008_000001.jpg,${FOLDER}/JPEGImages/2008_000002.jpg,6,0`,
  `${FOLDER}/JPEGImages/2008_000001.jpg,${FOLDER}/JPEGImages/2008_000002.jpg,6,1`,
  `${FOLDER}/JPEGImages/2008_000003.jpg,${FOLDER}/JPEGImages/2008_000001.jpg,6,0`,
].join("\n");

/** Rows of the list of test pairs, with their keypoints. */
export const TEST = [
  "source_image,target_image,class,XA,YA,XB,YB",
  `${FOLDER}/JPEGImages/2008_000001.jpg,${FOLDER}/JPEGImages/2008_000002.jpg,6,` +
  "3;30.5,4;20,5;9,6;10",
].join("\n");

/** Writes pictures, annotations and these lists. */
export async function writePascal(
  root: string,
  lists: Readonly<Record<string, string>>,
): Promise<void> {
  const files: Record<string, Uint8Array | string> = { ...lists };
  for (const [name, kps] of Object.entries(KPS)) {
    files[`${FOLDER}/JPEGImages/${name}.jpg`] = picture(2);
    files[`${FOLDER}/Annotations/bus/${name}.mat`] = matFile({
      kps,
      bbox: [[2, 3, 35, 25]],
    });
  }
  for (const [path, content] of Object.entries(files)) {
    right(await writeAtomic(join(root, path), content)());
  }
}

/** Black but for the column `bright`, which is white. */
export function picture(bright: number): Uint8Array<ArrayBuffer> {
  const row = [
    0,
    ...Array.from(
      { length: WIDTH * 3 },
      (_, i) => Math.floor(i / 3) === bright ? 255 : 0,
    ),
  ];
  return pngFile({
    width: WIDTH,
    height: HEIGHT,
    depth: 8,
    colorType: 2,
    rows: Array.from({ length: HEIGHT }, () => row).flat(),
  });
}
