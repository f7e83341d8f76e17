import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import { refuse, unwrap } from "./_refusal.ts";
import { readBytes } from "./files.ts";
import type { Box, ImagePair, PairSet, Point } from "./image_pair.ts";

/** Fields of a pair's annotation file. */
type Fields = Readonly<Record<string, unknown>>;

/** SPair-71k's layout: a list of names, one JSON file a pair, pictures by category. */
export async function readSpairPairs(
  root: string,
  { split, layout = "large" }: {
    readonly split: string;
    readonly layout?: "large" | "small";
  },
  find: FindFile = findFile,
): Promise<PairSet> {
  const list = await findFile(root, [`Layout/${layout}/${split}.txt`]);
  const lines = new TextDecoder().decode(unwrap(await readBytes(list)()))
    .split("\n").map((line) => line.trim());
  while (lines.at(-1) === "") lines.pop();
  if (lines.length === 0) {
    refuse(list, `split ${split}`, "at least one pair", "none");
  }
  const found = new Map<string, Promise<string>>();
  const pairs = await mapConcurrent(lines, 32, async (line, index) => {
    if (line === "") refuse(list, `line ${index + 1}`, "a pair", "nothing");
    const file = await find(
      root,
      // Windows has no colon in file names; unpacking there makes it an underscore.
      [line, line.replaceAll(":", "_")].map((name) =>
        `PairAnnotation/${split}/${name}.json`
      ),
      `${list}, line ${index + 1},`,
    );
    const bytes = await readBytes(file)();
    const isLost = bytes._tag === "Left" && bytes.left._tag === "MissingFile";
    const pair = isLost
      ? barePair(line, list)
      : readPair(line, parse(unwrap(bytes), file), file);
    const [source, target] = await Promise.all(
      [pair.source, pair.target].map(({ path }) => {
        const image = `JPEGImages/${pair.category}/${path}`;
        if (!found.has(image)) found.set(image, find(root, [image], file));
        return found.get(image)!;
      }),
    );
    return {
      ...pair,
      source: { ...pair.source, path: source! },
      target: { ...pair.target, path: target! },
    };
  });
  return {
    name: "spair",
    split,
    threshold: "bbox",
    ...(layout === "small" && { choices: { layout } }),
    pairs,
  };
}

/** What the name of a pair says of it; only a tolerant search gets here. */
function barePair(line: string, list: string): ImagePair {
  const [, source, target, category] =
    line.match(/^\d+-(.+)-(.+)[:_]([^:_]+)$/) ?? [];
  if (!source || !target || !category) {
    refuse(list, line, "NUMBER-SOURCE-TARGET:CATEGORY", line);
  }
  const side = (name: string) => ({ path: `${name}.jpg`, keypoints: [] });
  return { id: line, category, source: side(source), target: side(target) };
}

function parse(bytes: Uint8Array, file: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    refuse(file, "file", "JSON", String(cause), cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    refuse(file, "file", "a JSON object", JSON.stringify(value).slice(0, 40));
  }
  return value as Fields;
}

/** A pair whose paths are bare names yet, keypoints checked against the annotated sizes. */
function readPair(id: string, fields: Fields, file: string): ImagePair {
  const side = (prefix: "src" | "trg"): ImagePair["source"] => {
    const size = numbers(fields, `${prefix}_imsize`, file);
    const [width, height] = size;
    if (width === undefined || height === undefined) {
      refuse(file, `${prefix}_imsize`, "[W, H, C]", `[${size}]`);
    }
    return {
      path: text(fields, `${prefix}_imname`, file),
      keypoints: points(fields, `${prefix}_kps`, file),
      box: box(fields, `${prefix}_bndbox`, file),
      size: [height, width],
    };
  };
  const [source, target] = [side("src"), side("trg")];
  if (source.keypoints.length !== target.keypoints.length) {
    refuse(
      file,
      "trg_kps",
      `${source.keypoints.length} points as src_kps`,
      `${target.keypoints.length}`,
    );
  }
  const pair = {
    id,
    category: text(fields, "category", file),
    source,
    target,
    ...("kps_ids" in fields &&
      { keypointIds: ids(fields, source.keypoints.length, file) }),
    ...difficulty(fields, file),
  };
  for (const prefix of ["src", "trg"] as const) {
    const { keypoints, size } = prefix === "src" ? source : target;
    const [height, width] = size!;
    keypoints.forEach(([x, y], k) => {
      if (!(x >= 0 && x <= width && y >= 0 && y <= height)) {
        refuse(
          file,
          `${prefix}_kps[${k}]`,
          `inside ${width} x ${height} pixels`,
          `[${x}, ${y}]`,
        );
      }
    });
  }
  return pair;
}

/** Grades of a pair; none where the file has none, all where it has one. */
function difficulty(
  fields: Fields,
  file: string,
): Pick<ImagePair, "difficulty"> {
  const names = [
    "viewpoint_variation",
    "scale_variation",
    "truncation",
    "occlusion",
  ] as const;
  if (!names.some((name) => name in fields)) return {};
  const [viewpointVariation, scaleVariation, truncation, occlusion] = names.map(
    (name, i) => {
      const most = i < 2 ? 2 : 3;
      const value = fields[name];
      if (Number.isInteger(value)) {
        const grade = value as number;
        if (grade >= 0 && grade <= most) return grade;
      }
      const got = JSON.stringify(value) ?? "nothing";
      refuse(file, name, `a whole number of 0 to ${most}`, got);
    },
  ) as [number, number, number, number];
  return {
    difficulty: { viewpointVariation, scaleVariation, truncation, occlusion },
  };
}

/** Names of the keypoints; SPair writes them as text or as numbers. */
function ids(fields: Fields, count: number, file: string): readonly string[] {
  const value = fields["kps_ids"];
  if (Array.isArray(value) && value.length === count) return value.map(String);
  refuse(
    file,
    "kps_ids",
    `${count} names, one a keypoint`,
    JSON.stringify(value) ?? "nothing",
  );
}

function text(fields: Fields, name: string, file: string): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "") return value;
  refuse(file, name, "a name", JSON.stringify(value) ?? "nothing");
}

function numbers(
  fields: Fields,
  name: string,
  file: string,
): readonly number[] {
  const value = fields[name];
  if (isNumbers(value)) return value;
  refuse(file, name, "a list of numbers", JSON.stringify(value) ?? "nothing");
}

function box(fields: Fields, name: string, file: string): Box {
  const [x1, y1, x2, y2, ...rest] = numbers(fields, name, file);
  const whole = x1 !== undefined && y1 !== undefined && x2 !== undefined &&
    y2 !== undefined && rest.length === 0;
  if (whole && x1 < x2 && y1 < y2) return [x1, y1, x2, y2];
  refuse(
    file,
    name,
    "[x1, y1, x2, y2] with x1 < x2 and y1 < y2",
    JSON.stringify(fields[name]),
  );
}

function points(fields: Fields, name: string, file: string): readonly Point[] {
  const value = fields[name];
  if (!Array.isArray(value) || value.length === 0) {
    refuse(
      file,
      name,
      "a list of at least one [x, y]",
      JSON.stringify(value) ?? "nothing",
    );
  }
  return value.map((point: unknown, k): Point => {
    const [x, y, ...rest] = isNumbers(point) ? point : [];
    if (x !== undefined && y !== undefined && rest.length === 0) return [x, y];
    refuse(file, `${name}[${k}]`, "[x, y]", JSON.stringify(point));
  });
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((x) => Number.isFinite(x));
}
