/**
 * Moving elements with TensorFlow.js. Its kernels stop at four to six axes, so
 * tensors of more are reshaped down, or changed one axis at a time.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "./_shape.ts";
import type { Shape } from "./backend.ts";

/** Axes that every kernel of every device takes. */
export const MAX_RANK = 4;

/** {@linkcode Backend.transpose}, for any rank. */
export function transposeTensor(
  x: tf.Tensor,
  permutation: readonly number[],
): tf.Tensor {
  if (x.rank <= MAX_RANK) return tf.transpose(x, [...permutation]);
  // Each turn brings the axis that comes next to its place.
  const order = x.shape.map((_, axis) => axis);
  let shape = [...x.shape];
  let result = x;
  permutation.forEach((axis, place) => {
    const from = order.indexOf(axis);
    if (from === place) return;
    const blocks = [
      sizeOf(shape.slice(0, place)),
      sizeOf(shape.slice(place, from)),
      shape[from]!,
      sizeOf(shape.slice(from + 1)),
    ];
    result = tf.transpose(tf.reshape(result, blocks), [0, 2, 1, 3]);
    order.splice(place, 0, ...order.splice(from, 1));
    shape = order.map((axis) => x.shape[axis]!);
  });
  return result === x ? tf.clone(x) : result;
}

/** {@linkcode Backend.slice}, for any rank. */
export function sliceTensor(
  x: tf.Tensor,
  begin: readonly number[],
  size: readonly number[],
): tf.Tensor {
  if (x.rank === 0) return tf.clone(x);
  if (x.rank <= MAX_RANK) return tf.slice(x, [...begin], [...size]);
  return axisByAxis(
    x,
    size,
    (rows, axis) => tf.slice(rows, [0, begin[axis]!, 0], [-1, size[axis]!, -1]),
  );
}

/** {@linkcode Backend.pad}, for any rank, with `value` around. */
export function padTensor(
  x: tf.Tensor,
  paddings: readonly (readonly [number, number])[],
  value = 0,
): tf.Tensor {
  if (paddings.every(([before, after]) => before + after === 0)) {
    return tf.clone(x);
  }
  if (x.rank <= MAX_RANK) {
    return tf.pad(
      x,
      paddings.map(([a, b]) => [a, b] as [number, number]),
      value,
    );
  }
  const shape = paddings.map(([a, b], axis) => a + x.shape[axis]! + b);
  return axisByAxis(x, shape, (rows, axis) => {
    const [before, after] = paddings[axis]!;
    return tf.pad(rows, [[0, 0], [before, after], [0, 0]], value);
  });
}

/** {@linkcode Backend.broadcastTo}, for any rank. */
export function broadcastTensor(x: tf.Tensor, shape: Shape): tf.Tensor {
  const ones = new Array<number>(shape.length - x.rank).fill(1);
  const aligned = tf.reshape(x, [...ones, ...x.shape]);
  if (shape.length <= MAX_RANK) {
    const repeats = shape.map((n, i) => aligned.shape[i] === n ? 1 : n);
    return repeats.every((n) => n === 1) ? aligned : tf.tile(aligned, repeats);
  }
  return axisByAxis(
    aligned,
    shape,
    (rows, axis) => tf.tile(rows, [1, shape[axis]!, 1]),
  );
}

/** {@linkcode Backend.concat}, for any rank; tensors without elements are left out. */
export function concatTensors(
  xs: readonly tf.Tensor[],
  axis: number,
): tf.Tensor {
  const rows = xs.filter((x) => x.size > 0).map((x) =>
    tf.reshape(x, [
      sizeOf(x.shape.slice(0, axis)),
      sizeOf(x.shape.slice(axis)),
    ]) as tf.Tensor2D
  );
  return rows.length === 1 ? tf.clone(rows[0]!) : tf.concat(rows, 1);
}

/** {@linkcode Backend.gather}, for any rank. */
export function gatherRows(x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const rows = tf.reshape(x, [x.shape[0]!, sizeOf(x.shape.slice(1))]);
  return tf.gather(rows, tf.cast(indices, "int32") as tf.Tensor1D, 0);
}

/** Changes each axis whose length differs from `shape`, as the middle of three. */
function axisByAxis(
  x: tf.Tensor,
  shape: Shape,
  change: (rows: tf.Tensor3D, axis: number) => tf.Tensor,
): tf.Tensor {
  const now = [...x.shape];
  let result = x;
  shape.forEach((length, axis) => {
    if (now[axis] === length) return;
    const blocks: [number, number, number] = [
      sizeOf(now.slice(0, axis)),
      now[axis]!,
      sizeOf(now.slice(axis + 1)),
    ];
    result = change(tf.reshape(result, blocks), axis);
    now[axis] = length;
  });
  return tf.reshape(result, [...shape]);
}
