import type { NamedTensors } from "../data/safetensors.ts";

/**
 * A name for numbers: SHA-256 over the names, shapes and bytes of tensors, in
 * the order of their names.
 *
 * @param tensors Any tensors; of none at all too.
 * @returns 64 hexadecimal digits, equal for equal tensors alone.
 *
 * @example
 * ```ts
 * import { equal, notEqual } from "node:assert/strict";
 * import { digestTensors } from "@simsc/core/runs";
 *
 * const of = (x: number) =>
 *   digestTensors({ bias: { shape: [1], data: Float32Array.of(x) } });
 * equal(await of(1), await of(1));
 * notEqual(await of(1), await of(-1));
 * ```
 */
export async function digestTensors(tensors: NamedTensors): Promise<string> {
  const parts: unknown[] = [];
  for (const name of Object.keys(tensors).sort()) {
    const { shape, data } = tensors[name] as NamedTensors[string];
    const { buffer, byteOffset, byteLength } = data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    parts.push([name, shape, await digestBytes(bytes)]);
  }
  return await digestBytes(new TextEncoder().encode(JSON.stringify(parts)));
}

/**
 * SHA-256 of bytes.
 *
 * @param bytes Any bytes.
 * @returns 64 hexadecimal digits.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { digestBytes } from "@simsc/core/runs";
 *
 * match(await digestBytes(new Uint8Array()), /^e3b0c44298fc1c14/);
 * ```
 */
export async function digestBytes(bytes: Uint8Array): Promise<string> {
  const view = bytes as Uint8Array<ArrayBuffer>;
  const digest = await crypto.subtle.digest("SHA-256", view);
  return [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
