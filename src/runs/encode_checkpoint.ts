import { OptionError } from "../core/errors.ts";
import { encodeSafetensors } from "../data/safetensors.ts";
import { prefixed } from "./_tensor_map.ts";
import { type Checkpoint, CHECKPOINT_VERSION } from "./checkpoint.ts";

/**
 * Bytes of a checkpoint, a safetensors file laid out as the module
 * `checkpoint.ts` says. Equal checkpoints give equal bytes, and float32 values
 * come back unchanged.
 *
 * @param checkpoint What to keep.
 * @returns Content of the file.
 * @throws {OptionError} If a counter is not a whole number of at least 0, the
 * best metric is not finite, or the moments and parameters do not belong together.
 * @throws {ShapeError} If a tensor holds another number of elements than its shape says.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import {
 *   type Checkpoint,
 *   decodeCheckpoint,
 *   encodeCheckpoint,
 * } from "@simsc/core/runs";
 *
 * const checkpoint: Checkpoint = {
 *   version: 1,
 *   architecture: { backbone: { name: "tiny" }, temperature: { kind: "mlp" } },
 *   config: { batchSize: 4 },
 *   step: 12,
 *   epoch: 1,
 *   order: { seed: 0, position: 8 },
 *   best: null,
 *   parameters: { "conv1.bias": { shape: [1], data: Float32Array.of(0.1) } },
 * };
 * const bytes = encodeCheckpoint(checkpoint);
 * deepStrictEqual(decodeCheckpoint(bytes, "last.safetensors"), {
 *   _tag: "Right",
 *   right: checkpoint,
 * });
 * ```
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  check(checkpoint);
  const { parameters, adam, step, epoch, order, best } = checkpoint;
  const state = {
    step,
    epoch,
    order: { seed: order.seed, position: order.position },
    best,
    ...(adam && { adam: { step: adam.step } }),
  };
  return encodeSafetensors(
    {
      ...prefixed(parameters, "parameters."),
      ...(adam && prefixed(adam.m, "adam.m.")),
      ...(adam && prefixed(adam.v, "adam.v.")),
    },
    {
      "simsc.version": String(CHECKPOINT_VERSION),
      "simsc.architecture": JSON.stringify(checkpoint.architecture),
      "simsc.config": JSON.stringify(checkpoint.config),
      "simsc.state": JSON.stringify(state),
    },
  );
}

function check(
  { step, epoch, order, best, parameters, adam }: Checkpoint,
): void {
  const counters = {
    step,
    epoch,
    "order.seed": order.seed,
    "order.position": order.position,
    "best.step": best?.step ?? 0,
    "adam.step": adam?.step ?? 0,
  };
  for (const [name, value] of Object.entries(counters)) {
    if (!Number.isSafeInteger(value) || value < 0) {
      refuse(name, "a whole number >= 0", value);
    }
  }
  if (best !== null && !Number.isFinite(best.value)) {
    refuse("best.value", "finite", best.value);
  }
  if (adam === undefined) return;
  for (const [moment, other] of [["m", "v"], ["v", "m"]] as const) {
    for (const [name, { shape }] of Object.entries(adam[moment])) {
      const beside = adam[other][name]?.shape;
      const of = parameters[name]?.shape;
      if (String(shape) !== String(of) || String(shape) !== String(beside)) {
        refuse(
          `adam.${moment}.${name}`,
          `of the shape of its parameter, [${of}], and of adam.${other}`,
          `[${shape}]`,
        );
      }
    }
  }
}

function refuse(param: string, expected: string, actual: unknown): never {
  throw new OptionError("encodeCheckpoint", param, expected, actual);
}
