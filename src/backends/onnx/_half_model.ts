/**
 * Half precision for part of a model.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
import { elementType } from "./model_builder.ts";

/** ONNX's number of half precision. */
const HALF = 10;

/** Written in half precision, weights and all: what takes the time and the space. */
const PRODUCTS = ["Conv", "MatMul", "Gemm"];

/** Half where their first operand is: they move numbers or choose among them. */
const MOVES = [
  "Relu",
  "MaxPool",
  "Reshape",
  "Transpose",
  "Slice",
  "Expand",
  "Gather",
  "Identity",
];

/** Half where all operands are or can be. */
const JOINS = ["Add", "Concat"];

/**
 * Rewrites what `marks` depend on: products with half-precision weights, and
 * what lies between them. Sums, norms, softmax and everything behind the marks
 * stay float32, with casts where the two meet; so does what reads a weight that
 * half precision cannot hold.
 */
export function halfModel(
  graph: onnx.IGraphProto,
  marks: readonly string[],
): onnx.IGraphProto {
  const region = ancestors(graph, marks);
  const weights = new Map(
    (graph.initializer ?? []).map((each) => [each.name!, each]),
  );
  const nodes: onnx.INodeProto[] = [];
  const halves = new Set<string>();
  const made = new Map<string, onnx.ITensorProto | "cast">();

  const cast = (value: string, to: number): string => {
    const name = `${value}_${to === HALF ? "half" : "float"}`;
    if (made.has(name)) return name;
    made.set(name, "cast");
    nodes.push({
      opType: "Cast",
      name: `Cast_${name}`,
      input: [value],
      output: [name],
      attribute: [{ name: "to", i: to, type: 2 }],
    });
    return name;
  };
  const roundings = new Map<onnx.ITensorProto, onnx.ITensorProto | undefined>();
  const rounded = (x: onnx.ITensorProto): onnx.ITensorProto | undefined => {
    if (!roundings.has(x)) roundings.set(x, halfTensor(x, `${x.name}_half`));
    return roundings.get(x);
  };
  const toHalf = (value: string): string => {
    if (value === "" || halves.has(value)) return value;
    const weight = weights.get(value);
    if (weight === undefined) return cast(value, HALF);
    const name = `${value}_half`;
    if (made.has(name)) return name;
    made.set(name, rounded(weight)!);
    return name;
  };
  const toFloat = (value: string): string =>
    halves.has(value) ? cast(value, elementType.float) : value;
  const isHalf = (value: string): boolean => halves.has(value);
  const fits = (value: string): boolean => {
    const weight = weights.get(value);
    return weight?.dataType !== elementType.float ||
      rounded(weight) !== undefined;
  };

  for (const node of graph.node ?? []) {
    const type = node.opType ?? "";
    const inputs = node.input ?? [];
    const dynamic = inputs.filter((x) => x !== "" && !weights.has(x));
    const inside = region.has(node) && inputs.every(fits);
    const write = (input: readonly string[], half: boolean): void => {
      nodes.push({ ...node, input: [...input] });
      if (half) node.output?.forEach((value) => halves.add(value));
    };
    if (inside && PRODUCTS.includes(type)) {
      write(inputs.map(toHalf), true);
    } else if (inside && MOVES.includes(type) && isHalf(inputs[0] ?? "")) {
      write(inputs, true);
    } else if (
      inside && JOINS.includes(type) && dynamic.length > 0 &&
      dynamic.every(isHalf)
    ) {
      write(inputs.map(toHalf), true);
    } else {
      write(inputs.map(toFloat), false);
    }
  }
  return {
    ...graph,
    node: floatOutputs(graph, nodes, halves),
    initializer: used(nodes, [
      ...weights.values(),
      ...[...made.values()].filter((x) => typeof x === "object"),
    ]),
  };
}

/** Nodes that `values` depend on. */
function ancestors(
  graph: onnx.IGraphProto,
  values: readonly string[],
): ReadonlySet<onnx.INodeProto> {
  const wanted = new Set(values);
  const found = new Set<onnx.INodeProto>();
  for (const node of [...(graph.node ?? [])].reverse()) {
    if (!node.output?.some((value) => wanted.has(value))) continue;
    found.add(node);
    node.input?.forEach((value) => wanted.add(value));
  }
  return found;
}

/** The tensor rounded to half precision; `undefined` where it would overflow. */
function halfTensor(
  tensor: onnx.ITensorProto,
  name: string,
): onnx.ITensorProto | undefined {
  const { rawData, dims } = tensor;
  if (!rawData) return undefined;
  const bytes = rawData.slice();
  const rounded = Float16Array.from(new Float32Array(bytes.buffer));
  if (!rounded.every(Number.isFinite)) return undefined;
  return {
    name,
    dataType: HALF,
    dims: [...(dims ?? [])],
    rawData: new Uint8Array(rounded.buffer),
  };
}

/** Gives results in float32 under their own names. */
function floatOutputs(
  graph: onnx.IGraphProto,
  nodes: readonly onnx.INodeProto[],
  halves: ReadonlySet<string>,
): onnx.INodeProto[] {
  const outputs = (graph.output ?? []).map(({ name }) => name!)
    .filter((name) => halves.has(name));
  const inner = (value: string) =>
    outputs.includes(value) ? `${value}_inner` : value;
  return [
    ...nodes.map((node) => ({
      ...node,
      input: (node.input ?? []).map(inner),
      output: (node.output ?? []).map(inner),
    })),
    ...outputs.map((name) => ({
      opType: "Cast",
      name: `Cast_${name}`,
      input: [inner(name)],
      output: [name],
      attribute: [{ name: "to", i: elementType.float, type: 2 }],
    })),
  ];
}

/** Tensors that a node reads. */
function used(
  nodes: readonly onnx.INodeProto[],
  tensors: readonly onnx.ITensorProto[],
): onnx.ITensorProto[] {
  const read = new Set(nodes.flatMap(({ input }) => input ?? []));
  return tensors.filter(({ name }) => read.has(name!));
}
