/**
 * Which convolutions and pools the blocked operators can do.
 *
 * @module
 */
import type { Shape } from "../../backend.ts";
import type { OnnxTensor, OperationNode } from "../graph.ts";
import type { GraphPlan } from "../lowering.ts";

/** A convolution of `x [batch, channels, height, width]`. */
export interface Window {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Channels of the result. */
  readonly filters: number;
  /** Rows of the result. */
  readonly rows: number;
  /** Columns of the result. */
  readonly columns: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  readonly padding: number;
}

/** Operations about a convolution. */
export type ConvNode = OperationNode<
  "conv2d" | "conv2dInputGrad" | "conv2dFilterGrad"
>;

/** Whether `node` is a convolution or one of its gradients. */
export function isConv(node: OperationNode): node is ConvNode {
  return node.operation.startsWith("conv2d");
}

/** The convolution that `node` is, or is a gradient of. */
export function windowOf(node: ConvNode): Window {
  const [a, b] = node.inputs.map(({ shape }) => shape) as [Shape, Shape];
  const [x, w, y] = node.operation === "conv2d"
    ? [a, b, node.shape]
    : node.operation === "conv2dInputGrad"
    ? [node.shape, b, a]
    : [a, node.shape, b];
  const { stride, padding } = node.attributes;
  const [batch, channels, height, width] = x as [
    number,
    number,
    number,
    number,
  ];
  const [, , rows, columns] = y as [number, number, number, number];
  const [filters, , kh, kw] = w as [number, number, number, number];
  return {
    batch,
    channels,
    height,
    width,
    filters,
    rows,
    columns,
    kh,
    kw,
    stride,
    padding,
  };
}

/** Larger filters are patches, which a matrix product does better. */
const LARGEST_FILTER = 7;

/** Whether a forward convolution can give `maps`. */
export function isBlockable(g: Window, block: number): boolean {
  return g.filters % block === 0 && g.kh <= LARGEST_FILTER &&
    g.kw <= LARGEST_FILTER && (isImage(g, block) || g.channels % block === 0);
}

/** Whether the input has too few channels for a block, as a picture has. */
export function isImage({ channels }: Window, block: number): boolean {
  return channels < block;
}

/** Whether the gradient by the input can be written on `maps`. */
export function hasInputGrad(g: Window, block: number): boolean {
  if (!isBlockable(g, block) || isImage(g, block)) return false;
  const { kh, kw, stride, padding } = g;
  if (stride === 1) return padding < kh && padding < kw;
  return isHalving(g) && (isPointwise(g) || (kh === 3 && kw === 3));
}

/** Whether the gradient by the filter can be written on `maps`. */
export function hasFilterGrad(g: Window, block: number): boolean {
  if (!isBlockable(g, block) || isImage(g, block)) return false;
  if (isPointwise(g)) return true;
  const { kh, kw, padding } = g;
  return kh === kw && kh === 2 * padding + 1;
}

/** Whether a filter of 3x3 keeps the size of maps in whole blocks. */
export function isSame3x3(g: Window, block: number): boolean {
  return g.kh === 3 && g.kw === 3 && g.stride === 1 && g.padding === 1 &&
    g.channels % block === 0 && g.filters % block === 0;
}

/** Whether a filter sees one cell. */
export function isPointwise({ kh, kw, padding }: Window): boolean {
  return kh === 1 && kw === 1 && padding === 0;
}

/** Whether every other row and column is the centre of a window. */
function isHalving(g: Window): boolean {
  return g.stride === 2 && g.kh === 2 * g.padding + 1 && g.kw === g.kh &&
    g.height === 2 * g.rows && g.width === 2 * g.columns;
}

/**
 * Whether a convolution of an image can give the four planes of its result: at
 * twice the stride, the windows of each begin inside the padding.
 */
export function hasPlanes(g: Window, block: number): boolean {
  const { kh, kw, stride, padding, height, width, rows, columns } = g;
  return isBlockable(g, block) && isImage(g, block) && stride === 2 &&
    kh === kw && kh === 2 * padding + 1 && padding >= 2 &&
    rows % 2 === 0 && columns % 2 === 0 &&
    height === 2 * rows && width === 2 * columns;
}

/** Whether a pool has the window of a ResNet's. */
export function isStemPool(
  { attributes: { kernelSize, stride, padding } }: OperationNode<
    "maxPool2d" | "maxPool2dGrad"
  >,
): boolean {
  return kernelSize === 3 && stride === 2 && padding === 1;
}

/**
 * Whether a gradient is that of a ResNet's pool, with a ReLU behind it: `dy` is
 * zero wherever the pool's result is not positive.
 */
export function isStemPoolGrad(
  { canonical }: GraphPlan,
  node: OperationNode<"maxPool2dGrad">,
): boolean {
  const [x, dy] = node.inputs.map(canonical);
  const operand = (y: OnnxTensor, operation: string) =>
    y.kind === "operation" && y.operation === operation
      ? canonical(y.inputs[0]!)
      : undefined;
  const isOfPool = (factor: OnnxTensor): boolean => {
    const active = operand(factor, "step");
    const pooled = active && (operand(active, "relu") ?? active);
    return pooled?.kind === "operation" && pooled.operation === "maxPool2d" &&
      isStemPool(pooled as OperationNode<"maxPool2d">) &&
      canonical(pooled.inputs[0]!) === x;
  };
  return isStemPool(node) && dy?.kind === "operation" &&
    dy.operation === "mul" && dy.inputs.map(canonical).some(isOfPool);
}
