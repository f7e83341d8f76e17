/**
 * Shapes of a network before its weights are read.
 *
 * @module
 */

import type { WeightsPlan } from "./plan_weights.ts";

/** Anything with the axis lengths of a tensor. */
export interface Shaped {
  /** Axis lengths, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Shapes that the tensors of a network will have, without reading them.
 *
 * @param plan What comes from where.
 * @param tensors Tensors of the file, by name; only their shapes are read.
 * @returns Shapes by the network's names; an entry without all its parts is
 * left out.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { planShapes, planWeights } from "@simsc/core/data";
 *
 * const tensors = {
 *   "net.conv1.weight": { shape: [64, 3, 7, 7] },
 *   "net.layer1.0.conv1.weight": { shape: [64, 64, 3, 3] },
 * };
 * const plan = planWeights(Object.keys(tensors));
 * deepStrictEqual(planShapes(plan, tensors)["conv1.weight"], {
 *   shape: [64, 3, 7, 7],
 * });
 * ```
 */
export function planShapes(
  plan: WeightsPlan,
  tensors: Readonly<Record<string, Shaped>>,
): Readonly<Record<string, Shaped>> {
  return Object.fromEntries(
    plan.entries.flatMap(({ name, from, step }): [string, Shaped][] => {
      const parts = from.flatMap((each) =>
        Object.hasOwn(tensors, each) ? [tensors[each]!.shape] : []
      );
      const [first = []] = parts;
      const isWhole = parts.length === (step === "stack" ? 3 : 1);
      if (!isWhole) return [];
      switch (step) {
        case "copy":
          return [[name, { shape: first }]];
        case "stack": {
          const sum = parts.reduce((total, [n = 0]) => total + n, 0);
          return [[name, { shape: [sum, ...first.slice(1)] }]];
        }
        case "classless":
          return [[name, {
            shape: first.map((n, axis) => axis === 1 ? n + 1 : n),
          }]];
      }
    }),
  );
}
