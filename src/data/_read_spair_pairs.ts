import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import {
  boxField,
  type Fields,
  numbersField,
  parseFields,
  pointsField,
  textField,
} from "./_json_fields.ts";
import { refuse, unwrap } from "./_refusal.ts";
import { counted } from "./counted.ts";
import { readBytes } from "./files.ts";
import type { ImagePair, PairSet } from "./image_pair.ts";
import { READING_DEFAULTS } from "./read_pairs.ts";

/** SPair-71k's layout: a list of names, one JSON file a pair, pictures by category. */
export async function readSpairPairs(
  root: string,
  { split, layout = READING_DEFAULTS.layout }: {
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
      : readPair(line, parseFields(unwrap(bytes), file), file);
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

/** A pair whose paths are bare names yet, keypoints checked against the annotated sizes. */
function readPair(id: string, fields: Fields, file: string): ImagePair {
  const side = (prefix: "src" | "trg"): ImagePair["source"] => {
    const size = numbersField(fields, `${prefix}_imsize`, file);
    const [width, height] = size;
    if (width === undefined || height === undefined) {
      refuse(file, `${prefix}_imsize`, "[W, H, C]", `[${size}]`);
    }
    return {
      path: textField(fields, `${prefix}_imname`, file),
      keypoints: pointsField(fields, `${prefix}_kps`, file),
      box: boxField(fields, `${prefix}_bndbox`, file),
      size: [height, width],
    };
  };
  const [source, target] = [side("src"), side("trg")];
  if (source.keypoints.length !== target.keypoints.length) {
    refuse(
      file,
      "trg_kps",
      `${counted(source.keypoints.length, "point")} as src_kps`,
      `${target.keypoints.length}`,
    );
  }
  const pair = {
    id,
    category: textField(fields, "category", file),
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
