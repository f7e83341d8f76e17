import type { Result } from "../core/result.ts";
import { left, right } from "./_result.ts";
import type { Architecture, Checkpoint } from "./checkpoint.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { OtherArchitecture } from "./run_error.ts";

/** The model that a checkpoint is to be loaded into. */
export interface WantedArchitecture extends Architecture {
  /** Shape of each parameter by name; not compared where left out. */
  readonly shapes?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Compares the model in a checkpoint with the one that is to be run: first the
 * descriptions, field by field, then the shapes of the parameters where given.
 * A number, a list or an object equals only itself; the order of an object's
 * members does not count.
 *
 * @param checkpoint What was read.
 * @param wanted The model asked for.
 * @param file Path of the checkpoint, for errors.
 * @returns The checkpoint, or the first field that differs with both values.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { checkArchitecture, type Checkpoint } from "@simsc/core/runs";
 *
 * const checkpoint: Checkpoint = {
 *   version: 1,
 *   architecture: { backbone: { layers: [3, 4, 6] }, temperature: { kind: "mlp" } },
 *   config: {},
 *   step: 0,
 *   epoch: 0,
 *   order: { seed: 0, position: 0 },
 *   best: null,
 *   parameters: {},
 * };
 * const wanted = { backbone: { layers: [2, 2, 2] }, temperature: { kind: "mlp" } };
 * const outcome = checkArchitecture(checkpoint, wanted, "last.safetensors");
 * equal(
 *   outcome._tag === "Left" && outcome.left.message,
 *   'last.safetensors: "backbone.layers[0]" must be 2: got 3',
 * );
 * ```
 */
export function checkArchitecture(
  checkpoint: Checkpoint,
  wanted: WantedArchitecture,
  file: string,
): Result<OtherArchitecture, Checkpoint> {
  const { backbone, temperature } = checkpoint.architecture;
  const difference =
    differ(spelledOut(backbone, wanted), wanted.backbone, "backbone") ??
      differ(temperature, wanted.temperature, "temperature") ??
      (wanted.shapes && differ(
        Object.fromEntries(
          Object.entries(checkpoint.parameters)
            .map(([name, { shape }]) => [name, `[${shape}]`]),
        ),
        Object.fromEntries(
          Object.entries(wanted.shapes)
            .map(([name, shape]) => [name, `[${shape}]`]),
        ),
        "parameters",
      ));
  if (difference === undefined) return right(checkpoint);
  const { field, found, wanted: want } = difference;
  return left({
    _tag: "OtherArchitecture",
    ...difference,
    file,
    message: `${file}: "${field}" must be ${want}: got ${found}`,
  });
}

/** A checkpoint that names no kind is of the time when all were ResNets. */
function spelledOut(
  found: JsonObject,
  { backbone }: WantedArchitecture,
): JsonObject {
  return found["kind"] === undefined && backbone["kind"] !== undefined
    ? { kind: "resnet", outputs: [3], ...found }
    : found;
}

type Difference = Pick<OtherArchitecture, "field" | "found" | "wanted">;

function differ(
  found: JsonValue | undefined,
  wanted: JsonValue | undefined,
  field: string,
): Difference | undefined {
  if (found === wanted) return undefined;
  const a = members(found);
  const b = members(wanted);
  if (a === undefined || b === undefined || a.isList !== b.isList) {
    return { field, found: show(found), wanted: show(wanted) };
  }
  const names = [...b.entries.keys(), ...a.entries.keys()];
  for (const name of new Set(names)) {
    const difference = differ(
      a.entries.get(name),
      b.entries.get(name),
      a.isList ? `${field}[${name}]` : `${field}.${name}`,
    );
    if (difference) return difference;
  }
  return undefined;
}

/** Children of a list or an object; `undefined` for any other value. */
function members(value: JsonValue | undefined): Members | undefined {
  return typeof value === "object" && value !== null
    ? {
      isList: Array.isArray(value),
      entries: new Map(Object.entries(value)),
    }
    : undefined;
}

interface Members {
  readonly isList: boolean;
  readonly entries: ReadonlyMap<string, JsonValue | undefined>;
}

function show(value: JsonValue | undefined): string {
  return JSON.stringify(value) ?? "nothing";
}
