import type { Shape } from "../backend.ts";
import { tensorShape } from "../_shape.ts";
import { digestOf } from "./_digest.ts";
import type { ConstantLeaf } from "./graph.ts";

/** A constant with the digest of its bits. */
export function constantLeaf(
  data: ArrayLike<number>,
  shape: Shape,
): ConstantLeaf {
  const floats = new Float32Array(data);
  return {
    kind: "constant",
    shape: tensorShape("constant", floats.length, shape),
    data: floats,
    digest: digestOf(floats),
  };
}
