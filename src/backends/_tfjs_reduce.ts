/**
 * Reductions with TensorFlow.js.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { argMaxShape, reduceShape, sizeOf, softmaxShape } from "./_shape.ts";
import { transposeTensor } from "./_tfjs_layout.ts";
import type { TfjsSession } from "./_tfjs_session.ts";
import type { Backend } from "./backend.ts";

/** Terms added one after the other before partial sums are added up. */
const SUM_BLOCK = 64;

/** Work groups that WebGPU starts along one axis. */
const MAX_WORKGROUPS = 65535;

/** The reductions of a session. */
export function tfjsReduce(
  session: TfjsSession,
): Pick<Backend<tf.Tensor>, "sum" | "max" | "softmax" | "argMax"> {
  const { kind } = session.device;
  return {
    sum: (x, axes) =>
      session.run(
        reduceShape("sum", x.shape, axes),
        [x],
        () => sumRows(kind, reducedLast(x, axes)),
      ),
    max: (x, axes) =>
      session.run(
        reduceShape("max", x.shape, axes),
        [x],
        () => tf.max(reducedLast(x, axes), 1),
      ),
    softmax: (x) =>
      session.run(
        softmaxShape(x.shape),
        [x],
        () => softmaxRows(kind, reducedLast(x, [x.rank - 1])),
      ),
    argMax: (x) =>
      session.run(argMaxShape(x.shape), [x], () => {
        const rows = reducedLast(x, [x.rank - 1]);
        const n = rows.shape[1];
        // tf.argMax gives the last of equal values on webgpu.
        const below = tf.notEqual(rows, tf.max(rows, 1, true));
        const index = tf.reshape(tf.range(0, n, 1, "float32"), [1, n]);
        return tf.min(tf.where(below, tf.scalar(n - 1), index), 1);
      }),
  };
}

/** `[kept, reduced]`: the reduced axes moved behind the others, each group as one. */
function reducedLast(x: tf.Tensor, axes: readonly number[]): tf.Tensor2D {
  const kept = x.shape.map((_, axis) => axis).filter((i) => !axes.includes(i));
  const last = x.shape.map((_, axis) => axis).filter((i) => axes.includes(i));
  const order = [...kept, ...last];
  const moved = order.every((axis, place) => axis === place)
    ? x
    : transposeTensor(x, order);
  const length = sizeOf(last.map((axis) => x.shape[axis]!));
  return tf.reshape(moved, [x.size / length, length]);
}

/** Row sums; in blocks on wasm, whose kernel adds a million terms 1 % wrong. */
function sumRows(kind: string, rows: tf.Tensor2D): tf.Tensor {
  const [count, length] = rows.shape;
  if (kind !== "wasm" || length <= SUM_BLOCK) return tf.sum(rows, 1);
  const blocks = Math.ceil(length / SUM_BLOCK);
  const padded = tf.pad(rows, [[0, 0], [0, blocks * SUM_BLOCK - length]]);
  const partial = tf.sum(tf.reshape(padded, [count * blocks, SUM_BLOCK]), 1);
  return sumRows(kind, tf.reshape(partial, [count, blocks]));
}

/** Row softmax; composed on webgpu where its kernel starts too many work groups. */
function softmaxRows(kind: string, rows: tf.Tensor2D): tf.Tensor {
  if (kind !== "webgpu" || rows.shape[0] <= MAX_WORKGROUPS) {
    return tf.softmax(rows);
  }
  const powers = tf.exp(tf.sub(rows, tf.max(rows, 1, true)));
  return tf.div(powers, tf.sum(powers, 1, true));
}
