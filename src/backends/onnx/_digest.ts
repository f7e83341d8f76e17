/** Two multiplicative hashes of the bits side by side, and the length. */
export function digestOf({ buffer, byteOffset, length }: Words): string {
  const words = new Uint32Array(buffer, byteOffset, length);
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

/** Elements of 32 bits. */
type Words = Float32Array | Int32Array;
