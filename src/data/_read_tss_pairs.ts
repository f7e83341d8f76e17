import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import { Refusal, refuse, unwrap } from "./_refusal.ts";
import { missingFile } from "./data_error.ts";
import { flowKeypoints } from "./flow_keypoints.ts";
import type { ImagePair, PairSet } from "./image_pair.ts";
import { readImageSize } from "./read_image_size.ts";
import { readPairFlow } from "./read_pair_flow.ts";
import { READING_DEFAULTS } from "./read_pairs.ts";

/** Folders of the data set; each is a split of its own too. */
const GROUPS = ["FG3DCar", "JODS", "PASCAL"];

/**
 * TSS: folders with two pictures, a mask of each and the flow from each to the
 * other, so two pairs a folder. `flow1.flo` lies on `image1.png` and leads into
 * `image2.png`, mirrored where `flip_gt.txt` says 1.
 */
export async function readTssPairs(
  root: string,
  { split, everyPixels = READING_DEFAULTS.everyPixels }: {
    readonly split: string;
    readonly everyPixels?: number;
  },
  find: FindFile = findFile,
): Promise<PairSet> {
  if (split !== "test" && !GROUPS.includes(split)) {
    refuse(root, `split ${split}`, `test, ${GROUPS.join(", ")}`, split);
  }
  const groups = split === "test" ? GROUPS : [split];
  const folders = (await Promise.all(
    groups.map((group) => foldersOf(root, group)),
  )).flat();
  if (folders.length === 0) {
    throw new Refusal(missingFile(join(root, groups[0]!)));
  }
  const pairs = await mapConcurrent(
    folders,
    4,
    async ({ group, folder }) => {
      const isMirrored = await readFlip(folder);
      const read = (number: 1 | 2) =>
        readPair(folder, { group, number, isMirrored, everyPixels, find });
      return [await read(1), await read(2)];
    },
  );
  return {
    name: "tss",
    split,
    threshold: "img",
    choices: {
      points: `every ${everyPixels} pixels of the mask, where the flow leads ` +
        "inside the other picture",
    },
    pairs: pairs.flat(),
  };
}

async function foldersOf(
  root: string,
  group: string,
): Promise<readonly { readonly group: string; readonly folder: string }[]> {
  for (const base of [root, join(root, "TSS_CVPR2016")]) {
    const within = join(base, group);
    const entries = await readdir(within, { withFileTypes: true })
      .catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory())
      .map(({ name }) => name).sort();
    if (names.length > 0) {
      return names.map((name) => ({ group, folder: join(within, name) }));
    }
  }
  return [];
}

/** Whether the two pictures face each other's mirror image; not where no file says so. */
async function readFlip(folder: string): Promise<boolean> {
  const file = join(folder, "flip_gt.txt");
  const text = await readFile(file, "utf8").catch(() => "0");
  const flip = text.trim();
  if (flip === "0" || flip === "1") return flip === "1";
  refuse(file, "file", "0 or 1", JSON.stringify(flip.slice(0, 20)));
}

/** The pair from one picture of a folder to the other. */
async function readPair(
  folder: string,
  { group, number, isMirrored, everyPixels, find }: {
    readonly group: string;
    readonly number: 1 | 2;
    readonly isMirrored: boolean;
    readonly everyPixels: number;
    readonly find: FindFile;
  },
): Promise<ImagePair> {
  const other = 3 - number;
  const [source, target, flow, mask] = await Promise.all(
    [
      `image${number}.png`,
      `image${other}.png`,
      `flow${number}.flo`,
      `mask${number}.png`,
    ].map((name) => find(folder, [name], folder)),
  ) as [string, string, string, string];
  const bare = {
    id: `${group}/${basename(folder)}:${number}to${other}`,
    category: group,
    source: { path: source, keypoints: [] },
    target: {
      path: target,
      keypoints: [],
      ...(isMirrored && { edits: [{ kind: "mirror" }] as const }),
    },
    flow: { file: flow, mask },
  } satisfies ImagePair;
  const areThere = await Promise.all(
    [source, target, flow, mask].map((file) =>
      stat(file).then(() => true, () => false)
    ),
  );
  // Only a tolerant search leads to what is not there.
  if (areThere.includes(false)) return bare;
  const from = unwrap(await readImageSize(source)());
  const to = unwrap(await readImageSize(target)());
  const { field, mask: inMask } = unwrap(
    await readPairFlow(bare, from)(),
  );
  const options = { everyPixels, target: to, mask: inMask };
  const points = flowKeypoints(field, options);
  if (points.source.length === 0) {
    refuse(
      flow,
      "flow",
      "known somewhere in the mask",
      `nowhere on the grid of every ${everyPixels} pixels`,
    );
  }
  return {
    ...bare,
    source: {
      ...bare.source,
      keypoints: points.source,
      size: [from.height, from.width],
    },
    target: {
      ...bare.target,
      keypoints: points.target,
      size: [to.height, to.width],
    },
  };
}
