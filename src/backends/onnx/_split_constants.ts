/**
 * Large values that depend on constants alone, computed once by a model of
 * their own. ONNX Runtime would fold them while it makes the session: by one
 * thread, and with several copies of each. The floats that they are computed
 * from are fed, which takes no copy at all.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
import type { Shape } from "../backend.ts";
import { elementType, valueInfo } from "./_messages.ts";
import type { ModelBuilder, Value } from "./model_builder.ts";

/** A model, and what it reads of another one. */
export interface SplitModel {
  readonly model: onnx.IModelProto;
  /** Not there where nothing large depends on constants alone. */
  readonly constants?: {
    readonly model: onnx.IModelProto;
    /** Its inputs. */
    readonly feeds: readonly onnx.ITensorProto[];
    /** Its results, inputs of the other model, and their shapes. */
    readonly results: ReadonlyMap<Value, Shape>;
  };
}

/** Moves what was marked as large, and depends on constants alone, into a model of its own. */
export function splitConstants(
  { message, large }: Pick<ModelBuilder, "message" | "large">,
): SplitModel {
  const model = message();
  const graph = model.graph!;
  const constant = constantValues(graph);
  const results = new Map([...large].filter(([x]) => constant.has(x)));
  if (results.size === 0) return { model };
  const infos = [...results].map(([name, shape]) => valueInfo(name, shape));
  // First in both where results are computed into memory that is handed over.
  const end = graph.output!.filter(({ type }) => type?.sequenceType);
  const apart = neededParts(graph, [...end, ...infos], new Map());
  const { floats = [], others = [] } = Object.groupBy(
    apart.initializer!,
    ({ dataType }) => dataType === elementType.float ? "floats" : "others",
  );
  return {
    model: {
      ...model,
      graph: {
        ...graph,
        ...neededParts(graph, graph.output!, results),
        input: [...graph.input!, ...infos],
      },
    },
    constants: {
      results,
      feeds: floats,
      model: {
        ...model,
        graph: {
          ...graph,
          ...apart,
          initializer: others,
          input: floats.map(({ name, dims }) =>
            valueInfo(name!, dims as number[])
          ),
          output: [...end, ...infos],
        },
      },
    },
  };
}

/** Results of nodes that read initialisers and other such results alone. */
function constantValues({ node, initializer }: onnx.IGraphProto): Set<Value> {
  const given = new Set(initializer!.map(({ name }) => name!));
  const found = new Set<Value>();
  for (const { input, output } of node!) {
    const isConstant = input!.length > 0 &&
      input!.every((x) => x === "" || given.has(x) || found.has(x));
    if (isConstant) output!.forEach((x) => found.add(x));
  }
  return found;
}

/** Nodes and initialisers that `outputs` depend on, those behind `inputs` left out. */
function neededParts(
  { node, initializer }: onnx.IGraphProto,
  outputs: readonly onnx.IValueInfoProto[],
  inputs: ReadonlyMap<Value, Shape>,
): Pick<onnx.IGraphProto, "node" | "initializer"> {
  const needed = new Set(outputs.map(({ name }) => name!));
  const kept = node!.toReversed().filter(({ input, output }) => {
    const isNeeded = output!.some((x) => needed.has(x) && !inputs.has(x));
    if (isNeeded) input!.forEach((x) => needed.add(x));
    return isNeeded;
  });
  return {
    node: kept.toReversed(),
    initializer: initializer!.filter(({ name }) => needed.has(name!)),
  };
}
