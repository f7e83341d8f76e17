import type { onnx } from "onnx-proto";
import { OptionError } from "../../core/errors.ts";
import type { Backend, Shape, TensorMap } from "../backend.ts";
import { writeModel } from "./_emit.ts";
import { foldingBackend } from "./_folding_backend.ts";
import type { OnnxTensor, TensorLeaf } from "./graph.ts";
import { halfModel } from "./_half_model.ts";
import { planGraph } from "./_plan.ts";
import { plainLowering } from "./plain/lower_plain.ts";
import { loadProto } from "./_runtime.ts";

/** A program as {@linkcode exportOnnx} takes it: the backend comes with the inputs. */
export type ExportProgram = (
  backend: Backend<OnnxTensor>,
  inputs: TensorMap<OnnxTensor>,
) => TensorMap<OnnxTensor>;

/** Options of {@linkcode exportOnnx}. */
export interface ExportOnnxOptions {
  /** Name and shape of each input. */
  readonly inputs: Readonly<Record<string, Shape>>;
  /**
   * Outputs of the program up to which products run in half precision, their
   * weights stored so. They are marks only and not outputs of the model. All
   * is float32 by default; inputs and outputs always are.
   */
  readonly halfUpTo?: readonly string[];
  /** What readers of the model should know, by key; in its `metadata_props`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What the model is, in a sentence. */
  readonly description?: string;
  /** What wrote it, and in which version. */
  readonly producer?: { readonly name: string; readonly version: string };
}

/** The largest message that readers of protocol buffers take. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Writes a program as an ONNX model that any runtime of the standard runs
 * alone: opset 18 of the standard domain and nothing else, fixed shapes,
 * inputs and outputs by the program's names.
 *
 * What depends on constants alone is computed now. Nothing is run, and ONNX
 * Runtime is not loaded.
 *
 * @param program Operations of the backend it is given; `constant` and
 *   `tensor` both bake numbers in, and `read` and `compile` are refused.
 * @param options Inputs, precision and metadata.
 * @returns The bytes of an `.onnx` file.
 * @throws {OptionError} If a name is not free, a mark is no output of the
 *   program, no output is left, or the model reaches 2 GiB.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { InferenceSession, Tensor } from "onnxruntime-node";
 * import { exportOnnx } from "@simsc/core/backends/onnx";
 *
 * const bytes = await exportOnnx(
 *   (backend, { x }) => ({
 *     y: backend.matMul(x!, backend.constant([1, 2, 3, 4], [2, 2])),
 *   }),
 *   { inputs: { x: [1, 2] }, metadata: { unit: "none" } },
 * );
 * const session = await InferenceSession.create(bytes);
 * const x = new Tensor("float32", [1, 10], [1, 2]);
 * deepStrictEqual([...(await session.run({ x }))["y"]!.data], [31, 42]);
 * ```
 */
export async function exportOnnx(
  program: ExportProgram,
  options: ExportOnnxOptions,
): Promise<Uint8Array> {
  const proto = await loadProto();
  const { halfUpTo = [] } = options;
  const inputs = Object.entries(options.inputs).map((
    [name, shape],
  ): [string, TensorLeaf] => [name, { kind: "tensor", shape }]);
  const results = Object.entries(
    program(foldingBackend(), Object.fromEntries(inputs)),
  );
  const names = results.map(([name]) => name);
  check(options, names);
  const outputs = results.map(([, x]) => x);
  const plan = planGraph(outputs, () => false);
  const { graph, ...message } = writeModel(plan, outputs, {
    proto,
    lowering: plainLowering,
    // Operators of the standard that every runtime has.
    device: {
      fusedMatMul: false,
      fastProducts: false,
      poolIndices: false,
      hardSigmoid: false,
      gelu: false,
      layerNormStatistics: false,
      fastScan: false,
    },
  }).message();
  const inputNames = new Map(inputs.map(([name, x]) => [x, name]));
  const feeds = plan.feeds.map((x) => inputNames.get(x as TensorLeaf) ?? "");
  const named = rename(graph!, feeds, names);
  const isMark = ({ name }: onnx.IValueInfoProto) => halfUpTo.includes(name!);
  const kept = {
    ...named,
    // In the caller's order, those that are not read included.
    input: inputs.map(([name, { shape }]) => info(name, shape)),
    output: named.output!.filter((x) => !isMark(x)),
  };
  const bytes = proto.ModelProto.encode({
    ...message,
    opsetImport: message.opsetImport!.filter(({ domain }) => domain === ""),
    producerName: options.producer?.name ?? "",
    producerVersion: options.producer?.version ?? "",
    docString: options.description ?? "",
    metadataProps: Object.entries(options.metadata ?? {}).map((
      [key, value],
    ) => ({ key, value })),
    graph: halfUpTo.length === 0 ? kept : halfModel(kept, halfUpTo),
  }).finish();
  if (bytes.length > MOST_BYTES) {
    const wanted = `a model of less than ${MOST_BYTES} bytes`;
    throw new OptionError("exportOnnx", "program", wanted, bytes.length);
  }
  return bytes;
}

/** Names that the writer gives to what has none. */
const TAKEN = /^(in|c|v)\d+(_half|_float|_inner)?$/;

function check(
  { inputs, halfUpTo = [] }: ExportOnnxOptions,
  outputs: readonly string[],
): void {
  const names = [...Object.keys(inputs), ...outputs];
  const taken = names.find((name, i) =>
    name === "" || TAKEN.test(name) || names.indexOf(name) !== i
  );
  const fn = "exportOnnx";
  if (taken !== undefined) {
    const wanted = "names of inputs and outputs, each once, none like v0";
    throw new OptionError(fn, "inputs", wanted, JSON.stringify(taken));
  }
  const unknown = halfUpTo.find((name) => !outputs.includes(name));
  if (unknown !== undefined) {
    const wanted = `among the outputs (${outputs.join(", ")})`;
    throw new OptionError(fn, "halfUpTo", wanted, unknown);
  }
  if (outputs.every((name) => halfUpTo.includes(name))) {
    const wanted = "a program with an output beside the marks";
    throw new OptionError(fn, "program", wanted, outputs.join(", "));
  }
}

/** The graph with the program's names on what goes in and out. */
function rename(
  graph: onnx.IGraphProto,
  feeds: readonly string[],
  outputs: readonly string[],
): onnx.IGraphProto {
  const names = new Map<string, string>();
  graph.input?.forEach(({ name }, i) => names.set(name!, feeds[i]!));
  graph.output?.forEach(({ name }, i) => names.set(name!, outputs[i]!));
  const of = (name: string) => names.get(name) ?? name;
  const ofInfo = (x: onnx.IValueInfoProto) => ({ ...x, name: of(x.name!) });
  return {
    ...graph,
    input: graph.input!.map(ofInfo),
    output: graph.output!.map(ofInfo),
    node: graph.node!.map((node) => ({
      ...node,
      input: node.input!.map(of),
      output: node.output!.map(of),
    })),
  };
}

function info(name: string, shape: Shape): onnx.IValueInfoProto {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: 1, shape: { dim } } } };
}
