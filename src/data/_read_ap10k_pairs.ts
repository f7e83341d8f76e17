import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type FindFile, findFile, mapConcurrent } from "./_find_file.ts";
import {
  type Fields,
  numbersField,
  parseFields,
  textField,
} from "./_json_fields.ts";
import { Refusal, refuse, unwrap } from "./_refusal.ts";
import { missingFile } from "./data_error.ts";
import { readBytes } from "./files.ts";
import type {
  AnnotatedImage,
  Box,
  ImagePair,
  PairSet,
  Point,
} from "./image_pair.ts";
import { READING_DEFAULTS } from "./read_pairs.ts";
import { permutation, streamOf } from "./_random.ts";

/** What COCO's annotation of one animal says. */
interface Animal {
  readonly image: AnnotatedImage;
  /** By number; those that are not in sight are `undefined`. */
  readonly points: readonly (Point | undefined)[];
}

/** Names the draw of a part of the pairs, as the published evaluations do theirs. */
const SEED = 42;

/** AP-10K in the layout of GeoAware-SC: a JSON file a pair that names two of pictures. */
export async function readAp10kPairs(
  root: string,
  { split, perCategory = READING_DEFAULTS.perCategory }: {
    readonly split: string;
    /** Pairs of a category; 0 for all. */
    readonly perCategory?: number;
  },
  find: FindFile = findFile,
): Promise<PairSet> {
  const folder = join(root, "PairAnnotation", split);
  const entries: readonly string[] | undefined = await readdir(folder)
    .catch(() => undefined);
  if (entries === undefined) throw new Refusal(missingFile(folder));
  const names = entries.filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0) {
    refuse(folder, `split ${split}`, "at least one pair", "none");
  }
  const chosen = perCategory === 0 ? names : drawn(names, perCategory);
  const animals = new Map<string, Promise<Animal>>();
  const animal = (annotation: string, namedBy: string) => {
    const known = animals.get(annotation) ??
      readAnimal(root, { annotation, namedBy, find });
    animals.set(annotation, known);
    return known;
  };
  const pairs = await mapConcurrent(chosen, 16, async (name) => {
    const file = join(folder, name);
    const fields = parseFields(unwrap(await readBytes(file)()), file);
    const [source, target] = await Promise.all(
      ["src_json_path", "trg_json_path"].map((field) =>
        animal(annotationOf(fields, field, file), `${file}, ${field},`)
      ),
    );
    const id = name.slice(0, -".json".length);
    return asPair(id, { source: source!, target: target!, file });
  });
  return {
    name: "ap-10k",
    split,
    threshold: "bbox",
    choices: {
      sampling: perCategory === 0
        ? "all pairs"
        : `${perCategory} pairs a category, without replacement, seed ${SEED}`,
    },
    pairs,
  };
}

/** What a pair shows is behind the colon of its name, which Windows writes otherwise. */
function categoryOf(id: string): string {
  return id.match(/^\d+-\d+[:_](.+)$/)?.[1] ?? "animal";
}

function drawn(
  names: readonly string[],
  perCategory: number,
): readonly string[] {
  const categories = Map.groupBy(
    names,
    (name) => categoryOf(name.slice(0, -".json".length)),
  );
  const kept = [...categories].flatMap(([category, all]) => {
    const state = streamOf(SEED, "ap-10k", category);
    const [order] = permutation(state, all.length);
    return order.slice(0, perCategory).map((i) => all[i]!);
  });
  return kept.sort();
}

/** The published paths start at the folder of the program that made them. */
function annotationOf(fields: Fields, name: string, file: string): string {
  const path = textField(fields, name, file).replaceAll("\\", "/");
  const [, within] = path.match(/(?:^|\/)ImageAnnotation\/(.+\.json)$/) ?? [];
  if (within !== undefined && !within.split("/").includes("..")) return within;
  refuse(file, name, "a path with ImageAnnotation/…json", JSON.stringify(path));
}

async function readAnimal(
  root: string,
  { annotation, namedBy, find }: {
    readonly annotation: string;
    readonly namedBy: string;
    readonly find: FindFile;
  },
): Promise<Animal> {
  const file = await find(root, [`ImageAnnotation/${annotation}`], namedBy);
  const bare = annotation.replace(/\.json$/, ".jpg");
  const path = await find(root, [`JPEGImages/${bare}`], namedBy);
  const bytes = await readBytes(file)();
  // Only a tolerant search leads to what is not there.
  if (bytes._tag === "Left" && bytes.left._tag === "MissingFile") {
    return { image: { path, keypoints: [] }, points: [] };
  }
  const fields = parseFields(unwrap(bytes), file);
  const flat = numbersField(fields, "keypoints", file);
  if (flat.length === 0 || flat.length % 3 !== 0) {
    refuse(file, "keypoints", "[x, y, v] of each, in a row", `${flat.length}`);
  }
  const points = Array.from({ length: flat.length / 3 }, (_, k) => {
    const [x, y, seen] = flat.slice(3 * k, 3 * k + 3) as [
      number,
      number,
      number,
    ];
    return seen === 2 ? [x, y] as const : undefined;
  });
  const [width, height] = ["width", "height"].map((name) => {
    const value = fields[name];
    if (Number.isInteger(value) && Number(value) > 0) return Number(value);
    refuse(
      file,
      name,
      "a whole number >= 1",
      JSON.stringify(value) ?? "nothing",
    );
  }) as [number, number];
  const image = { path, keypoints: [], box: boxOf(fields, file) };
  return { image: { ...image, size: [height, width] }, points };
}

/** COCO writes left, top, width and height. */
function boxOf(fields: Fields, file: string): Box {
  const [x, y, w, h, ...rest] = numbersField(fields, "bbox", file);
  if (x !== undefined && y !== undefined && w! > 0 && h! > 0 && !rest.length) {
    return [x, y, x + w!, y + h!];
  }
  const got = JSON.stringify(fields["bbox"]);
  refuse(file, "bbox", "[left, top, width, height], both > 0", got);
}

function asPair(
  id: string,
  { source, target, file }: {
    readonly source: Animal;
    readonly target: Animal;
    readonly file: string;
  },
): ImagePair {
  const both = source.points.flatMap((p, k) => {
    const q = target.points[k];
    return p === undefined || q === undefined ? [] : [{ k, p, q }];
  });
  const isKnown = source.points.length > 0 && target.points.length > 0;
  if (isKnown && both.length === 0) {
    const wanted = "two animals with a keypoint in sight of both";
    refuse(file, basename(file), wanted, "none");
  }
  return {
    id,
    category: categoryOf(id),
    source: { ...source.image, keypoints: both.map(({ p }) => p) },
    target: { ...target.image, keypoints: both.map(({ q }) => q) },
    keypointIds: both.map(({ k }) => String(k)),
  };
}
