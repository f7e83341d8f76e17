/**
 * A folder of reference cases on a backend.
 *
 * @module
 */

import type { Backend } from "../../backends/backend.ts";
import type { AsyncResult, Result } from "../../core/result.ts";
import { type DataError, malformedFile } from "../../data/data_error.ts";
import { readBytes } from "../../data/files.ts";
import { readNativeWeights } from "../../data/weights/read_native_weights.ts";
import { left, right } from "../_result.ts";
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
 * backbones from the safetensors file beside and, where there is one, once more
 * from the PyTorch checkpoint.
 *
 * @param folder Path of the folder.
 * @param options `only` keeps files whose name contains it.
 * @returns The cases, or the first file that cannot be read; a folder without
 *   any case is an error.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { readReferenceSet } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("cases-");
 * const softmax = {
 *   op: "softmaxMap",
 *   options: { beta: 1 },
 *   inputs: { maps: { shape: [1, 1, 2], data: [0, 0] } },
 *   expected: { value: { shape: [1, 1, 2], data: [0.5, 0.5] } },
 *   tolerance: 1e-6,
 * };
 * await writeFile(`${folder}/001-softmax.json`, JSON.stringify(softmax));
 * const set = await readReferenceSet(folder, { only: "softmax" })();
 * equal(set._tag === "Right" && set.right.length, 1);
 * await rm(folder, { recursive: true });
 * ```
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
      set.push(...item.right);
    }
    return right(set);
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
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import {
 *   formatConformance,
 *   type ReferenceSet,
 *   runConformance,
 * } from "@simsc/core/runs";
 *
 * const set: ReferenceSet = [{
 *   file: "001-softmax.json",
 *   op: "softmaxMap",
 *   options: { beta: 1 },
 *   inputs: { maps: { shape: [1, 1, 2], data: [0, Math.log(3)] } },
 *   expected: { value: { shape: [1, 1, 2], data: [0.25, 0.75] } },
 *   tolerance: 1e-6,
 * }];
 * const reference = await runConformance(referenceBackend(), set);
 * match(formatConformance({ reference }).text, /1 passed, 0 failed/);
 * ```
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
): Promise<Result<DataError, ReferenceSet>> {
  const bytes = await readBytes(file)();
  if (bytes._tag === "Left") return bytes;
  const text = new TextDecoder().decode(bytes.right);
  const item = decodeReference(text, file);
  if (item._tag === "Left") return item;
  const decoded = item.right;
  if (!("arch" in decoded)) return right([decoded]);
  const safetensors = await load(decoded, { key: "", prefix: "" });
  if (safetensors._tag === "Left") return safetensors;
  const weights = decoded.weights.replace(/safetensors$/, "pth");
  const pytorch = await load({
    ...decoded,
    weights,
    cases: decoded.cases.map((each) => ({
      ...each,
      file: each.file.replace(/\.json /, ".pth "),
    })),
  }, decoded.checkpoint);
  if (pytorch._tag === "Right") {
    return right([safetensors.right, pytorch.right]);
  }
  return pytorch.left._tag === "MissingFile"
    ? right([safetensors.right])
    : pytorch;
}

/** A model with its weights, which must be wrapped as its file says. */
async function load(
  model: ReferenceModel,
  wrapped: ReferenceModel["checkpoint"],
): Promise<Result<DataError, LoadedModel>> {
  const read = await readNativeWeights(model.weights)();
  if (read._tag === "Left") return read;
  const { listing, plan } = read.right;
  const found = { key: listing.wrapper, prefix: plan.prefix };
  if (found.key !== wrapped.key || found.prefix !== wrapped.prefix) {
    const wanted = JSON.stringify(wrapped);
    const got = JSON.stringify(found);
    return left(malformedFile(model.weights, "checkpoint", wanted, got));
  }
  const tensors = Object.fromEntries(
    Object.entries(read.right.tensors).map(([name, { shape, data }]) => [
      name,
      { shape, data: Array.from(data) },
    ]),
  );
  return right({ ...model, tensors });
}
