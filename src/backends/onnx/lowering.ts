/**
 * The seam between the recorded graph and ONNX: a lowering is anything that
 * writes a whole recorded graph into a model. One made of a rule for each
 * operation is {@linkcode lowerByRules}; one that keeps a layout of its own over
 * the whole graph implements {@linkcode Lowering} itself.
 *
 * @module
 */
import type { Shape } from "../backend.ts";
import type {
  OnnxTensor,
  OperationAttributes,
  OperationName,
  OperationNode,
} from "./graph.ts";
import type { MemoryOrder } from "./memory_order.ts";
import type { ModelBuilder, Value } from "./model_builder.ts";

/** What an execution provider has beyond the operators that all have. */
export interface DeviceTraits {
  /** `com.microsoft.FusedMatMul`: a product that reads a factor transposed. */
  readonly fusedMatMul: boolean;
  /** Products with a row of ones outrun sums over a leading axis. */
  readonly fastProducts: boolean;
  /** Second result of `MaxPool`, and `ScatterElements` that adds. */
  readonly poolIndices: boolean;
  /** `HardSigmoid`. */
  readonly hardSigmoid: boolean;
  /** `com.microsoft.Gelu`. */
  readonly gelu: boolean;
  /** Third result of `LayerNormalization`. */
  readonly layerNormStatistics: boolean;
  /** `Scan` over parts that fit the cache outruns passes over a whole tensor. */
  readonly fastScan: boolean;
}

/** A recorded graph, every node once and after its inputs. */
export interface GraphPlan {
  /** Canonical nodes that are wanted. */
  readonly outputs: readonly OnnxTensor[];
  /** Operations in an order in which they can run. */
  readonly operations: readonly OperationNode[];
  /** The node that stands for every node of the same structure. */
  readonly canonical: (x: OnnxTensor) => OnnxTensor;
  /** Operations that read a canonical node. */
  readonly consumers: (x: OnnxTensor) => readonly OperationNode[];
}

/** Where a lowering writes to. */
export interface LoweringTarget {
  /** The model. */
  readonly model: ModelBuilder;
  /** What the device offers. */
  readonly device: DeviceTraits;
  /** Values of the canonical nodes: the leaves are there, a lowering adds the operations. */
  readonly values: Map<OnnxTensor, Value>;
}

/** Writes a whole recorded graph into a model. */
export interface Lowering {
  /** Name, for results and logs. */
  readonly name: string;
  /**
   * How the elements of a fed or wanted node of `plan` lie in memory;
   * `undefined` is row-major.
   */
  ordersOf(plan: GraphPlan): (x: OnnxTensor) => MemoryOrder | undefined;
  /** Gives every output of `plan` a value in `target.values`, in its order. */
  lower(plan: GraphPlan, target: LoweringTarget): void;
}

/** One operation as its rule sees it. */
export interface Call<K extends OperationName> {
  /** Attributes of the operation. */
  readonly attributes: OperationAttributes[K];
  /** Values of the operands. */
  readonly inputs: readonly Value[];
  /** Shapes of the operands. */
  readonly shapes: readonly Shape[];
  /** Shape of the result. */
  readonly shape: Shape;
  /** Where the rule writes to. */
  readonly model: ModelBuilder;
  /** What the device offers. */
  readonly device: DeviceTraits;
  /** Whether such an operation reads the same first operand. */
  readonly sharesInput: (operation: OperationName) => boolean;
}

/** Writes one operation and returns its result. */
export type Rule<K extends OperationName> = (call: Call<K>) => Value;

/** A rule for each operation. */
export type Rules = { readonly [K in OperationName]: Rule<K> };

/** A lowering that writes operation by operation, all row-major. */
export function lowerByRules(name: string, rules: Rules): Lowering {
  return {
    name,
    ordersOf: () => () => undefined,
    lower(plan, target) {
      for (const node of plan.operations) {
        const inputs = node.inputs.map((x) =>
          target.values.get(plan.canonical(x))!
        );
        target.values.set(
          node,
          applyRule(rules, node, { plan, target, inputs }),
        );
      }
    },
  };
}

/** Where {@linkcode applyRule} reads and writes. */
export interface RuleContext {
  /** The graph around the operation. */
  readonly plan: GraphPlan;
  /** Where it is written to. */
  readonly target: LoweringTarget;
  /** Values of its operands. */
  readonly inputs: readonly Value[];
}

/** Writes one operation by its rule and returns its result. */
export function applyRule(
  rules: Rules,
  node: OperationNode,
  { plan, target: { model, device }, inputs }: RuleContext,
): Value {
  const operands = node.inputs.map(plan.canonical);
  const [first] = operands;
  const rule = rules[node.operation] as Rule<OperationName>;
  return rule({
    attributes: node.attributes,
    inputs,
    shapes: operands.map(({ shape }) => shape),
    shape: node.shape,
    model,
    device,
    sharesInput: (operation) =>
      plan.consumers(first!).some((other) =>
        other.operation === operation &&
        plan.canonical(other.inputs[0]!) === first
      ),
  });
}
