import type { Backend } from "../backend.ts";
import { UnsupportedOperationError } from "../errors.ts";
import { sizeOf } from "../_shape.ts";
import { referenceBackend, type ReferenceTensor } from "../reference.ts";
import { constantLeaf } from "./_constant.ts";
import type { ConstantLeaf, OnnxTensor } from "./graph.ts";
import { type Operations, operations } from "./_record.ts";

/**
 * A backend that only records, for a model that is written and not run here.
 * What depends on constants alone is computed at once, in float64, so that a
 * folded batch norm or a resized position table is in the model as numbers.
 */
export function foldingBackend(): Backend<OnnxTensor> {
  const name = "onnx-export";
  const refuse = (operation: string) => (): never => {
    throw new UnsupportedOperationError(name, operation);
  };
  return {
    ...foldingOperations(),
    name,
    precision: "float32",
    tensor: constantLeaf,
    constant: constantLeaf,
    read: refuse("read"),
    compile: refuse("compile"),
    tidy: (f) => f(),
    dispose: () => {},
    memory: () => ({ tensors: 0, sessions: 0 }),
    close: () => Promise.resolve(),
  };
}

type Operation = (...args: unknown[]) => unknown;

/** `shape` computes nothing, and a broadcast of numbers only makes a model larger. */
const KEPT: readonly string[] = ["shape", "broadcastTo"];

function foldingOperations(): Operations {
  const oracle = referenceBackend();
  const entries = Object.entries(operations).map(([name, record]) => {
    if (KEPT.includes(name)) return [name, record];
    const compute = oracle[name as keyof Operations] as Operation;
    return [name, (...args: unknown[]) => {
      const leaves = constantsOf(args);
      const recorded = (record as Operation)(...args) as OnnxTensor;
      if (leaves === undefined || recorded.kind !== "operation") {
        return recorded;
      }
      const numbers = (x: unknown): ReferenceTensor => {
        const { data, shape } = x as ConstantLeaf;
        return oracle.tensor(data, shape);
      };
      const size = leaves.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      if (sizeOf(recorded.shape) > size) return recorded;
      const [result] = oracle.tidy(() => [
        compute(
          ...args.map((arg) => mapTensors(arg, numbers)),
        ) as ReferenceTensor,
      ]) as [ReferenceTensor];
      const folded = constantLeaf(result.data, result.shape);
      oracle.dispose([result]);
      return folded;
    }];
  });
  return Object.fromEntries(entries) as unknown as Operations;
}

/** The constants among the arguments; `undefined` where another tensor is, or none. */
function constantsOf(
  args: readonly unknown[],
): readonly ConstantLeaf[] | undefined {
  const tensors: OnnxTensor[] = [];
  args.forEach((arg) =>
    mapTensors(arg, (x) => {
      tensors.push(x);
      return x;
    })
  );
  const constants = tensors.filter((x) => x.kind === "constant");
  return constants.length > 0 && constants.length === tensors.length
    ? constants
    : undefined;
}

/** An argument with its tensors exchanged: one, a list, or a bias among options. */
function mapTensors(
  arg: unknown,
  change: (x: OnnxTensor) => unknown,
): unknown {
  if (Array.isArray(arg)) {
    return arg.map((each) => isTensor(each) ? change(each) : each);
  }
  if (isTensor(arg)) return change(arg);
  if (typeof arg === "object" && arg !== null && "bias" in arg) {
    return { ...arg, bias: mapTensors(arg.bias, change) };
  }
  return arg;
}

function isTensor(x: unknown): x is OnnxTensor {
  return typeof x === "object" && x !== null && "kind" in x && "shape" in x;
}
