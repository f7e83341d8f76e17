/**
 * Vector-Jacobian products of the operations that only move elements.
 *
 * @module
 */
import { sizeOf } from "./_shape.ts";
import { reduceTo } from "./_tape_reduce_to.ts";
import type { Rules } from "./_tape_rules.ts";

type LayoutOperation =
  | "reshape"
  | "transpose"
  | "slice"
  | "concat"
  | "pad"
  | "broadcastTo"
  | "gather";

/** Rules of the operations that only move elements. */
export const layoutRules: Rules<LayoutOperation> = {
  reshape: (be, { dy }, x) => [() => be.reshape(dy, be.shape(x))],
  transpose: (be, { dy }, _x, permutation) => [
    () => be.transpose(dy, permutation.map((_, i) => permutation.indexOf(i))),
  ],
  slice: (be, { dy }, x, begin, size) => [
    () =>
      be.pad(
        dy,
        be.shape(x).map((length, i) =>
          [begin[i]!, length - begin[i]! - size[i]!] as const
        ),
      ),
  ],
  pad: (be, { dy }, x, paddings) => [
    () => be.slice(dy, paddings.map(([before]) => before), be.shape(x)),
  ],
  concat: (be, { dy }, xs, axis) => {
    const sizes = xs.map((x) => be.shape(x));
    return sizes.map((size, i) => () => {
      const before = sizes.slice(0, i).reduce((sum, s) => sum + s[axis]!, 0);
      return be.slice(dy, size.map((_, j) => j === axis ? before : 0), size);
    });
  },
  broadcastTo: (be, { dy }, x) => [() => reduceTo(be, dy, x)],
  // One-hot rows and a product: no backend needs a scatter.
  gather: (be, { dy }, x, indices) => [
    () => {
      const [rows, ...row] = be.shape(x) as [number, ...number[]];
      const [count] = be.shape(indices) as [number];
      const places = be.constant(Array.from({ length: rows }, (_, i) => i), [
        1,
        rows,
      ]);
      const oneHot = be.equal(be.reshape(indices, [count, 1]), places);
      const flat = be.reshape(dy, [count, sizeOf(row)]);
      const product = be.matMul(oneHot, flat, { transposeA: true });
      return be.reshape(product, [rows, ...row]);
    },
  ],
};
