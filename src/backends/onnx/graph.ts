/**
 * The recorded graph: what an operation of the ONNX backend returns instead of
 * numbers.
 *
 * @module
 */
import type {
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  MaxPool2dOptions,
  Shape,
  WindowOptions,
} from "../backend.ts";

/** Attributes of an operation that has none. */
export type NoAttributes = Readonly<Record<never, never>>;

/**
 * Attributes of every operation: of those that can be recorded, by their names
 * in `Backend`, and of those that stand for several recorded ones.
 */
export interface OperationAttributes {
  /** Inputs `a`, `b`. */
  readonly add: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly sub: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly mul: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly div: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly maximum: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly minimum: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly equal: NoAttributes;
  /** Inputs `condition`, `a`, `b`. */
  readonly where: NoAttributes;
  /** Input `x`. */
  readonly neg: NoAttributes;
  /** Input `x`. */
  readonly abs: NoAttributes;
  /** Input `x`. */
  readonly exp: NoAttributes;
  /** Input `x`. */
  readonly log: NoAttributes;
  /** Input `x`. */
  readonly sqrt: NoAttributes;
  /** Input `x`. */
  readonly erf: NoAttributes;
  /** Input `x`. */
  readonly sigmoid: NoAttributes;
  /** Input `x`. */
  readonly relu: NoAttributes;
  /** Input `x`. */
  readonly step: NoAttributes;
  /** Inputs `a`, `b`. */
  readonly matMul: {
    /** Reads `a` as `[..., K, M]`. */
    readonly transposeA: boolean;
    /** Reads `b` as `[..., N, K]`. */
    readonly transposeB: boolean;
  };
  /** Inputs `x`, `w` and, where there is one, the bias. */
  readonly conv2d: WindowOptions;
  /** Inputs `dy`, `w`. */
  readonly conv2dInputGrad: Conv2dInputGradOptions;
  /** Inputs `x`, `dy`. */
  readonly conv2dFilterGrad: Conv2dFilterGradOptions;
  /** Input `x`. */
  readonly maxPool2d: MaxPool2dOptions;
  /** Inputs `x`, `dy`. */
  readonly maxPool2dGrad: MaxPool2dOptions;
  /** Input `x`. */
  readonly sum: {
    /** Axes that become 1. */
    readonly axes: readonly number[];
  };
  /** Input `x`. */
  readonly max: {
    /** Axes that become 1. */
    readonly axes: readonly number[];
  };
  /** Input `x`. */
  readonly softmax: NoAttributes;
  /** Input `x`. */
  readonly argMax: NoAttributes;
  /** Input `x`; the node's shape is the wanted one. */
  readonly reshape: NoAttributes;
  /** Input `x`. */
  readonly transpose: {
    /** Axis of `x` that becomes axis `i`. */
    readonly permutation: readonly number[];
  };
  /** Input `x`; the node's shape is the size. */
  readonly slice: {
    /** First index along each axis. */
    readonly begin: readonly number[];
  };
  /** Inputs in order. */
  readonly concat: {
    /** Axis along which they follow one another. */
    readonly axis: number;
  };
  /** Input `x`. */
  readonly pad: {
    /** `[before, after]` of each axis. */
    readonly paddings: readonly (readonly [number, number])[];
  };
  /** Input `x`; the node's shape is the wanted one. */
  readonly broadcastTo: NoAttributes;
  /** Inputs `x`, `indices`. */
  readonly gather: NoAttributes;

  // ---- in place of several others, by `fuseOperations` ----------------------

  /** Inputs `a`, `b` of rank 2 and what is added, `[N]`. */
  readonly matMulAdd: OperationAttributes["matMul"];
  /** Input queries, keys and values side by side, `[B, N, 3 C]`. */
  readonly attention: {
    /** Heads that share out `C`. */
    readonly heads: number;
  };
  /** Inputs of `attention`, its result and the gradient by that. */
  readonly attentionGrad: OperationAttributes["attention"];
  /** Input `x`. */
  readonly gelu: NoAttributes;
  /** Inputs `x`, `dy`. */
  readonly geluGrad: NoAttributes;
  /** Inputs `x` with `K` rows, `dy` `[K, M]` and, where there is one, the gradient by `gelu(x)`: `dy^T gelu(x)`. */
  readonly geluWeightGrad: NoAttributes;
  /** Inputs `x`, `weight`, `bias`. */
  readonly layerNorm: {
    /** Added to the variance. */
    readonly epsilon: number;
  };
  /** Inputs `x`, `weight`, `dy` and, where there is one, what is added. */
  readonly layerNormInputGrad: OperationAttributes["layerNorm"];
  /** Inputs `x`, `dy`. */
  readonly layerNormWeightGrad: OperationAttributes["layerNorm"];
  /** Inputs `dy` `[K, M]`, `x` with `K` rows, `weight`, `bias`: `dy^T layerNorm(x)`. */
  readonly layerNormProductGrad: OperationAttributes["layerNorm"];
}

/** Name of an operation. */
export type OperationName = keyof OperationAttributes;

/** A tensor whose numbers are fed when a session runs. */
export interface TensorLeaf {
  /** Tells the kinds apart. */
  readonly kind: "tensor";
  /** Axis lengths. */
  readonly shape: Shape;
}

/** A tensor whose numbers are written into the model. */
export interface ConstantLeaf {
  /** Tells the kinds apart. */
  readonly kind: "constant";
  /** Axis lengths. */
  readonly shape: Shape;
  /** Row-major elements. */
  readonly data: Float32Array;
  /** Digest of the elements: equal constants share a session. */
  readonly digest: string;
}

/** The result of an operation. */
export interface OperationNode<K extends OperationName = OperationName> {
  /** Tells the kinds apart. */
  readonly kind: "operation";
  /** Axis lengths of the result. */
  readonly shape: Shape;
  /** Which operation. */
  readonly operation: K;
  /** Operands in the order of `Backend`. */
  readonly inputs: readonly OnnxTensor[];
  /** Everything else that decides the result. */
  readonly attributes: OperationAttributes[K];
}

/** Tensor of the ONNX backend: an immutable node of a recorded graph. */
export type OnnxTensor = TensorLeaf | ConstantLeaf | OperationNode;
