/**
 * A weights file, or a fine-tuned run, as safetensors in any library's names.
 *
 * @module
 */

import { OptionError } from "../core/errors.ts";
import type { AsyncResult } from "../core/result.ts";
import { type DataError, malformedFile } from "../data/data_error.ts";
import { writeAtomic } from "../data/files.ts";
import {
  encodeSafetensors,
  type NamedTensors,
  type WrittenDtype,
} from "../data/safetensors.ts";
import { weightsLicense } from "../data/weights/known_weights.ts";
import { planWeights } from "../data/weights/plan_weights.ts";
import { readWeights, type WeightsFile } from "../data/weights/read_weights.ts";
import type { NameStyle } from "../data/weights/rename_plan.ts";
import { readWeightsOrigin } from "../data/weights/weights_origin.ts";
import { checkpointOf } from "./_checkpoint_of.ts";
import { likeFile, likeStyle, Unfit } from "./_converted_names.ts";
import { left, right } from "./_result.ts";
import { select } from "./_tensor_map.ts";

/** Types of elements that are written, as PyTorch calls them. */
export const WEIGHTS_DTYPES = ["float32", "float16", "bfloat16"] as const;

/** Options of {@linkcode convertWeights}. */
export interface ConvertOptions {
  /** A weights file of any format, a checkpoint, or the folder of a run. */
  readonly input: string;
  /** The safetensors file to write. */
  readonly output: string;
  /** Dict of a PyTorch checkpoint to take. */
  readonly key?: string;
  /** Type of the elements, `float32` by default. */
  readonly dtype?: typeof WEIGHTS_DTYPES[number];
  /** Whose names to write; those of the input by default, of a run its backbone's own. */
  readonly names?: NameStyle;
  /** What to put before the names, with `names` alone. */
  readonly prefix?: string;
  /**
   * A file whose names, prefix and other tensors (heads, counters, blocks
   * behind the features) are taken over; instead of `names`.
   */
  readonly like?: string;
  /** Whether a run's `temperature.*` goes along; not by default. */
  readonly temperature?: boolean;
}

/** What was written. */
export interface Conversion {
  /** The file. */
  readonly file: string;
  /** Its bytes. */
  readonly bytes: number;
  /** Tensors in it. */
  readonly tensors: number;
  /** Tensors of the input that are not in it, by name. */
  readonly dropped: readonly string[];
  /** Tensors that came from the file of `like`. */
  readonly carried: number;
  /** What may be done with the input, where that is known. */
  readonly license: string | null;
}

const DTYPES: Readonly<Record<typeof WEIGHTS_DTYPES[number], WrittenDtype>> = {
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

/**
 * Reads weights of any format and writes them as safetensors.
 *
 * Without `names` and `like`, a weights file keeps its names and all its
 * tensors. A run's checkpoint, and anything where one of the two is given,
 * goes through the names of the networks here: heads, counters and optimiser
 * are left out. Batch norm that was folded into its convolutions is written as
 * layers again, so that PyTorch loads the file; `like` decides for itself.
 *
 * @param options What to read and what to write.
 * @returns What was written, or why nothing was.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { convertWeights } from "@simsc/core/runs";
 *
 * const outcome = await convertWeights({
 *   input: "no/such.pth",
 *   output: "w.safetensors",
 * })();
 * equal(outcome._tag === "Left" && outcome.left._tag, "MissingFile");
 * ```
 */
export function convertWeights(
  options: ConvertOptions,
): AsyncResult<DataError, Conversion> {
  const { output, key, dtype = "float32", like } = options;
  return async () => {
    const input = await checkpointOf(options.input);
    const read = await readWeights(input, key === undefined ? {} : { key })();
    if (read._tag === "Left") return read;
    const model = like === undefined ? undefined : await readWeights(like)();
    if (model?._tag === "Left") return model;
    const { listing: { metadata } } = read.right;
    const license = (await readWeightsOrigin(input))?.license ??
      metadata["license"] ?? weightsLicense(input) ?? null;
    const strings = Object.entries(metadata)
      .filter(([name]) => !name.startsWith("simsc."));
    try {
      const named = rename(read.right, options, model?.right);
      const bytes = encodeSafetensors(
        named.tensors,
        {
          ...Object.fromEntries(strings),
          format: "pt",
          ...(license !== null && { license }),
        },
        { dtype: DTYPES[dtype] },
      );
      const written = await writeAtomic(output, bytes)();
      if (written._tag === "Left") return written;
      return right({
        file: output,
        bytes: bytes.length,
        tensors: Object.keys(named.tensors).length,
        dropped: named.dropped,
        carried: named.carried,
        license,
      });
    } catch (error) {
      if (error instanceof Unfit) {
        const { message, got, file = input } = error;
        return left(malformedFile(file, "tensors", message, got));
      }
      // Numbers beyond the type, or a network without names in the style.
      if (!(error instanceof OptionError)) throw error;
      const wanted = "such that they can be written";
      return left(malformedFile(input, "tensors", wanted, error.message));
    }
  };
}

/** Tensors under the names to write. */
interface Renamed {
  readonly tensors: NamedTensors;
  readonly dropped: readonly string[];
  readonly carried: number;
}

function rename(
  { listing, tensors }: WeightsFile,
  options: ConvertOptions,
  like: WeightsFile | undefined,
): Renamed {
  const isRun = listing.metadata["simsc.version"] !== undefined;
  const { names, prefix } = options;
  if (!isRun && names === undefined && like === undefined && !prefix) {
    return { tensors, dropped: [], carried: 0 };
  }
  const plan = planWeights(Object.keys(tensors));
  const temperature = options.temperature
    ? Object.fromEntries(
      Object.entries(select(tensors, "parameters."))
        .filter(([name]) => name.startsWith("temperature.")),
    )
    : {};
  const { network, carried } = like ? likeFile(plan, tensors, like) : {
    network: likeStyle(plan, tensors, {
      style: names ?? "dino",
      ...(prefix !== undefined && { prefix }),
    }),
    carried: 0,
  };
  const kept = new Set(
    Object.keys(temperature).map((name) => `parameters.${name}`),
  );
  return {
    tensors: { ...network, ...temperature },
    dropped: plan.dropped.filter((name) => !kept.has(name)),
    carried,
  };
}
