import type { AsyncResult } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { writeAtomic } from "../data/files.ts";
import type { NamedTensors } from "../data/safetensors.ts";
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
      ? Promise.resolve({ _tag: "Left", left: broken })
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
