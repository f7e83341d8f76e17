/**
 * Whether a set of tensors is the ResNet it should be.
 *
 * @module
 */

import type { Shape } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { ResnetConfig } from "./resnet_config.ts";
import { type ResnetForm, resnetShapes } from "./resnet_shapes.ts";

/** A tensor whose shape is not the wanted one. */
export interface MisshapedParameter {
  /** Name of the tensor. */
  readonly name: string;
  /** Axis lengths that the configuration asks for. */
  readonly wanted: Shape;
  /** Axis lengths that are there. */
  readonly got: Shape;
}

/** How a set of tensors differs from what a configuration asks for. */
export interface ParameterError {
  /** Tells it apart in a union of errors. */
  readonly _tag: "ParameterMismatch";
  /** Wanted tensors that are not there. */
  readonly missing: readonly string[];
  /** Tensors that nothing asks for. */
  readonly extra: readonly string[];
  /** Tensors of another shape. */
  readonly misshaped: readonly MisshapedParameter[];
  /** All of it in one line, for a person. */
  readonly message: string;
}

/** Parts of torchvision's checkpoints that lie behind `layer3`, and batch norm's counter. */
const IGNORED = /^(fc|layer4)\.|\.num_batches_tracked$/;

/** Names listed one by one in the message. */
const LISTED = 6;

/**
 * Compares tensors with what a ResNet needs, all differences at once.
 *
 * Ignored by rule, because a whole torchvision checkpoint holds them and the
 * network up to `layer3` does not: `fc.*`, `layer4.*` and
 * `*.num_batches_tracked`. Anything else that is not asked for is an error:
 * left unnoticed, it is a layer that does not run.
 *
 * @param tensors Anything with a shape, by name: a decoded weights file or
 * initial parameters.
 * @param config Which ResNet they should be.
 * @returns The form they are in, or the differences.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { checkParameters, resnetConfig } from "@simsc/core/nn";
 *
 * const found = { "conv1.weight": { shape: [64, 3, 7, 7] } };
 * const result = checkParameters(found, resnetConfig("resnet18"));
 * strictEqual(result._tag, "Left");
 * ```
 */
export function checkParameters(
  tensors: Readonly<Record<string, { readonly shape: Shape }>>,
  config: ResnetConfig,
): Result<ParameterError, ResnetForm> {
  const names = Object.keys(tensors).filter((name) => !IGNORED.test(name));
  const form = names.some((name) => name.endsWith(".running_var"))
    ? "plain"
    : "folded";
  const wanted = resnetShapes(config, form);
  const missing = Object.keys(wanted).filter((name) =>
    !Object.hasOwn(tensors, name)
  );
  const extra = names.filter((name) => !Object.hasOwn(wanted, name));
  const misshaped = Object.entries(wanted).flatMap(([name, shape]) => {
    const got = Object.hasOwn(tensors, name) ? tensors[name]?.shape : undefined;
    return got === undefined || `${got}` === `${shape}`
      ? []
      : [{ name, wanted: shape, got }];
  });
  if (missing.length + extra.length + misshaped.length === 0) {
    return { _tag: "Right", right: form };
  }
  const parts = [
    ["missing", missing],
    ["not asked for", extra],
    [
      "of another shape",
      misshaped.map((m) => `${m.name} [${m.got}] instead of [${m.wanted}]`),
    ],
  ] as const;
  const message = parts
    .filter(([, list]) => list.length > 0)
    .map(([kind, list]) => `${list.length} ${kind}: ${listed(list)}`)
    .join("; ");
  return {
    _tag: "Left",
    left: {
      _tag: "ParameterMismatch",
      missing,
      extra,
      misshaped,
      message: `parameters do not fit a ${config.block} ResNet of layers [${
        config.layers.join(", ")
      }]: ${message}`,
    },
  };
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  const head = names.slice(0, LISTED).join(", ");
  return rest > 0 ? `${head} and ${rest} more` : head;
}
