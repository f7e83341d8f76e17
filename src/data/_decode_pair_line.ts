import {
  boxField,
  type Fields,
  numbersField,
  pointsField,
  textField,
} from "./_json_fields.ts";
import { refuse } from "./_refusal.ts";
import { counted } from "./counted.ts";
import type {
  AnnotatedImage,
  ImagePair,
  PairDifficulty,
} from "./image_pair.ts";

/** A line, its pictures not looked for yet. */
export interface PairLine {
  readonly at: string;
  readonly split: string | undefined;
  readonly pair: ImagePair;
}

const PAIR = ["id", "split", "category", "source", "target"];
const SIDE = ["path", "keypoints", "box", "size", "mirrored"];
const GRADES = {
  viewpointVariation: 2,
  scaleVariation: 2,
  truncation: 3,
  occlusion: 3,
} as const;

/** Checks one line of a file of pairs, field by field. */
export function decodePairLine(
  text: string,
  { file, at, isOwn }: {
    readonly file: string;
    readonly at: string;
    /** Whether the file is of one split alone. */
    readonly isOwn: boolean;
  },
): PairLine {
  let fields: Fields;
  try {
    fields = JSON.parse(text);
  } catch (cause) {
    refuse(file, at, "JSON", (cause as Error).message, cause);
  }
  const pair = labelled(fields, { file, at, prefix: `${at}, ` });
  const known = [...PAIR, "keypointIds", "difficulty"];
  checkNames(fields, known, { file, at });
  const name = (field: string) => `${at}, ${field}`;
  const split = isOwn && fields["split"] === undefined
    ? undefined
    : textField(pair, name("split"), file);
  const side = (which: "source" | "target"): AnnotatedImage =>
    decodeSide(fields[which], { file, at: name(which) });
  const [source, target] = [side("source"), side("target")];
  const count = source.keypoints.length;
  if (target.keypoints.length !== count) {
    const wanted = `${counted(count, "point")} as in the source`;
    const got = `${target.keypoints.length}`;
    refuse(file, name("target.keypoints"), wanted, got);
  }
  const ids = fields["keypointIds"];
  const isIds = Array.isArray(ids) && ids.length === count &&
    ids.every((id) => typeof id === "string" || typeof id === "number") &&
    new Set(ids.map(String)).size === count;
  if (ids !== undefined && !isIds) {
    const wanted = `${count} different names, one a keypoint`;
    refuse(file, name("keypointIds"), wanted, JSON.stringify(ids));
  }
  return {
    at,
    split,
    pair: {
      id: fields["id"] === undefined
        ? at.replace("line ", "")
        : textField(pair, name("id"), file),
      category: fields["category"] === undefined
        ? "object"
        : textField(pair, name("category"), file),
      source,
      target,
      ...(isIds && { keypointIds: ids.map(String) }),
      ...(fields["difficulty"] !== undefined &&
        { difficulty: decodeGrades(fields["difficulty"], { file, at }) }),
    },
  };
}

function decodeSide(
  value: unknown,
  { file, at }: { readonly file: string; readonly at: string },
): AnnotatedImage {
  const side = labelled(value, { file, at, prefix: `${at}.` });
  const fields = value as Fields;
  checkNames(fields, SIDE, { file, at });
  const { mirrored } = fields;
  if (mirrored !== undefined && typeof mirrored !== "boolean") {
    const got = JSON.stringify(mirrored);
    refuse(file, `${at}.mirrored`, "true or false", got);
  }
  const size = fields["size"] === undefined
    ? undefined
    : numbersField(side, `${at}.size`, file);
  const isSize = size?.length === 2 &&
    size.every((n) => Number.isInteger(n) && n > 0);
  if (size !== undefined && !isSize) {
    refuse(file, `${at}.size`, "[width, height]", `[${size}]`);
  }
  return {
    path: textField(side, `${at}.path`, file),
    keypoints: pointsField(side, `${at}.keypoints`, file),
    ...(fields["box"] !== undefined &&
      { box: boxField(side, `${at}.box`, file) }),
    ...(size && { size: [size[1]!, size[0]!] as const }),
    ...(mirrored && { edits: [{ kind: "mirror" }] as const }),
  };
}

function decodeGrades(
  value: unknown,
  { file, at }: { readonly file: string; readonly at: string },
): PairDifficulty {
  const path = `${at}, difficulty`;
  labelled(value, { file, at: path, prefix: "" });
  const fields = value as Fields;
  checkNames(fields, Object.keys(GRADES), { file, at: path });
  for (const [name, most] of Object.entries(GRADES)) {
    const grade = fields[name];
    const isGrade = Number.isInteger(grade) && Number(grade) >= 0 &&
      Number(grade) <= most;
    if (isGrade) continue;
    const wanted = `a whole number of 0 to ${most}`;
    refuse(file, `${path}.${name}`, wanted, JSON.stringify(grade) ?? "nothing");
  }
  return fields as unknown as PairDifficulty;
}

/** Fields under the names that errors give them. */
function labelled(
  value: unknown,
  { file, at, prefix }: {
    readonly file: string;
    readonly at: string;
    readonly prefix: string;
  },
): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const got = JSON.stringify(value)?.slice(0, 40) ?? "nothing";
    refuse(file, at, "an object", got);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [`${prefix}${name}`, field]),
  );
}

/** A name with a typo would be data that is silently left out. */
function checkNames(
  fields: Fields,
  known: readonly string[],
  { file, at }: { readonly file: string; readonly at: string },
): void {
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  refuse(file, at, `an object of ${known.join(", ")}`, unknown);
}
