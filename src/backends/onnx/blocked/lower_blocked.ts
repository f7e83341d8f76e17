/**
 * The blocked lowering: convolutions and what lies between them stay in the
 * layout of ONNX Runtime's own CPU kernels, with the operators of its internal
 * domain `com.microsoft.nchwc`; weights and the moments of their optimiser stay
 * in it from step to step. Everything else is written by the plain rules.
 *
 * @module
 */
import { applyRule, type Lowering } from "../lowering.ts";
import { plainRules } from "../plain/lower_plain.ts";
import { constantsOf } from "./_constants_of.ts";
import { findFusions } from "./_fusion.ts";
import { filterOrders } from "./_layout.ts";
import { chooseLayouts } from "./_layout_choice.ts";
import { lowerConv } from "./_lower_conv.ts";
import { lowerElementwise } from "./_lower_elementwise.ts";
import { lowerPool } from "./_lower_pool.ts";
import { lowerSum } from "./_lower_sum.ts";
import { type BlockedRule, type Scope, storedLayout } from "./_scope.ts";
import { layoutValues } from "./_values.ts";

/** The lowering for a runtime whose blocks hold `block` floats. */
export function blockedLowering(block: number): Lowering {
  const orders = filterOrders(block);
  return {
    name: `blocked${block}`,
    ordersOf: (plan) => {
      const layoutOf = chooseLayouts(plan, block);
      return (x) => {
        const layout = storedLayout(layoutOf, x);
        return layout === "plain" ? undefined : orders[layout];
      };
    },
    lower: (plan, target) => {
      const layoutOf = chooseLayouts(plan, block);
      const values = layoutValues(target.model, block);
      const scope: Scope = {
        plan,
        target,
        rule: { model: target.model, block },
        layoutOf,
        isConstant: constantsOf(plan),
        values,
        fusions: findFusions(plan, block),
      };
      for (const [leaf, value] of target.values) {
        values.set(leaf, storedLayout(layoutOf, leaf), [value]);
      }
      for (const node of plan.operations) {
        if (scope.fusions.swallows(node)) continue;
        RULES.some((rule) => rule(scope, node));
      }
      for (const x of plan.outputs) {
        target.values.set(x, values.get(x, storedLayout(layoutOf, x)));
      }
    },
  };
}

/** The first that can writes an operation. */
const RULES: readonly BlockedRule[] = [
  lowerConv,
  lowerPool,
  lowerSum,
  lowerElementwise,
  lowerPlain,
];

/** In and out: `plain`. */
function lowerPlain(
  { plan, target, values }: Scope,
  node: Parameters<BlockedRule>[1],
): boolean {
  const inputs = node.inputs.map((x) => values.get(plan.canonical(x), "plain"));
  const value = applyRule(plainRules, node, { plan, target, inputs });
  values.set(node, "plain", [value]);
  return true;
}
