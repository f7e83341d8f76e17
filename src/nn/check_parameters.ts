/**
 * Whether a set of tensors is the backbone it should be.
 *
 * @module
 */

import type { Shape } from "../backends/backend.ts";
import type { Result } from "../core/result.ts";
import type { BackboneConfig } from "./backbone_config.ts";
import { backboneShapes } from "./backbone_shapes.ts";
import type { ParameterShapes } from "./resnet_shapes.ts";

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

/**
 * Parts of published checkpoints that no feature map needs: of torchvision's
 * what lies behind `layer3` and batch norm's counter, of a ViT's the heads of
 * its training and the token for masked patches.
 */
const IGNORED: Readonly<Record<BackboneConfig["kind"], RegExp>> = {
  resnet: /^(fc|layer4)\.|\.num_batches_tracked$/,
  vit: /^(head|fc|dino_head|ibot_head)\.|^(mask_token|masked_embed)$/,
};

/** Names listed one by one in the message. */
const LISTED = 2;

/**
 * Compares tensors with what a backbone needs, all differences at once.
 *
 * Ignored by rule, because whole checkpoints hold them and feature maps do not
 * need them: `fc.*`, `layer4.*` and `*.num_batches_tracked` of a ResNet,
 * `head.*`, `fc.*`, `dino_head.*`, `ibot_head.*`, `mask_token` and
 * `masked_embed` of a ViT. Anything else that is not asked for is an error:
 * left unnoticed, it is a layer that does not run.
 *
 * @param tensors Anything with a shape, by name: a decoded weights file or
 * initial parameters.
 * @param config Which backbone they should be.
 * @returns The parameters the backbone has, or the differences.
 *
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { backboneConfig, checkParameters } from "@simsc/core/nn";
 *
 * const found = { "conv1.weight": { shape: [64, 3, 7, 7] } };
 * const result = checkParameters(found, backboneConfig("resnet18"));
 * strictEqual(result._tag, "Left");
 * ```
 */
export function checkParameters(
  tensors: Readonly<Record<string, { readonly shape: Shape }>>,
  config: BackboneConfig,
): Result<ParameterError, ParameterShapes> {
  const ignored = IGNORED[config.kind];
  const names = Object.keys(tensors).filter((name) => !ignored.test(name));
  const wanted = backboneShapes(config, names);
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
    return { _tag: "Right", right: wanted };
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
      message: `parameters do not fit ${config.name}: ${message}`,
    },
  };
}

function listed(names: readonly string[]): string {
  const rest = names.length - LISTED;
  const head = names.slice(0, LISTED).join(", ");
  return rest > 0 ? `${head} and ${rest} more` : head;
}
