import type { Result } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { decodeSafetensors, type NamedTensors } from "../data/safetensors.ts";
import { isObject } from "./_is_object.ts";
import { left, right } from "./_result.ts";
import {
  type AdamMoments,
  type Architecture,
  type BestMetric,
  type Checkpoint,
  CHECKPOINT_VERSION,
} from "./checkpoint.ts";
import type { JsonObject } from "./json.ts";
import type { OtherVersion } from "./run_error.ts";

/** What `simsc.state` holds. */
interface State {
  readonly step: number;
  readonly epoch: number;
  readonly order: { readonly seed: number; readonly position: number };
  readonly best: BestMetric | null;
  readonly adam?: { readonly step: number };
}

/** Carries an error out of nested checks; never leaves this file. */
class Refusal extends Error {
  /** What the caller gets. */
  readonly error: DataError | OtherVersion;

  /** Wraps `error`. */
  constructor(error: DataError | OtherVersion) {
    super(error.message);
    this.error = error;
  }
}

/**
 * Reads what {@linkcode encodeCheckpoint} wrote. The version is looked at
 * first, so that a file of a later layout is told apart from a broken one.
 *
 * @param bytes Content of the file.
 * @param file Its path, for errors.
 * @returns The checkpoint, {@linkcode OtherVersion}, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { encodeSafetensors } from "@simsc/core/data";
 * import { decodeCheckpoint } from "@simsc/core/runs";
 *
 * const later = encodeSafetensors({}, { "simsc.version": "2" });
 * const decoded = decodeCheckpoint(later, "last.safetensors");
 * equal(decoded._tag === "Left" && decoded.left._tag, "OtherVersion");
 * const weights = decodeCheckpoint(encodeSafetensors({}), "resnet.safetensors");
 * equal(weights._tag === "Left" && weights.left._tag, "MalformedFile");
 * ```
 */
export function decodeCheckpoint(
  bytes: Uint8Array,
  file: string,
): Result<DataError | OtherVersion, Checkpoint> {
  const decoded = decodeSafetensors(bytes, file);
  if (decoded._tag === "Left") return decoded;
  try {
    const { tensors, metadata } = decoded.right;
    checkVersion(metadata, file);
    const architecture = readArchitecture(metadata, file);
    const config = readJson(metadata, "simsc.config", file);
    const { adam, ...state } = readState(metadata, file);
    const { parameters, m, v } = sortTensors(tensors, file);
    const moments = adam && { adam: joinMoments(adam, parameters, m, v, file) };
    if (adam === undefined && Object.keys({ ...m, ...v }).length > 0) {
      refuse(file, "simsc.state.adam", "present beside adam.*", "nothing");
    }
    return right({
      version: CHECKPOINT_VERSION,
      architecture,
      config,
      ...state,
      parameters,
      ...moments,
    });
  } catch (thrown) {
    if (thrown instanceof Refusal) return left(thrown.error);
    throw thrown;
  }
}

type Metadata = Readonly<Record<string, string>>;

function checkVersion(metadata: Metadata, file: string): void {
  const field = "simsc.version";
  const found = metadata[field];
  const wanted = String(CHECKPOINT_VERSION);
  if (found === undefined) {
    refuse(file, field, `${wanted} (a checkpoint of a run)`, "nothing");
  }
  if (found !== wanted) {
    throw new Refusal({
      _tag: "OtherVersion",
      file,
      field,
      found,
      wanted,
      message: `${file}: "${field}" must be ${wanted}: got ${found}`,
    });
  }
}

function readArchitecture(metadata: Metadata, file: string): Architecture {
  const key = "simsc.architecture";
  const { backbone, temperature } = readJson(metadata, key, file);
  if (!isJsonObject(backbone)) {
    refuse(file, `${key}.backbone`, "an object", JSON.stringify(backbone));
  }
  if (!isJsonObject(temperature)) {
    refuse(
      file,
      `${key}.temperature`,
      "an object",
      JSON.stringify(temperature),
    );
  }
  return { backbone, temperature };
}

