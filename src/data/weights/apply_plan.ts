/**
 * Tensors of a file as those of the network, and back.
 *
 * @module
 */

import { ShapeError } from "../../core/errors.ts";
import type { NamedTensor, NamedTensors } from "../safetensors.ts";
import type { PlanEntry, WeightsPlan } from "./plan_weights.ts";

/**
 * The tensors of the network from those of the file.
 *
 * @param plan What comes from where.
 * @param tensors Tensors by their names in the file.
 * @returns Tensors by the network's names; an entry without all its parts is
 * left out, so that a check of the network names it as missing.
 * @throws {ShapeError} If tensors that are stacked have other shapes.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { applyPlan, planWeights } from "@simsc/core/data";
 *
 * const tensor = { shape: [1], data: Float32Array.of(3) };
 * const names = ["m.conv1.weight", "m.layer1.0.conv1.weight"];
 * const tensors = Object.fromEntries(names.map((name) => [name, tensor]));
 * const native = applyPlan(planWeights(names), tensors);
 * deepStrictEqual(Object.keys(native), ["conv1.weight", "layer1.0.conv1.weight"]);
 * ```
 */
export function applyPlan(
  plan: WeightsPlan,
  tensors: NamedTensors,
): NamedTensors {
  return Object.fromEntries(
    plan.entries.flatMap(({ name, from, step }): [string, NamedTensor][] => {
      const parts = from.flatMap((each) =>
        Object.hasOwn(tensors, each) ? [tensors[each]!] : []
      );
      const [first] = parts;
      if (first === undefined || parts.length < from.length) return [];
      switch (step) {
        case "copy":
          return [[name, first]];
        case "stack":
          return from.length === 3 ? [[name, stack(name, parts)]] : [];
        case "classless":
          return [[name, withClassRow(first)]];
      }
    }),
  );
}

/**
 * The tensors of the file from those of the network: the inverse of
 * {@linkcode applyPlan}, for a model that was fine-tuned in between. Where the
 * file keeps the class token's position in the token, the two are added.
 *
 * @param plan The plan that the network's tensors came by.
 * @param tensors Tensors by the network's names.
 * @returns Tensors by their names in the file; what the plan drops is not there.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { planWeights, revertPlan } from "@simsc/core/data";
 *
 * const plan = planWeights([
 *   "module.conv1.weight",
 *   "module.layer1.0.conv1.weight",
 *   "module.fc.weight",
 * ]);
 * const tuned = { shape: [1], data: Float32Array.of(3) };
 * deepStrictEqual(revertPlan(plan, { "conv1.weight": tuned }), {
 *   "module.conv1.weight": tuned,
 * });
 * ```
 */
export function revertPlan(
  plan: WeightsPlan,
  tensors: NamedTensors,
): NamedTensors {
  const classless = plan.entries.find(({ step }) => step === "classless");
  const positions = classless && tensors[classless.name];
  return Object.fromEntries(
    plan.entries.flatMap((entry): [string, NamedTensor][] => {
      const tensor = Object.hasOwn(tensors, entry.name)
        ? tensors[entry.name]
        : undefined;
      if (tensor === undefined) return [];
      if (positions !== undefined && entry.name === "cls_token") {
        return [[entry.from[0]!, addRow(tensor, positions)]];
      }
      return split(entry, tensor);
    }),
  );
}

function stack(name: string, parts: readonly NamedTensor[]): NamedTensor {
  const [{ shape } = { shape: [] }] = parts;
  for (const part of parts) {
    if (`${part.shape}` !== `${shape}` || shape.length === 0) {
      throw new ShapeError(
        "applyPlan",
        name,
        `parts of [${shape}]`,
        part.shape,
      );
    }
  }
  const size = parts[0]!.data.length;
  const data = new Float32Array(size * parts.length);
  parts.forEach((part, i) => data.set(part.data, i * size));
  return { shape: [shape[0]! * parts.length, ...shape.slice(1)], data };
}

function split(
  { from, step }: PlanEntry,
  { shape, data }: NamedTensor,
): [string, NamedTensor][] {
  switch (step) {
    case "copy":
      return [[from[0]!, { shape, data }]];
    case "classless": {
      const [batch = 1, rows = 1, width = 0] = shape;
      return [[from[0]!, {
        shape: [batch, rows - 1, width],
        data: data.slice(width),
      }]];
    }
    case "stack": {
      const size = data.length / from.length;
      return from.map((name, i) => [name, {
        shape: [shape[0]! / from.length, ...shape.slice(1)],
        data: data.slice(i * size, (i + 1) * size),
      }]);
    }
  }
}

/** `[1, N, D]` with a row of zeros above: `[1, 1 + N, D]`. */
function withClassRow({ shape, data }: NamedTensor): NamedTensor {
  const [batch = 1, rows = 0, width = 0] = shape;
  const wider = new Float32Array(data.length + width);
  wider.set(data, width);
  return { shape: [batch, rows + 1, width], data: wider };
}

/** A token with the first row of a table added. */
function addRow(token: NamedTensor, table: NamedTensor): NamedTensor {
  return {
    shape: token.shape,
    data: token.data.map((x, i) => x + table.data[i]!),
  };
}
