import type { Shape } from "../../src/backends/backend.ts";
import {
  conv2dShape,
  maxPool2dShape,
} from "../../src/backends/_window_shape.ts";
import { numbers, uniform, whole } from "./_numbers.ts";
import type { OperationCase } from "./_operation_cases.ts";

interface ConvGeometry {
  readonly x: Shape;
  readonly w: Shape;
  readonly stride: number;
  readonly padding: number;
}

/** Kernel 1, 3 and 7, stride 1 to 3, odd and even sizes, rectangles. */
export const CONV_GEOMETRIES: readonly ConvGeometry[] = [
  { x: [2, 3, 5, 7], w: [4, 3, 1, 1], stride: 1, padding: 0 },
  { x: [2, 4, 7, 6], w: [3, 4, 1, 1], stride: 2, padding: 0 },
  { x: [1, 2, 4, 5], w: [3, 2, 1, 1], stride: 1, padding: 1 },
  { x: [2, 3, 6, 5], w: [4, 3, 3, 3], stride: 1, padding: 1 },
  { x: [1, 4, 7, 9], w: [3, 4, 3, 3], stride: 2, padding: 1 },
  { x: [2, 2, 8, 6], w: [5, 2, 3, 3], stride: 2, padding: 1 },
  { x: [1, 2, 6, 5], w: [3, 2, 3, 3], stride: 1, padding: 0 },
  { x: [1, 2, 7, 8], w: [2, 2, 3, 3], stride: 2, padding: 2 },
  { x: [1, 2, 9, 8], w: [2, 2, 3, 3], stride: 3, padding: 0 },
  { x: [1, 3, 15, 13], w: [4, 3, 7, 7], stride: 2, padding: 3 },
  { x: [2, 3, 16, 14], w: [2, 3, 7, 7], stride: 2, padding: 3 },
  { x: [1, 2, 9, 8], w: [3, 2, 7, 7], stride: 1, padding: 3 },
  { x: [1, 2, 5, 6], w: [3, 2, 2, 3], stride: 1, padding: 1 },
  { x: [2, 3, 1, 1], w: [4, 3, 3, 3], stride: 1, padding: 1 },
  { x: [2, 32, 8, 7], w: [16, 32, 3, 3], stride: 1, padding: 1 },
  { x: [2, 32, 8, 7], w: [16, 32, 1, 1], stride: 2, padding: 0 },
];

/** Convolutions and their two gradients. */
export function convCases(): readonly OperationCase[] {
  return CONV_GEOMETRIES.flatMap((geometry, i): OperationCase[] => {
    const { stride, padding } = geometry;
    const options = { stride, padding };
    const x = uniform(200 + i, geometry.x);
    // Keeps sums over the input channels near 1, whatever their number.
    const reach = 1 / Math.sqrt(geometry.w.slice(1).reduce((a, b) => a * b));
    const w = uniform(220 + i, geometry.w, -reach, reach);
    const bias = uniform(240 + i, geometry.w.slice(0, 1));
    const dy = uniform(260 + i, conv2dShape(geometry.x, geometry.w, options));
    const inputSize = geometry.x.slice(2) as [number, number];
    const kernelSize = geometry.w.slice(2) as [number, number];
    const at =
      `[${geometry.x}] with [${geometry.w}], stride ${stride}, padding ${padding}`;
    return [
      {
        name: `conv2d ${at}`,
        inputs: [x, w],
        run: (be, a, b) => be.conv2d(a, b, options),
      },
      {
        name: `conv2d with bias ${at}`,
        inputs: [x, w, bias],
        run: (be, a, b, c) => be.conv2d(a, b, { ...options, bias: c }),
      },
      {
        name: `conv2dInputGrad ${at}`,
        inputs: [dy, w],
        run: (be, a, b) => be.conv2dInputGrad(a, b, { ...options, inputSize }),
      },
      {
        name: `conv2dFilterGrad ${at}`,
        inputs: [x, dy],
        run: (be, a, b) =>
          be.conv2dFilterGrad(a, b, { ...options, kernelSize }),
      },
    ];
  });
}

/** Windows with and without overlap, with padding and with leftover cells. */
export const POOL_GEOMETRIES = [
  { x: [2, 3, 11, 14], kernelSize: 3, stride: 2, padding: 1 },
  { x: [1, 2, 8, 8], kernelSize: 3, stride: 2, padding: 1 },
  { x: [1, 2, 7, 5], kernelSize: 3, stride: 1, padding: 1 },
  { x: [2, 2, 6, 4], kernelSize: 2, stride: 2, padding: 0 },
  { x: [1, 3, 8, 6], kernelSize: 3, stride: 2, padding: 0 },
  { x: [1, 1, 5, 6], kernelSize: 2, stride: 1, padding: 1 },
  { x: [1, 2, 4, 3], kernelSize: 1, stride: 2, padding: 0 },
  { x: [1, 2, 1, 1], kernelSize: 3, stride: 2, padding: 1 },
] as const;

/** Max-pool and its gradient, on numbers without and with ties. */
export function poolCases(): readonly OperationCase[] {
  return POOL_GEOMETRIES.flatMap((geometry, i): OperationCase[] => {
    const { x: shape, ...options } = geometry;
    // All below zero: padding must not win.
    const x = uniform(280 + i, shape, -3, -1);
    const ties = whole(300 + i, shape, 2);
    const flat = numbers(shape, ties.data.map(() => 0));
    const dy = uniform(320 + i, maxPool2dShape(shape, options));
    const at =
      `[${shape}], kernel ${options.kernelSize}, stride ${options.stride}, padding ${options.padding}`;
    return [
      {
        name: `maxPool2d ${at}`,
        inputs: [x],
        run: (be, a) => be.maxPool2d(a, options),
      },
      {
        name: `maxPool2dGrad ${at}`,
        inputs: [x, dy],
        run: (be, a, b) => be.maxPool2dGrad(a, b, options),
      },
      {
        name: `maxPool2dGrad with ties ${at}`,
        inputs: [ties, dy],
        run: (be, a, b) => be.maxPool2dGrad(a, b, options),
      },
      {
        name: `maxPool2dGrad of equal cells ${at}`,
        inputs: [flat, dy],
        run: (be, a, b) => be.maxPool2dGrad(a, b, options),
      },
    ];
  });
}
