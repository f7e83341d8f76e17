/**
 * Reference cases on disk: one JSON file, one case or one backbone.
 *
 * @module
 */

import type { Result } from "../../core/result.ts";
import { type DataError, malformedFile } from "../../data/data_error.ts";
import { left, right } from "../_result.ts";
import { sizeOf } from "../_size_of.ts";

/** A tensor as JSON holds it. */
export interface CaseTensor {
  /** Axis lengths; `[]` for a plain number. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: readonly number[];
}

/** Named tensors of a case, nested maps flattened to `params.conv1.weight`. */
export type CaseTensors = Readonly<Record<string, CaseTensor>>;

/** One evaluation of one operation, with what it must give. */
export interface ReferenceCase {
  /** File it came from. */
  readonly file: string;
  /** Operation, such as `correlate`. */
  readonly op: string;
  /** Plain options of the operation. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Tensors in. */
  readonly inputs: CaseTensors;
  /** Tensors out, and gradients `grad*` by inputs. */
  readonly expected: CaseTensors;
  /** `|got - want| <= tolerance (1 + |want|)` for every element. */
  readonly tolerance: number;
}

/** A backbone with weights in a file beside, and features it must give. */
export interface ReferenceModel {
  /** File it came from. */
  readonly file: string;
  /** `safetensors` file of the weights, in the same folder. */
  readonly weights: string;
  /** How the `.pth` file beside it wraps the same weights. */
  readonly checkpoint: {
    /** Dict that holds them; empty where they lie at the top. */
    readonly key: string;
    /** What stands before their names. */
    readonly prefix: string;
  };
  /** Family, such as `resnet`. */
  readonly arch: string;
  /** Its configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Inputs and features; `op` is the family. */
  readonly cases: readonly ReferenceCase[];
}

/**
 * Decodes one file of reference cases.
 *
 * @param text JSON text.
 * @param file Where it came from, for errors.
 * @returns A case or a model, or what is wrong with which field.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { decodeReference } from "@simsc/core/runs";
 *
 * const softmax = {
 *   op: "softmaxMap",
 *   options: { beta: 1 },
 *   inputs: { maps: { shape: [1, 1, 2], data: [0, 0] } },
 *   expected: { value: { shape: [1, 1, 2], data: [0.5, 0.5] } },
 *   tolerance: 1e-6,
 * };
 * const decoded = decodeReference(JSON.stringify(softmax), "softmax.json");
 * equal(decoded._tag === "Right" && "op" in decoded.right, true);
 * const { tolerance: _, ...less } = softmax;
 * const refused = decodeReference(JSON.stringify(less), "softmax.json");
 * equal(
 *   refused._tag === "Left" && refused.left.message,
 *   'softmax.json: "tolerance" must be a number: got nothing',
 * );
 * ```
 */
export function decodeReference(
  text: string,
  file: string,
): Result<DataError, ReferenceCase | ReferenceModel> {
  try {
    const json = object(parse(text, file), "file", file);
    return right(
      "arch" in json ? decodeModel(json, file) : decodeCase(json, file),
    );
  } catch (error) {
    if (error instanceof Malformed) return left(error.error);
    throw error;
  }
}

/** Carries a DataError out of the nested decoders of this file alone. */
class Malformed extends Error {
  readonly error: DataError;
  constructor(file: string, field: string, wanted: string, got: unknown) {
    super(field);
    this.error = malformedFile(file, field, wanted, describe(got));
  }
}

type Json = Readonly<Record<string, unknown>>;

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Malformed(file, "file", "JSON", (error as Error).message);
  }
}

function decodeCase(json: Json, file: string): ReferenceCase {
  return {
    file,
    op: text(json["op"], "op", file),
    options: object(json["options"], "options", file),
    inputs: tensors(json["inputs"], "inputs", file),
    expected: tensors(json["expected"], "expected", file),
    tolerance: number(json["tolerance"], "tolerance", file),
  };
}

function decodeModel(json: Json, file: string): ReferenceModel {
  const arch = text(json["arch"], "arch", file);
  const cases = json["cases"];
  const wrapped = object(json["checkpoint"] ?? {}, "checkpoint", file);
  if (!Array.isArray(cases)) {
    throw new Malformed(file, "cases", "a list", cases);
  }
  return {
    file,
    weights: file.replace(/\.json$/, ".safetensors"),
    checkpoint: {
      key: text(wrapped["key"] ?? "", "checkpoint.key", file),
      prefix: text(wrapped["prefix"] ?? "", "checkpoint.prefix", file),
    },
    arch,
    config: object(json["config"], "config", file),
    cases: cases.map((item: unknown, i): ReferenceCase => {
      const field = `cases[${i}]`;
      const entry = object(item, field, file);
      return {
        file: `${file} ${field}`,
        op: arch,
        options: object(entry["options"] ?? {}, `${field}.options`, file),
        inputs: tensors({ images: entry["input"] }, field, file),
        expected: tensors({ features: entry["features"] }, field, file),
        tolerance: number(entry["tolerance"], `${field}.tolerance`, file),
      };
    }),
  };
}

function tensors(value: unknown, field: string, file: string): CaseTensors {
  const entries = Object.entries(object(value, field, file));
  return Object.fromEntries(
    entries.flatMap(([name, item]): [string, CaseTensor][] => {
      const place = `${field}.${name}`;
      if (typeof item === "number") {
        return [[name, { shape: [], data: [item] }]];
      }
      const record = object(item, place, file);
      if (!("shape" in record && "data" in record)) {
        return Object.entries(tensors(record, place, file)).map((
          [inner, tensor],
        ) => [`${name}.${inner}`, tensor]);
      }
      return [[name, tensor(record, place, file)]];
    }),
  );
}

function tensor(record: Json, place: string, file: string): CaseTensor {
  const shape = numbers(record["shape"], `${place}.shape`, file);
  const data = numbers(record["data"], `${place}.data`, file);
  const size = sizeOf(shape);
  if (data.length !== size) {
    throw new Malformed(file, `${place}.data`, `${size} numbers`, data.length);
  }
  return { shape, data };
}

function numbers(value: unknown, place: string, file: string): number[] {
  if (Array.isArray(value) && value.every((x) => typeof x === "number")) {
    return value;
  }
  throw new Malformed(file, place, "a list of numbers", value);
}

function object(value: unknown, place: string, file: string): Json {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Json;
  }
  throw new Malformed(file, place, "an object", value);
}

function text(value: unknown, place: string, file: string): string {
  if (typeof value === "string") return value;
  throw new Malformed(file, place, "a string", value);
}

function number(value: unknown, place: string, file: string): number {
  if (typeof value === "number") return value;
  throw new Malformed(file, place, "a number", value);
}

function describe(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
