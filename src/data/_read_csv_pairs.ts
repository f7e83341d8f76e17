import { basename, dirname } from "node:path";
import { readCsvCells } from "./_csv_table.ts";
import { readMatPoints } from "./_read_mat_points.ts";
import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import { refuse, unwrap } from "./_refusal.ts";
import { counted } from "./counted.ts";
import { readBytes } from "./files.ts";
import type { ImagePair, PairSet, Point } from "./image_pair.ts";

/** Where each field of a row is. */
interface Columns {
  readonly count: number;
  readonly imageA: number;
  readonly imageB: number;
  /** -1 in a format without one. */
  readonly category: number;
  /** First column of each list of coordinates, `keypoints` columns long. */
  readonly lists: Readonly<Record<"XA" | "YA" | "XB" | "YB", number>>;
  readonly keypoints: number;
}

/** One row, its pictures not looked for yet. */
interface Row {
  /** Line in the file, the header being line 1. */
  readonly line: number;
  readonly imageA: string;
  readonly imageB: string;
  readonly category: string;
  readonly pointsA: readonly Point[];
  readonly pointsB: readonly Point[];
}

/** The formats with one csv row a pair: PF-WILLOW and WILLOW-ObjectClass. */
export async function readCsvPairs(
  root: string,
  options: {
    readonly format: "pf-willow" | "willow";
    readonly split: string;
    readonly keypoints: "csv" | "mat";
  },
  find: FindFile = findFile,
): Promise<PairSet> {
  const { format, split } = options;
  const names = [
    `${split}_pairs.csv`,
    `${split}_pairs_pf.csv`,
    `bbox_${split}_pairs_pf.csv`,
  ];
  const file = await findFile(root, [
    ...names,
    ...names.map((name) => `PF-dataset/${name}`),
  ]);
  const rows = readRows(unwrap(await readBytes(file)()), file, options);
  const images = await findImages(rows, { root, file, find });
  const points = options.keypoints === "mat"
    ? await readMatPoints([...new Set(images.values())], {
      count: rows[0]!.pointsA.length,
      csv: file,
    })
    : undefined;
  const pairs = rows.map((row, index): ImagePair => {
    const source = images.get(row.imageA)!;
    const target = images.get(row.imageB)!;
    const names = [source, target].map((path) =>
      basename(path).replace(/\.[^.]+$/, "")
    );
    return {
      id: `${String(index + 1).padStart(6, "0")}-${
        names.join("-")
      }:${row.category}`,
      category: row.category,
      source: { path: source, keypoints: points?.get(source) ?? row.pointsA },
      target: { path: target, keypoints: points?.get(target) ?? row.pointsB },
      keypointIds: row.pointsA.map((_, k) => String(k + 1)),
    };
  });
  // Made with MATLAB, which counts from 1.
  return { name: format, split, threshold: "kps", origin: 1, pairs };
}

function readRows(
  bytes: Uint8Array,
  file: string,
  { format, split }: {
    readonly format: "pf-willow" | "willow";
    readonly split: string;
  },
): readonly Row[] {
  const { header, rows } = readCsvCells(bytes, file);
  const columns = readHeader(header, file, format);
  if (rows.length === 0) {
    refuse(file, `split ${split}`, "at least one pair", "none");
  }
  return rows.map(({ row: line, cells: row }) => {
    if (row.length !== columns.count) {
      refuse(
        file,
        `row ${line}`,
        `${counted(columns.count, "column")} as in the header`,
        `${row.length}`,
      );
    }
    const text = (column: number): string => {
      const cell = row[column]!.trim();
      if (cell !== "") return cell;
      refuse(file, `row ${line}, ${header[column]}`, "not empty", "nothing");
    };
    const number = (column: number): number => {
      const cell = row[column]!.trim();
      const value = cell === "" ? NaN : Number(cell);
      if (Number.isFinite(value)) return value;
      refuse(
        file,
        `row ${line}, ${header[column]}`,
        "a number",
        JSON.stringify(cell),
      );
    };
    const points = (x: number, y: number): readonly Point[] =>
      Array.from(
        { length: columns.keypoints },
        (_, k) => [number(x + k), number(y + k)],
      );
    const { lists } = columns;
    const imageA = text(columns.imageA);
    return {
      line,
      imageA,
      imageB: text(columns.imageB),
      category: columns.category < 0
        ? basename(dirname(imageA))
        : text(columns.category),
      pointsA: points(lists.XA, lists.YA),
      pointsB: points(lists.XB, lists.YB),
    };
  });
}

function readHeader(
  header: readonly string[],
  file: string,
  format: "pf-willow" | "willow",
): Columns {
  const find = (name: string): number => {
    const column = header.indexOf(name);
    if (column >= 0) return column;
    refuse(
      file,
      "header",
      `one with a column ${name} for format ${format}`,
      header.slice(0, 4).join(",") + ",...",
    );
  };
  const lists = {
    XA: find("XA1"),
    YA: find("YA1"),
    XB: find("XB1"),
    YB: find("YB1"),
  };
  const keypoints = header.filter((name) => /^XA\d+$/.test(name)).length;
  for (const [list, first] of Object.entries(lists)) {
    for (let k = 0; k < keypoints; k++) {
      if (header[first + k] !== `${list}${k + 1}`) {
        refuse(
          file,
          `header, column ${first + k + 1}`,
          `${list}${k + 1}`,
          header[first + k] ?? "nothing",
        );
      }
    }
  }
  return {
    count: header.length,
    imageA: find("imageA"),
    imageB: find("imageB"),
    category: format === "willow" ? find("class") : -1,
    lists,
    keypoints,
  };
}

/** File of every picture named; lists name them with `PF-dataset/` in front or without. */
async function findImages(
  rows: readonly Row[],
  { root, file, find }: {
    readonly root: string;
    readonly file: string;
    readonly find: FindFile;
  },
): Promise<ReadonlyMap<string, string>> {
  const namedBy = new Map<string, string>();
  for (const row of rows) {
    for (const column of ["imageA", "imageB"] as const) {
      if (!namedBy.has(row[column])) {
        namedBy.set(row[column], `${file}, row ${row.line}, ${column},`);
      }
    }
  }
  const found = await mapConcurrent([...namedBy], 16, async ([path, by]) => {
    const bare = path.replace(/^[^/]+\//, "");
    const candidates = [path, `PF-dataset/${path}`, bare];
    return [path, await find(root, candidates, by)] as const;
  });
  return new Map(found);
}
