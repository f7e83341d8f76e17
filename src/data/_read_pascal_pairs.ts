import { basename, dirname, join } from "node:path";
import { type CsvRow, readCsvTable } from "./_csv_table.ts";
import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import { type MatKeypoints, readMatKeypoints } from "./_read_mat_keypoints.ts";
import { refuse, unwrap } from "./_refusal.ts";
import { readBytes } from "./files.ts";
import type {
  AnnotatedImage,
  ImagePair,
  PairSet,
  Point,
} from "./image_pair.ts";
import { mirrorAnnotation } from "./mirror_annotation.ts";
import { readImageSize } from "./read_image_size.ts";

/** The csv counts these from 1. */
const CLASSES =
  "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor"
    .split(" ");

/** What changes the annotations that are read. */
export interface PascalOptions {
  readonly split: string;
  readonly keypoints: "csv" | "mat";
  readonly oneBased: "keep" | "shift";
  readonly mirrorRule: "exact" | "offByOne";
}

/** Pictures of a row, found, and what it says of them. */
interface Row {
  readonly row: CsvRow;
  readonly category: string;
  readonly source: string;
  readonly target: string;
  readonly isMirrored: boolean;
}

/** PF-PASCAL with the lists of any of the three families of names. */
export async function readPascalPairs(
  root: string,
  options: PascalOptions,
  find: FindFile = findFile,
): Promise<PairSet> {
  const { split, oneBased, mirrorRule } = options;
  const file = await findFile(root, listNames(root, split));
  const table = readCsvTable(unwrap(await readBytes(file)()), file, [
    "source_image",
    "target_image",
    "class",
  ]);
  if (table.length === 0) {
    refuse(file, `split ${split}`, "at least one pair", "none");
  }
  const rows = await mapConcurrent(
    table,
    16,
    (row) => readRow(row, { root, file, find }),
  );
  const inCsv = options.keypoints === "csv" && table[0]!.has("XA");
  const marks = inCsv ? undefined : await readMarks(rows, find);
  const sizes = await readSizes(rows);
  const pairs = rows.map((row, index): ImagePair => {
    const points = marks === undefined
      ? csvPoints(row, file)
      : commonPoints(row, marks, file);
    const side = (name: "source" | "target"): AnnotatedImage => {
      const shift = oneBased === "shift" ? 1 : 0;
      const size = sizes.get(row[name]);
      const box = marks?.get(row[name])?.box;
      const image: AnnotatedImage = {
        path: row[name],
        keypoints: points[name].map(([x, y]) => [x - shift, y - shift]),
        ...(box && {
          box: [box[0] - shift, box[1] - shift, box[2] - shift, box[3] - shift],
        }),
        ...(size && { size }),
      };
      if (!row.isMirrored) return image;
      // Only a tolerant search leaves it without a picture, hence a size.
      if (size === undefined) return { ...image, edits: [{ kind: "mirror" }] };
      const origin = oneBased === "keep" ? 1 : 0;
      return mirrorAnnotation({ ...image, size }, { origin, rule: mirrorRule });
    };
    const [a, b] = [row.source, row.target].map((path) =>
      basename(path).replace(/\.[^.]+$/, "")
    );
    return {
      id: `${String(index + 1).padStart(6, "0")}-${a}-${b}:${row.category}`,
      category: row.category,
      source: side("source"),
      target: side("target"),
      ...(points.ids && { keypointIds: points.ids }),
    };
  });
  return {
    name: "pf-pascal",
    split,
    threshold: "img",
    origin: oneBased === "keep" ? 1 : 0,
    choices: {
      list: basename(file),
      keypoints: inCsv ? "csv" : "mat",
      oneBased,
      mirrorRule,
    },
    pairs,
  };
}

/** The three families of names, inside the folder and in the usual ones below; beside it too. */
function listNames(root: string, split: string): readonly string[] {
  const splits = ["trn", "train"].includes(split)
    ? [split, split === "trn" ? "train" : "trn"]
    : [split];
  const folders = ["", "image_pairs/", "PF-dataset-PASCAL/"];
  const beside = basename(root) === "PF-dataset-PASCAL"
    ? ["../", "../image_pairs/"]
    : [];
  return splits.flatMap((name) =>
    [`${name}_pairs`, `${name}_pairs_pf_pascal`, `bbox_${name}_pairs_pf_pascal`]
      .flatMap((list) =>
        [...folders, ...beside].map((folder) => `${folder}${list}.csv`)
      )
  );
}

