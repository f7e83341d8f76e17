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
import type { ModelBuilder, Value } from "./_model.ts";

/** What an execution provider has beyond the operators that all have. */
export interface DeviceTraits {
  /** `com.microsoft.FusedMatMul`: a product that reads a factor transposed. */
  readonly fusedMatMul: boolean;
  /** Second result of `MaxPool`, and `ScatterElements` that adds. */
  readonly poolIndices: boolean;
  /** `HardSigmoid`. */
  readonly hardSigmoid: boolean;
}

/** A recorded graph, every node once and after its inputs. */
export interface GraphPlan {
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
  /** Gives every operation of `plan` a value in `target.values`. */
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

/** A lowering that writes operation by operation. */
export function lowerByRules(name: string, rules: Rules): Lowering {
  return {
    name,
    lower(plan, { model, device, values }) {
      for (const node of plan.operations) {
        const inputs = node.inputs.map(plan.canonical);
        const rule = rules[node.operation] as Rule<OperationName>;
        const value = rule({
          attributes: node.attributes,
          inputs: inputs.map((input) => values.get(input)!),
          shapes: inputs.map((input) => input.shape),
          shape: node.shape,
          model,
          device,
          sharesInput: (operation) =>
            plan.consumers(inputs[0]!).some((other) =>
              other.operation === operation &&
              plan.canonical(other.inputs[0]!) === inputs[0]
            ),
        });
        values.set(node, value);
      }
    },
  };
}
