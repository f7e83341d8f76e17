/**
 * Parts of ONNX models as protocol buffers have them.
 *
 * @module
 */
import type { onnx } from "onnx-proto";
import type { Shape } from "../backend.ts";

/** A whole number, whole numbers, a text, `{ float }` or `{ floats }`, which plain numbers cannot tell, or a graph. */
export type Attribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly graph: onnx.IGraphProto };

/** Attributes of an ONNX node, by name. */
export type Attributes = Readonly<Record<string, Attribute>>;

/** ONNX's number of each element type. */
export const elementType = { float: 1, int32: 6, int64: 7, bool: 9 } as const;

/** Domains beyond the usual two: a runtime refuses those it has not. */
export function extraDomains(
  nodes: readonly onnx.INodeProto[],
): onnx.IOperatorSetIdProto[] {
  const domains = new Set(nodes.map(({ domain }) => domain ?? ""));
  return [...domains]
    .filter((domain) => !["", "com.microsoft"].includes(domain))
    .map((domain) => ({ domain, version: 1 }));
}

/** A tensor of floats by name and shape. */
export function valueInfo(name: string, shape: Shape): onnx.IValueInfoProto {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return {
    name,
    type: { tensorType: { elemType: elementType.float, shape: { dim } } },
  };
}

/** An attribute by its name. */
export function attributeProto(
  [name, value]: [string, Attribute],
): onnx.IAttributeProto {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") {
    return { name, s: new TextEncoder().encode(value), type: 3 };
  }
  if ("float" in value) return { name, f: value.float, type: 1 };
  if ("floats" in value) return { name, floats: [...value.floats], type: 6 };
  if ("graph" in value) return { name, g: value.graph, type: 5 };
  return { name, ints: [...value], type: 7 };
}
