/**
 * Writes ONNX models, one value at a time.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
import type { Shape } from "../backend.ts";
import { digestOf } from "./_digest.ts";
import {
  attributeProto,
  type Attributes,
  elementType,
  extraDomains,
  valueInfo,
} from "./_messages.ts";

export { type Attribute, type Attributes, elementType } from "./_messages.ts";

/** Name of a value inside a model. */
export type Value = string;

/** A model under construction. Equal nodes are written once. */
export interface ModelBuilder {
  /** Declares a fed input. */
  input(name: string, shape: Shape): Value;
  /** Writes a tensor of floats that may be large: it is not compared with others. */
  tensor(data: Float32Array, shape: Shape): Value;
  /** Writes a few floats, equal ones once. */
  floats(data: Float32Array, shape: Shape): Value;
  /** Writes a scalar. */
  scalar(value: number): Value;
  /** Writes a vector of whole numbers, as `int64`, which shapes and axes are. */
  ints(values: readonly number[]): Value;
  /** Writes a vector of whole numbers as `int32`, which every device can index with. */
  indices(values: readonly number[] | Int32Array): Value;
  /** Adds a node of one result; `""` stands for an input left out. */
  op(
    type: string,
    inputs: readonly Value[],
    attributes?: Attributes,
    domain?: string,
  ): Value;
  /** Adds a node of `count` results. */
  ops(
    count: number,
    type: string,
    inputs: readonly Value[],
    attributes?: Attributes,
    domain?: string,
  ): readonly Value[];
  /**
   * Adds a `Scan`: `body` for each index of the first axis of the inputs, its
   * results stacked along a new first axis. It writes with the builder that it
   * gets alone.
   */
  scan(
    inputs: readonly Value[],
    shapes: ScanShapes,
    body: (model: ModelBuilder, parts: readonly Value[]) => readonly Value[],
  ): readonly Value[];
  /** Says that a value, if it depends on constants alone, is large enough to be computed apart: see `splitConstants`. */
  markLarge(value: Value, shape: Shape): void;
  /** What was marked, and its shape. */
  readonly large: ReadonlyMap<Value, Shape>;
  /** Declares the next result. */
  output(value: Value, shape: Shape): void;
  /** Declares an empty sequence as the next result. */
  emptySequence(): void;
  /** The model as a message, to be changed before it is encoded. */
  message(): onnx.IModelProto;
  /** The model as ONNX Runtime reads it. */
  encode(): Uint8Array;
}

/** Shapes inside of a `Scan`. */
export interface ScanShapes {
  /** Of a part of each input. */
  readonly parts: readonly Shape[];
  /** Of each result of a part. */
  readonly results: readonly Shape[];
}

/** The part of `onnx-proto` used here. */
export type OnnxProto = Pick<
  typeof onnx,
  "ModelProto" | "TensorProto" | "AttributeProto"
>;

/** Starts an empty model; `prefix` tells the names of a graph inside another. */
export function modelBuilder(proto: OnnxProto, prefix = ""): ModelBuilder {
  const nodes: onnx.INodeProto[] = [];
  const initializers: onnx.ITensorProto[] = [];
  const inputs: onnx.IValueInfoProto[] = [];
  const outputs: onnx.IValueInfoProto[] = [];
  const known = new Map<string, readonly Value[]>();
  const computed = new Set<Value>();
  const large = new Map<Value, Shape>();
  let values = 0;

  const once = (
    key: string,
    make: () => readonly Value[],
  ): readonly Value[] => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    known.set(key, made);
    return made;
  };
  const initializer = (
    dataType: number,
    dims: readonly number[],
    data: Float32Array | Int32Array | BigInt64Array,
  ): Value => {
    const name = `${prefix}c${values++}`;
    const rawData = new Uint8Array(
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
    initializers.push({ name, dims: [...dims], dataType, rawData });
    return name;
  };
  const ops: ModelBuilder["ops"] = (
    count,
    type,
    operands,
    attributes = {},
    domain = "",
  ) => {
    const key = `${domain}:${type}:${count}(${operands})` +
      JSON.stringify(attributes);
    return once(key, () => {
      const output = Array.from(
        { length: count },
        () => `${prefix}v${values++}`,
      );
      output.forEach((value) => computed.add(value));
      nodes.push({
        opType: type,
        domain,
        name: `${type}_${nodes.length}`,
        input: [...operands],
        output,
        attribute: Object.entries(attributes).map(attributeProto),
      });
      return output;
    });
  };

  const message = (): onnx.IModelProto => ({
    irVersion: 8,
    opsetImport: [
      { domain: "", version: 18 },
      { domain: "com.microsoft", version: 1 },
      ...extraDomains(nodes),
    ],
    graph: {
      name: "simsc",
      node: nodes,
      initializer: initializers,
      input: inputs,
      output: outputs,
    },
  });

  return {
    input: (name, shape) => {
      inputs.push(valueInfo(name, shape));
      return name;
    },
    tensor: (data, shape) => initializer(elementType.float, shape, data),
    floats: (data, shape) =>
      once(
        `floats ${shape} ${digestOf(data)}`,
        () => [initializer(elementType.float, shape, data)],
      )[0]!,
    scalar: (value) =>
      once(
        `scalar ${Object.is(value, -0) ? "-0" : value}`,
        () => [initializer(elementType.float, [], Float32Array.of(value))],
      )[0]!,
    ints: (ints) =>
      once(`ints ${ints}`, () => {
        const data = BigInt64Array.from(ints, BigInt);
        return [initializer(elementType.int64, [ints.length], data)];
      })[0]!,
    indices: (ints) => {
      const data = new Int32Array(ints);
      return once(
        `indices ${digestOf(data)}`,
        () => [initializer(elementType.int32, [data.length], data)],
      )[0]!;
    },
    ops,
    op: (...node) => ops(1, ...node)[0]!,
    scan: (operands, shapes, body) => {
      const inner = modelBuilder(proto, "body_");
      const parts = shapes.parts.map((shape, i) =>
        inner.input(`body_${i}`, shape)
      );
      body(inner, parts).forEach((result, i) =>
        inner.output(result, shapes.results[i]!)
      );
      return ops(shapes.results.length, "Scan", operands, {
        body: { graph: inner.message().graph! },
        num_scan_inputs: operands.length,
      });
    },
    markLarge: (value, shape) => large.set(value, shape),
    large,
    output: (value, shape) => {
      // A graph may not return an input, a constant or one value twice.
      let name = value;
      if (!computed.delete(value)) {
        name = `${prefix}v${values++}`;
        nodes.push({ opType: "Identity", input: [value], output: [name] });
      }
      outputs.push(valueInfo(name, shape));
    },
    emptySequence: () => {
      const name = `${prefix}v${values++}`;
      nodes.push({ opType: "SequenceEmpty", input: [], output: [name] });
      const elemType = { tensorType: { elemType: elementType.float } };
      outputs.push({ name, type: { sequenceType: { elemType } } });
    },
    message,
    encode: () => proto.ModelProto.encode(message()).finish(),
  };
}