function readState(metadata: Metadata, file: string): State {
  const key = "simsc.state";
  const json = readJson(metadata, key, file);
  const counter = (object: JsonObject, name: string, path: string): number => {
    const value = object[name];
    return typeof value === "number" && Number.isSafeInteger(value) &&
        value >= 0
      ? value
      : refuse(file, path, "a whole number >= 0", JSON.stringify(value));
  };
  const object = (name: string): JsonObject => {
    const value = json[name];
    return isObject(value)
      ? value
      : refuse(file, `${key}.${name}`, "an object", JSON.stringify(value));
  };
  const order = object("order");
  return {
    step: counter(json, "step", `${key}.step`),
    epoch: counter(json, "epoch", `${key}.epoch`),
    order: {
      seed: counter(order, "seed", `${key}.order.seed`),
      position: counter(order, "position", `${key}.order.position`),
    },
    best: json["best"] === null ? null : readBest(object("best"), file),
    ...(json["adam"] !== undefined &&
      { adam: { step: counter(object("adam"), "step", `${key}.adam.step`) } }),
  };
}

function readBest({ name, value, step }: JsonObject, file: string): BestMetric {
  const isStep = typeof step === "number" && Number.isSafeInteger(step);
  if (typeof name !== "string" || typeof value !== "number" || !isStep) {
    const got = JSON.stringify({ name, value, step });
    refuse(file, "simsc.state.best", "a name, a value and a step", got);
  }
  return { name, value, step };
}

function readJson(metadata: Metadata, key: string, file: string): JsonObject {
  const text = metadata[key];
  if (text === undefined) refuse(file, key, "a JSON object", "nothing");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    refuse(file, key, "a JSON object", "something else", cause);
  }
  return isJsonObject(value) ? value : refuse(file, key, "a JSON object", text);
}

const PREFIXES = {
  parameters: "parameters.",
  m: "adam.m.",
  v: "adam.v.",
} as const;

type Sorted = Readonly<Record<keyof typeof PREFIXES, NamedTensors>>;

function sortTensors(tensors: NamedTensors, file: string): Sorted {
  const prefixes = Object.values(PREFIXES);
  for (const name of Object.keys(tensors)) {
    if (!prefixes.some((prefix) => name.startsWith(prefix))) {
      refuse(
        file,
        name,
        `a name that starts with ${prefixes.join(" or ")}`,
        name,
      );
    }
  }
  const under = (prefix: string): NamedTensors =>
    Object.fromEntries(
      Object.entries(tensors)
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  return {
    parameters: under(PREFIXES.parameters),
    m: under(PREFIXES.m),
    v: under(PREFIXES.v),
  };
}

function joinMoments(
  { step }: { readonly step: number },
  parameters: NamedTensors,
  m: NamedTensors,
  v: NamedTensors,
  file: string,
): AdamMoments {
  const shape = (tensors: NamedTensors, name: string): string =>
    Object.hasOwn(tensors, name) ? `[${tensors[name]!.shape}]` : "nothing";
  for (const name of Object.keys({ ...m, ...v })) {
    const wanted = shape(parameters, name);
    for (const [prefix, moment] of [["adam.m", m], ["adam.v", v]] as const) {
      const got = shape(moment, name);
      if (got !== wanted) {
        refuse(file, `${prefix}.${name}`, `${wanted} as its parameter`, got);
      }
    }
  }
  return { step, m, v };
}

function isJsonObject(value: unknown): value is JsonObject {
  return isObject(value);
}

function refuse(
  file: string,
  field: string,
  wanted: string,
  got: string | undefined,
  cause?: unknown,
): never {
  throw new Refusal(
    malformedFile(file, field, wanted, got ?? "nothing", cause),
  );
}
