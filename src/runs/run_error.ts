/**
 * What the world can refuse a run: its files, its device, or a checkpoint of
 * another kind.
 *
 * @module
 */

import type { DeviceFailedError } from "../backends/errors.ts";
import type { DataError } from "../data/data_error.ts";

/** A checkpoint was written by a version of the format that is not read here. */
export interface OtherVersion {
  /** Tells it apart in a union of errors. */
  readonly _tag: "OtherVersion";
  /** The checkpoint. */
  readonly file: string;
  /** Metadata key that holds the version. */
  readonly field: string;
  /** Version found in the file. */
  readonly found: string;
  /** Version that is read here. */
  readonly wanted: string;
  /** One sentence for people. */
  readonly message: string;
}

/** A checkpoint belongs to a model that differs from the one asked for. */
export interface OtherArchitecture {
  /** Tells it apart in a union of errors. */
  readonly _tag: "OtherArchitecture";
  /** The checkpoint. */
  readonly file: string;
  /** First field that differs, such as `backbone.layers[2]`. */
  readonly field: string;
  /** Its value in the file, as JSON; `nothing` where it is absent. */
  readonly found: string;
  /** The value asked for, as JSON; `nothing` where it is absent. */
  readonly wanted: string;
  /** One sentence for people. */
  readonly message: string;
}

/** A tensor to be saved holds a number that is not finite: the run diverged. */
export interface NotFinite {
  /** Tells it apart in a union of errors. */
  readonly _tag: "NotFinite";
  /** File that was left as it was. */
  readonly file: string;
  /** Tensor with the number. */
  readonly field: string;
  /** One sentence for people. */
  readonly message: string;
}

/** A new run was pointed at a folder that holds one already. */
export interface RunExists {
  /** Tells it apart in a union of errors. */
  readonly _tag: "RunExists";
  /** The folder. */
  readonly folder: string;
  /** File of the earlier run that was found. */
  readonly found: string;
  /** One sentence for people. */
  readonly message: string;
}

/** Another process trains a run. */
export interface RunBusy {
  /** Tells it apart in a union of errors. */
  readonly _tag: "RunBusy";
  /** The folder. */
  readonly folder: string;
  /** One sentence for people. */
  readonly message: string;
}

/** Every way in which a run can fail, told apart by `_tag`. */
export type RunError =
  | DataError
  | DeviceFailedError
  | OtherVersion
  | OtherArchitecture
  | NotFinite
  | RunExists
  | RunBusy;

/**
 * The failure of a run whose loss is not a number any more.
 *
 * @param file Log of the run.
 * @param step Update that gave it.
 * @returns The error; the last checkpoint is left as it was.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { notFiniteLoss } from "@simsc/core/runs";
 *
 * const { message } = notFiniteLoss("runs/first/log.jsonl", 7);
 * match(message, /^runs\/first\/log\.jsonl: "loss" must be finite: .* step 7/);
 * ```
 */
export function notFiniteLoss(file: string, step: number): NotFinite {
  return {
    _tag: "NotFinite",
    file,
    field: "loss",
    message:
      `${file}: "loss" must be finite: got another at step ${step}; a lower ` +
      "learning rate or a higher temperature may help",
  };
}
