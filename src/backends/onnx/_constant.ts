import type { Shape } from "../backend.ts";
import { tensorShape } from "../_shape.ts";
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

/** Two multiplicative hashes of the bit patterns side by side. */
function digestOf(floats: Float32Array): string {
  const words = new Uint32Array(
    floats.buffer,
    floats.byteOffset,
    floats.length,
  );
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b + word, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return `${words.length}:${a >>> 0}:${b >>> 0}`;
}
