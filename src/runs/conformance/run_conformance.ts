/**
 * A folder of reference cases on a backend.
 *
 * @module
 */

import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult, Result } from "../../core/result.ts";
import { type DataError, malformedFile } from "../../data/data_error.ts";
import { readBytes } from "../../data/files.ts";
import { decodeSafetensors } from "../../data/safetensors.ts";
import {
  type CaseTensors,
  decodeReference,
  type ReferenceCase,
  type ReferenceModel,
} from "./reference_case.ts";
import { type CaseOutcome, runCase } from "./run_case.ts";

/** A backbone with its weights in memory. */
export interface LoadedModel extends ReferenceModel {
  /** Weights by name. */
  readonly tensors: CaseTensors;
}

/** Everything a folder held. */
export type ReferenceSet = readonly (ReferenceCase | LoadedModel)[];

/**
 * Reads every `.json` of a folder in order of name, and the weights of
 * backbones from the safetensors files beside.
 *
 * @param folder Path of the folder.
 * @param options `only` keeps files whose name contains it.
 * @returns The cases, or the first file that cannot be read; a folder without
 *   any case is an error.
 */
export function readReferenceSet(
  folder: string,
  options: { readonly only?: string } = {},
): AsyncResult<DataError, ReferenceSet> {
  return async () => {
    const { readdir } = await import("node:fs/promises");
    const names = await readdir(folder).catch(() => undefined);
    if (names === undefined) {
      return left(malformedFile(folder, "folder", "readable", "none"));
    }
    const files = names
      .filter((name) => name.endsWith(".json"))
      .filter((name) => name.includes(options.only ?? ""))
      .sort();
    if (files.length === 0) {
      return left(
        malformedFile(folder, "*.json", "at least one reference case", "none"),
      );
    }
    const set: (ReferenceCase | LoadedModel)[] = [];
    for (const name of files) {
      const item = await readItem(`${folder}/${name}`);
      if (item._tag === "Left") return item;
      set.push(item.right);
    }
    return { _tag: "Right", right: set };
  };
}

/**
 * Runs every case of a set on one backend.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where they run.
 * @param set The cases.
 * @param options `signal` stops between two cases; `onCase` hears of each.
 * @returns How each case went, in order; those before the stop if stopped.
 */
export async function runConformance<T>(
  backend: Backend<T>,
  set: ReferenceSet,
  options: {
    readonly signal?: AbortSignal;
    readonly onCase?: (outcome: CaseOutcome) => void;
  } = {},
): Promise<readonly CaseOutcome[]> {
  const outcomes: CaseOutcome[] = [];
  for (const item of set) {
    const runs = "arch" in item
      ? item.cases.map((each) => () => runCase(backend, each, item))
      : [() => runCase(backend, item)];
    for (const run of runs) {
      if (options.signal?.aborted) return outcomes;
      const outcome = await run();
      options.onCase?.(outcome);
      outcomes.push(outcome);
    }
  }
  return outcomes;
}

async function readItem(
  file: string,
): Promise<Result<DataError, ReferenceCase | LoadedModel>> {
  const bytes = await readBytes(file)();
  if (bytes._tag === "Left") return bytes;
  const text = new TextDecoder().decode(bytes.right);
  const item = decodeReference(text, file);
  if (item._tag === "Left") return item;
  const decoded = item.right;
  if (!("arch" in decoded)) return { _tag: "Right", right: decoded };
  const weights = await readBytes(decoded.weights)();
  if (weights._tag === "Left") return weights;
  const parsed = decodeSafetensors(weights.right, decoded.weights);
  if (parsed._tag === "Left") return parsed;
  const tensors = Object.fromEntries(
    Object.entries(parsed.right.tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data) },
    ]),
  );
  return { _tag: "Right", right: { ...decoded, tensors } };
}

function left<E>(error: E): Result<E, never> {
  return { _tag: "Left", left: error };
}
