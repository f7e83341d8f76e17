/**
 * What a weights file is and which backbone it fits, without reading it whole.
 *
 * @module
 */

import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { weightsLicense } from "../data/weights/known_weights.ts";
import { planShapes } from "../data/weights/plan_shapes.ts";
import { planWeights } from "../data/weights/plan_weights.ts";
import { listWeights } from "../data/weights/read_weights.ts";
import type { WeightsFamily } from "../data/weights/weights_family.ts";
import type { WeightsFormat } from "../data/weights/weights_listing.ts";
import { readWeightsOrigin } from "../data/weights/weights_origin.ts";
import { checkpointOf } from "./_checkpoint_of.ts";
import { fittingBackbones } from "./_fitting_backbones.ts";
import { right } from "./_result.ts";
import { sizeOf } from "./_size_of.ts";

/** One tensor of a file. */
export interface WeightsReportRow {
  /** Name in the file. */
  readonly name: string;
  /** Name in the network that reads it; `null` where none does. */
  readonly as: string | null;
  /** Axis lengths. */
  readonly shape: readonly number[];
  /** Type of an element in the file. */
  readonly dtype: string;
}

/** What a weights file is. */
export interface WeightsReport {
  /** Path of the file. */
  readonly file: string;
  /** How it is stored. */
  readonly format: WeightsFormat;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Keys around the tensors; empty where there are none. */
  readonly wrapper: string;
  /** What stands before every name. */
  readonly prefix: string;
  /** Whose names the tensors have. */
  readonly family: WeightsFamily | "unknown";
  /** Backbones whose parameters these are, by `--backbone`'s names. */
  readonly backbones: readonly string[];
  /** Numbers in all tensors of the file. */
  readonly parameters: number;
  /** Numbers in those that the network reads. */
  readonly read: number;
  /** What the file holds beside tensors. */
  readonly skipped: readonly string[];
  /** What may be done with it; `null` where that is not known. */
  readonly license: string | null;
  /** Strings of a safetensors header. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Every tensor, in the order of the file. */
  readonly tensors: readonly WeightsReportRow[];
}

/**
 * Looks at a weights file of any format: whose names it has, what is wrapped
 * around them, which backbones it fits. No elements are read.
 *
 * @param path Path of the file, or the folder of a run, whose best checkpoint
 * is taken.
 * @param options `key` picks a dict of a PyTorch checkpoint.
 * @returns The report, or what is wrong with the file.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { inspectWeights } from "@simsc/core/runs";
 *
 * const outcome = await inspectWeights("no/such.pth")();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function inspectWeights(
  path: string,
  options: { readonly key?: string } = {},
): AsyncResult<DataError, WeightsReport> {
  return async () => {
    const file = await checkpointOf(path);
    const listed = await listWeights(file, options)();
    if (listed._tag === "Left") return listed;
    const { tensors, format, bytes, wrapper, skipped, metadata } = listed.right;
    const plan = planWeights(Object.keys(tensors));
    const shapes = planShapes(plan, tensors);
    const target = new Map(
      plan.entries.flatMap(({ name, from }) =>
        from.map((each) => [each, name])
      ),
    );
    const origin = await readWeightsOrigin(file);
    const license = origin?.license ?? metadata["license"] ??
      weightsLicense(file) ?? null;
    const isKnown = plan.family !== "unknown";
    return right({
      file,
      format,
      bytes,
      wrapper,
      prefix: plan.prefix,
      family: plan.family,
      backbones: fittingBackbones(shapes),
      parameters: count(Object.values(tensors)),
      read: isKnown ? count(Object.values(shapes)) : 0,
      skipped,
      license,
      metadata,
      tensors: Object.entries(tensors).map(([name, { shape, dtype }]) => ({
        name,
        as: isKnown ? target.get(name) ?? null : null,
        shape,
        dtype,
      })),
    });
  };
}

/** Numbers in tensors of these shapes. */
function count(
  tensors: readonly { readonly shape: readonly number[] }[],
): number {
  return tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
