/**
 * The gradient of a convolution by its filter, itself a convolution: its
 * channels are the images and columns of the batch, its rows those of the maps,
 * its columns the channels of the input and its filters the channels of the
 * result.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../model_builder.ts";
import type { RuleTarget } from "./_conv.ts";
import { blockedOp, gatherRows, range, reshape, rowOrder } from "./_rows.ts";
import { pointwiseFilterGrad } from "./_pointwise_filter_grad.ts";
import { isPointwise, type Window } from "./_window.ts";

/** Operands of a gradient by the filter. */
export interface FilterGradInputs {
  /** `maps`. */
  readonly x: Value;
  /** `maps`. */
  readonly dy: Value;
}

/** Writes the gradient: in `maps`, out `filter`. */
export function filterGrad(
  target: RuleTarget,
  inputs: FilterGradInputs,
  g: Window,
): Value {
  const cells = g.rows * g.columns;
  if (isPointwise(g) && g.stride === 1 && cells % target.block === 0) {
    return pointwiseFilterGrad(target, inputs, g);
  }
  return windowed(target, inputs, g);
}

/**
 * At stride 1 the columns of a window are shifts of `dy`, as so many filters;
 * at another, of `x`, as so many images. Its rows are those of the result.
 */
function windowed(
  { model, block }: RuleTarget,
  { x, dy }: FilterGradInputs,
  g: Window,
): Value {
  const { batch, channels, height, width, filters, rows, columns } = g;
  const { kh, kw, stride, padding } = g;
  const [inputs, outputs] = [channels / block, filters / block];
  const blocks = Math.ceil(columns / block);
  const shiftsOutput = stride === 1;
  const isSubsampled = kh === 1;
  const lines = isSubsampled ? rows : height;

  const xCells = batch * inputs * height * width;
  const images = shiftsOutput ? 1 : kw;
  const xOrder = rowOrder(
    [images, batch, blocks, lines, block, inputs],
    (shift, image, part, line, i, c) => {
      const y = isSubsampled ? line * stride : line;
      const tap = shiftsOutput ? padding : shift;
      const cell = (part * block + i) * stride + tap - padding;
      // Behind the last column of the result, dy is zero anyway.
      const isMissing = cell < 0 ||
        (cell >= width && (shiftsOutput || part * block + i < columns));
      const x = Math.min(cell, width - 1);
      return isMissing
        ? xCells
        : ((image * inputs + c) * height + y) * width + x;
    },
  );
  const tall = images * batch * blocks * lines;
  const byChannel = blockedOp(model, "ReorderInput", [
    gatherRows(model, x, {
      length: block,
      count: xCells,
      order: xOrder,
      shape: [tall, block, channels, 1],
    }),
  ]);
  const depth = batch * blocks * block;
  const image = reshape(model, byChannel, [images, depth, lines, channels]);

  const product = blockedOp(model, "Conv", [
    image,
    shiftedOutput(model, dy, g, block),
  ], {
    kernel_shape: [rows, 1],
    strides: [1, 1],
    dilations: [isSubsampled ? 1 : stride, 1],
    pads: isSubsampled
      ? [0, 0, 0, 0]
      : [padding, 0, (rows - 1) * stride + kh - height - padding, 0],
  });
  // [kw][O / L][kh][C][L of O]
  const order = rowOrder(
    [outputs, inputs, kh, kw],
    (o, c, row, column) => ((column * outputs + o) * kh + row) * inputs + c,
  );
  return gatherRows(model, product, {
    length: block * block,
    count: order.length,
    order,
    shape: [filters, channels, kh, kw],
  });
}

/** `dy` as filters, with zeros behind the last column, shifted at stride 1. */
function shiftedOutput(
  model: ModelBuilder,
  dy: Value,
  { batch, filters, rows, columns, kw, stride, padding }: Window,
  block: number,
): Value {
  const outputs = filters / block;
  const blocks = Math.ceil(columns / block);
  const shifts = stride === 1 ? range(kw).map((tap) => padding - tap) : [0];
  const shape = [shifts.length * filters, batch * blocks * block, rows, 1];
  if (shifts.length === 1 && columns % block === 0) {
    return outputAsFilters(model, dy, {
      batch,
      outputs,
      rows,
      columns,
      shape,
      block,
    });
  }
  const cells = batch * outputs * rows * columns;
  const order = rowOrder(
    [shifts.length, outputs, batch, blocks, rows, block],
    (shift, o, image, part, row, i) => {
      const column = part * block + i + shifts[shift]!;
      const isMissing = column < 0 || column >= columns;
      return isMissing
        ? cells
        : ((image * outputs + o) * rows + row) * columns + column;
    },
  );
  return gatherRows(model, dy, { length: block, count: cells, order, shape });
}

/** Where a gradient by the result lies, and as what filters it is wanted. */
export interface OutputRows {
  readonly batch: number;
  /** Blocks of channels. */
  readonly outputs: number;
  readonly rows: number;
  /** A multiple of the block. */
  readonly columns: number;
  readonly shape: readonly number[];
  readonly block: number;
}

/** `dy` as `[O / L][batch][columns / L][rows][L of columns][L of O]`: in `maps`. */
export function outputAsFilters(
  model: ModelBuilder,
  dy: Value,
  { batch, outputs, rows, columns, shape, block }: OutputRows,
): Value {
  const blocks = columns / block;
  const order = rowOrder(
    [outputs, batch, blocks, rows],
    (o, image, part, row) =>
      ((image * outputs + o) * rows + row) * blocks + part,
  );
  const count = order.length;
  return gatherRows(model, dy, { length: block * block, count, order, shape });
}
