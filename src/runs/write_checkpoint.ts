import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { writeAtomic } from "../data/files.ts";
import type { NamedTensors } from "../data/safetensors.ts";
import { left } from "./_result.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { encodeCheckpoint } from "./encode_checkpoint.ts";
import type { NotFinite } from "./run_error.ts";

/**
 * Writes a checkpoint whole or not at all: a crash leaves the earlier file. So
 * does a run that diverged, since a NaN would cost the last weights that work.
 *
 * @param file Path of the file.
 * @param checkpoint What to keep.
 * @returns Nothing, or why the file was left as it was.
 * @throws {OptionError} As {@linkcode encodeCheckpoint}, when it is run.
 *
 * @example
 * ```ts
 * import { deepStrictEqual, equal } from "node:assert/strict";
 * import { mkdtemp, rm } from "node:fs/promises";
 * import {
 *   type Checkpoint,
 *   readCheckpoint,
 *   writeCheckpoint,
 * } from "@simsc/core/runs";
 *
 * const folder = await mkdtemp("run-");
 * const file = `${folder}/last.safetensors`;
 * const checkpointOf = (bias: number): Checkpoint => ({
 *   version: 1,
 *   architecture: { backbone: { name: "tiny" }, temperature: { kind: "mlp" } },
 *   config: {},
 *   step: 12,
 *   epoch: 1,
 *   order: { seed: 0, position: 8 },
 *   best: null,
 *   parameters: { "conv1.bias": { shape: [1], data: Float32Array.of(bias) } },
 * });
 * await writeCheckpoint(file, checkpointOf(0.5))();
 * const refused = await writeCheckpoint(file, checkpointOf(NaN))();
 * equal(refused._tag === "Left" && refused.left._tag, "NotFinite");
 * const kept = await readCheckpoint(file)();
 * deepStrictEqual(kept._tag === "Right" && kept.right, checkpointOf(0.5));
 * await rm(folder, { recursive: true });
 * ```
 */
export function writeCheckpoint(
  file: string,
  checkpoint: Checkpoint,
): AsyncResult<DataError | NotFinite, void> {
  return () => {
    const { parameters, adam } = checkpoint;
    const broken = notFinite("parameters", parameters, file) ??
      notFinite("adam.m", adam?.m ?? {}, file) ??
      notFinite("adam.v", adam?.v ?? {}, file);
    return broken
      ? Promise.resolve(left(broken))
      : writeAtomic(file, encodeCheckpoint(checkpoint))();
  };
}

function notFinite(
  prefix: string,
  tensors: NamedTensors,
  file: string,
): NotFinite | undefined {
  for (const [name, { data }] of Object.entries(tensors)) {
    const at = data.findIndex((x) => !Number.isFinite(x));
    if (at >= 0) {
      const field = `${prefix}.${name}`;
      return {
        _tag: "NotFinite",
        file,
        field,
        message: `${file}: "${field}" must be finite: got ${
          data[at]
        } at element ${at}`,
      };
    }
  }
  return undefined;
}
