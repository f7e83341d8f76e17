/**
 * A sliding window as one tensor per cell of the window: tap `(ky, kx)` holds,
 * for every window, the element of `x` under that cell. Max-pool and the
 * filter gradient are sums and products of taps, the same on every device.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { padTensor, transposeTensor } from "./_tfjs_layout.ts";

/** Window geometry. */
export interface TapGeometry {
  /** `[kh, kw]` of the window. */
  readonly kernel: readonly [number, number];
  /** Step in cells. */
  readonly stride: number;
  /** Cells added on every side. */
  readonly padding: number;
  /** `[H, W]` of the planes. */
  readonly inputSize: readonly [number, number];
  /** `[H', W']`, the number of windows. */
  readonly outputSize: readonly [number, number];
}

/** The taps `[N, H', W']` of planes `x [N, H, W]`, row by row; `value` fills the padding. */
export function takeTaps(
  x: tf.Tensor,
  geometry: TapGeometry,
  value: number,
): tf.Tensor[] {
  const { stride, padding, outputSize: [rows, columns] } = geometry;
  const planes = x.shape[0]!;
  const [height, width] = coarseSize(geometry);
  const [h, w] = geometry.inputSize;
  const fit = (length: number, coarse: number): [number, number] => [
    padding,
    Math.max(0, coarse * stride - padding - length),
  ];
  const padded = tf.slice(
    padTensor(x, [[0, 0], fit(h, height), fit(w, width)], value),
    [0, 0, 0],
    [planes, height * stride, width * stride],
  );
  // Phase (a, b) holds every stride-th cell from (a, b) on.
  const grid = [planes, height, stride, width, stride];
  const phases = stride === 1
    ? padded
    : transposeTensor(tf.reshape(padded, grid), [2, 4, 0, 1, 3]);
  const all = tf.reshape(phases, [stride * stride, planes * height * width]);
  const columnSlices = new Map<string, tf.Tensor>();
  return tapCells(geometry).map(({ ky, kx, phase }) => {
    const key = `${phase} ${kx}`;
    let slice = columnSlices.get(key);
    if (slice === undefined) {
      const plane = tf.reshape(
        tf.slice(all, [phase, 0], [1, -1]),
        [planes * height, width],
      );
      slice = tf.slice(plane, [0, kx], [-1, columns]);
      columnSlices.set(key, slice);
    }
    const lines = tf.reshape(slice, [planes, height * columns]);
    const tap = tf.slice(lines, [0, ky * columns], [-1, rows * columns]);
    return tf.reshape(tap, [planes, rows, columns]);
  });
}

/** Transpose of {@linkcode takeTaps}: adds every tap back where it was taken from, to `[N, H, W]`. */
export function placeTaps(
  taps: readonly tf.Tensor[],
  geometry: TapGeometry,
): tf.Tensor {
  const { stride, padding, outputSize: [rows, columns] } = geometry;
  const planes = taps[0]!.shape[0]!;
  const [height, width] = coarseSize(geometry);
  const phases = new Array<tf.Tensor | undefined>(stride * stride);
  tapCells(geometry).forEach(({ ky, kx, phase }, i) => {
    const placed = padTensor(taps[i]!, [
      [0, 0],
      [ky, height - rows - ky],
      [kx, width - columns - kx],
    ]);
    const sum = phases[phase];
    phases[phase] = sum === undefined ? placed : tf.add(sum, placed);
  });
  const grid = [stride, stride, planes, height, width];
  const filled = Array.from(
    phases,
    (phase) => phase ?? tf.zeros([planes, height, width]),
  );
  const fine = stride === 1 ? filled[0]! : transposeTensor(
    tf.reshape(tf.concat(filled, 0), grid),
    [2, 3, 0, 4, 1],
  );
  const size = [height * stride, width * stride] as const;
  const [h, w] = geometry.inputSize;
  // Cells that no window reaches lie past the grid and have no gradient.
  const whole = padTensor(tf.reshape(fine, [planes, ...size]), [
    [0, 0],
    [0, Math.max(0, padding + h - size[0])],
    [0, Math.max(0, padding + w - size[1])],
  ]);
  return tf.slice(whole, [0, padding, padding], [planes, h, w]);
}

/** Where each tap starts: its phase, and row and column within it. */
function tapCells(
  { kernel: [kh, kw], stride }: TapGeometry,
): { ky: number; kx: number; phase: number }[] {
  return Array.from({ length: kh * kw }, (_, i) => {
    const [y, x] = [Math.floor(i / kw), i % kw];
    return {
      ky: Math.floor(y / stride),
      kx: Math.floor(x / stride),
      phase: (y % stride) * stride + x % stride,
    };
  });
}

/** Cells of one phase: what the windows reach, counted in strides. */
function coarseSize(
  { kernel: [kh, kw], stride, outputSize: [rows, columns] }: TapGeometry,
): [number, number] {
  return [
    rows + Math.floor((kh - 1) / stride),
    columns + Math.floor((kw - 1) / stride),
  ];
}