async function readRow(
  row: CsvRow,
  { root, file, find }: {
    readonly root: string;
    readonly file: string;
    readonly find: FindFile;
  },
): Promise<Row> {
  const number = row.number("class");
  const category = CLASSES[number - 1];
  if (category === undefined) {
    refuse(file, `${row.at}, class`, "1 to 20", `${number}`);
  }
  const flip = row.has("flip") ? row.number("flip") : 0;
  if (flip !== 0 && flip !== 1) {
    refuse(file, `${row.at}, flip`, "0 or 1", `${flip}`);
  }
  // Only SFNet's lists have one; what it is measured in they leave open.
  if (row.has("L_pck")) row.number("L_pck");
  const image = (column: string): Promise<string> => {
    const path = row.text(column);
    const bare = `JPEGImages/${basename(path)}`;
    const candidates = [path, `PF-dataset-PASCAL/${bare}`, bare];
    return find(root, candidates, `${file}, ${row.at}, ${column},`);
  };
  const [source, target] = await Promise.all([
    image("source_image"),
    image("target_image"),
  ]);
  return { row, category, source, target, isMirrored: flip === 1 };
}

/** Keypoints of a list that carries them: the same number of each coordinate. */
function csvPoints(
  { row }: Row,
  file: string,
): Record<"source" | "target", readonly Point[]> & { readonly ids?: never } {
  const [xa, ya, xb, yb] = ["XA", "YA", "XB", "YB"].map((c) => row.numbers(c));
  const count = xa!.length;
  for (const [name, list] of Object.entries({ YA: ya!, XB: xb!, YB: yb! })) {
    if (list.length !== count) {
      const wanted = `${count} numbers as in XA`;
      refuse(file, `${row.at}, ${name}`, wanted, `${list.length}`);
    }
  }
  return {
    source: xa!.map((x, k) => [x, ya![k]!]),
    target: xb!.map((x, k) => [x, yb![k]!]),
  };
}

/** Keypoints of the annotations that both pictures show, by their numbers from 0. */
function commonPoints(
  { row, source, target }: Row,
  marks: ReadonlyMap<string, MatKeypoints>,
  file: string,
): Record<"source" | "target", readonly Point[]> & {
  readonly ids: readonly string[];
} {
  const [a, b] = [marks.get(source), marks.get(target)];
  if (a === undefined || b === undefined) {
    return { source: [], target: [], ids: [] };
  }
  if (a.keypoints.length !== b.keypoints.length) {
    const wanted = `two pictures with as many keypoints`;
    const got = `${a.keypoints.length} and ${b.keypoints.length}`;
    refuse(file, row.at, wanted, got);
  }
  const both = a.keypoints.flatMap((p, k) => {
    const q = b.keypoints[k];
    return p === undefined || q === undefined ? [] : [{ k, p, q }];
  });
  if (both.length === 0) {
    refuse(file, row.at, "two pictures with a keypoint in common", "none");
  }
  return {
    source: both.map(({ p }) => p),
    target: both.map(({ q }) => q),
    ids: both.map(({ k }) => String(k)),
  };
}

/** Annotations of all pictures; a tolerant `find` leaves the missing ones out. */
async function readMarks(
  rows: readonly Row[],
  find: FindFile,
): Promise<ReadonlyMap<string, MatKeypoints>> {
  const categories = new Map(
    rows.flatMap(({ source, target, category }) => [
      [source, category] as const,
      [target, category] as const,
    ]),
  );
  const { stat } = await import("node:fs/promises");
  const read = await mapConcurrent([...categories], 16, async (entry) => {
    const [image, category] = entry;
    const name = basename(image).replace(/\.[^.]+$/, ".mat");
    const folder = join(dirname(image), "..", "Annotations");
    const file = await find(folder, [`${category}/${name}`, name], image);
    const isThere = await stat(file).then((s) => s.isFile(), () => false);
    return isThere ? [[image, await readMatKeypoints(file)] as const] : [];
  });
  return new Map(read.flat());
}

/** `[H, W]` of the pictures that are mirrored, where they are there. */
async function readSizes(
  rows: readonly Row[],
): Promise<ReadonlyMap<string, readonly [number, number]>> {
  const paths = new Set(
    rows.filter(({ isMirrored }) => isMirrored)
      .flatMap(({ source, target }) => [source, target]),
  );
  const sizes = await mapConcurrent([...paths], 16, async (path) => {
    const size = await readImageSize(path)();
    // Only a tolerant search leads to a file that is not there.
    if (size._tag === "Left" && size.left._tag === "MissingFile") return [];
    const { width, height } = unwrap(size);
    return [[path, [height, width]] as const] as const;
  });
  return new Map(sizes.flatMap((each) => [...each]));
}
