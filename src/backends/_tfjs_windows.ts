/**
 * Convolution, max-pool and their gradients with TensorFlow.js.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { padTensor, transposeTensor } from "./_tfjs_layout.ts";
import type { TfjsSession } from "./_tfjs_session.ts";
import { placeTaps, takeTaps, type TapGeometry } from "./_tfjs_taps.ts";
import {
  conv2dFilterGradShape,
  conv2dInputGradShape,
  conv2dShape,
  maxPool2dGradShape,
  maxPool2dShape,
} from "./_window_shape.ts";
import type { Backend, MaxPool2dOptions, Shape } from "./backend.ts";

/** Names of the operations of {@linkcode tfjsWindows}. */
export type WindowName =
  | "conv2d"
  | "conv2dInputGrad"
  | "conv2dFilterGrad"
  | "maxPool2d"
  | "maxPool2dGrad";

/** The window operations of a session. */
export function tfjsWindows(
  session: TfjsSession,
): Pick<Backend<tf.Tensor>, WindowName> {
  return {
    conv2d: (x, w, { bias, ...window }) => {
      const shape = conv2dShape(x.shape, w.shape, window, bias?.shape);
      return session.run(shape, [x, w], () => {
        const filter = transposeTensor(w, [2, 3, 1, 0]) as tf.Tensor4D;
        const { stride, padding } = window;
        // Padding as one number goes wrong where the filter is not square.
        const side: [number, number] = [padding, padding];
        const y = tf.conv2d(
          channelsLast(x),
          filter,
          stride,
          [[0, 0], side, side, [0, 0]],
        );
        return channelsFirst(bias === undefined ? y : tf.add(y, bias));
      });
    },
    conv2dInputGrad: (dy, w, options) => {
      const shape = conv2dInputGradShape(dy.shape, w.shape, options);
      return session.run(
        shape,
        [dy, w],
        () => inputGrad(dy, w, options, shape),
      );
    },
    conv2dFilterGrad: (x, dy, options) => {
      const shape = conv2dFilterGradShape(x.shape, dy.shape, options);
      const geometry: TapGeometry = {
        ...options,
        kernel: options.kernelSize,
        inputSize: planeSize(x.shape),
        outputSize: planeSize(dy.shape),
      };
      return session.run(shape, [x, dy], () => filterGrad(x, dy, geometry));
    },
    maxPool2d: (x, options) => {
      const shape = maxPool2dShape(x.shape, options);
      const geometry = poolGeometry(x.shape, shape, options);
      return session.run(shape, [x], () => largest(poolTaps(x, geometry)));
    },
    maxPool2dGrad: (x, dy, options) => {
      const shape = maxPool2dGradShape(x.shape, dy.shape, options);
      const geometry = poolGeometry(x.shape, dy.shape, options);
      return session.run(shape, [x, dy], () => {
        const taps = poolTaps(x, geometry);
        const y = largest(taps);
        const none = tf.zerosLike(y);
        // What no earlier tap of the window has claimed yet.
        let rest = tf.reshape(dy, y.shape);
        const shares = taps.map((tap) => {
          const below = tf.notEqual(tap, y);
          const share = tf.where(below, none, rest);
          rest = tf.where(below, rest, none);
          return share;
        });
        return placeTaps(shares, geometry);
      });
    },
  };
}

/**
 * A convolution of `dy`, spread out by the stride, with the filter turned by
 * 180 degrees: on wasm nine times as fast as the kernel made for it.
 */
function inputGrad(
  dy: tf.Tensor,
  w: tf.Tensor,
  { stride, padding }: { readonly stride: number; readonly padding: number },
  [, , height, width]: Shape,
): tf.Tensor {
  const [batch, filters, rows, columns] = dy.shape as [
    number,
    number,
    number,
    number,
  ];
  const [kh, kw] = planeSize(w.shape);
  const after = stride - 1;
  const spread = tf.reshape(
    padTensor(
      tf.reshape(dy, [batch * filters * rows, 1, columns, 1]),
      [[0, 0], [0, after], [0, 0], [0, after]],
    ),
    [batch, filters, rows * stride, columns * stride],
  );
  const framed = frame(
    frame(spread, 2, kh - 1 - padding, height! + kh - 1),
    3,
    kw - 1 - padding,
    width! + kw - 1,
  );
  const turned = tf.reverse(transposeTensor(w, [2, 3, 0, 1]), [0, 1]);
  return channelsFirst(
    tf.conv2d(channelsLast(framed), turned as tf.Tensor4D, 1, "valid"),
  );
}

/** One GEMM of all taps with `dy`: `[kh kw C, B H' W'] x [B H' W', O]`. */
function filterGrad(
  x: tf.Tensor,
  dy: tf.Tensor,
  geometry: TapGeometry,
): tf.Tensor {
  const [batch, channels, ...plane] = x.shape;
  const filters = dy.shape[1]!;
  const [kh, kw] = geometry.kernel;
  const planes = tf.reshape(
    transposeTensor(x, [1, 0, 2, 3]),
    [channels! * batch!, ...plane],
  );
  const cells = dy.size / filters;
  const columns = takeTaps(planes, geometry, 0).map((tap) =>
    tf.reshape(tap, [channels!, cells]) as tf.Tensor2D
  );
  const product = tf.matMul(
    columns.length === 1 ? columns[0]! : tf.concat(columns, 0),
    tf.reshape(channelsLast(dy), [cells, filters]) as tf.Tensor2D,
  );
  return transposeTensor(
    tf.reshape(product, [kh, kw, channels!, filters]),
    [3, 2, 0, 1],
  );
}

/** `x` from `-before` on along `axis`, `length` cells: zeros added or cells cut. */
function frame(
  x: tf.Tensor,
  axis: number,
  before: number,
  length: number,
): tf.Tensor {
  const after = length - before - x.shape[axis]!;
  const padded = padTensor(
    x,
    x.shape.map((_, i) =>
      i === axis ? [Math.max(0, before), Math.max(0, after)] : [0, 0]
    ),
  );
  const begin = x.shape.map((_, i) => i === axis ? Math.max(0, -before) : 0);
  return tf.slice(
    padded,
    begin,
    padded.shape.map((n, i) => i === axis ? length : n),
  );
}

function poolGeometry(
  x: Shape,
  y: Shape,
  { kernelSize, stride, padding }: MaxPool2dOptions,
): TapGeometry {
  return {
    kernel: [kernelSize, kernelSize],
    stride,
    padding,
    inputSize: planeSize(x),
    outputSize: planeSize(y),
  };
}

function poolTaps(x: tf.Tensor, geometry: TapGeometry): tf.Tensor[] {
  const [batch, channels, ...plane] = x.shape;
  const planes = tf.reshape(x, [batch! * channels!, ...plane]);
  return takeTaps(planes, geometry, -Infinity);
}

function largest(taps: readonly tf.Tensor[]): tf.Tensor {
  return taps.reduce((a, b) => tf.maximum(a, b));
}

function planeSize(shape: Shape): readonly [number, number] {
  return [shape[2]!, shape[3]!];
}

function channelsLast(x: tf.Tensor): tf.Tensor4D {
  return tf.transpose(x as tf.Tensor4D, [0, 2, 3, 1]);
}

function channelsFirst(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [0, 3, 1, 2]);
}
