/**
 * The gradient of a convolution by its filter, itself a convolution: its
 * channels are the bands of rows and the columns of the images, its rows those
 * of a band, its columns the channels of the input and its filters the channels
 * of the result. Where the maps come in whole blocks, each image is a group of
 * its own, whose gradients are then added; else images are channels too.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../model_builder.ts";
import {
  bandedFilterGrad,
  byColumns,
  hasBands,
  MOST_ROWS,
} from "./_banded_filter_grad.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { depthwise } from "./_depthwise.ts";
import { blockedOp, gatherRows, range, reshape, rowOrder } from "./_rows.ts";
import {
  type FilterGradInputs,
  pointwiseFilterGrad,
} from "./_pointwise_filter_grad.ts";
import { isPointwise, type Window } from "./_window.ts";

/** Writes the gradient: in `maps`, out `filter`. */
export function filterGrad(
  target: RuleTarget,
  inputs: FilterGradInputs,
  g: Window,
): Value {
  if (!isPointwise(g)) {
    return hasBands(g, target.block)
      ? bandedFilterGrad(target, inputs, g)
      : windowed(target, inputs, g);
  }
  const strides = [g.stride, g.stride] as const;
  const seen = g.stride === 1 ? inputs : {
    ...inputs,
    x: depthwise(target, { x: inputs.x }, { channels: g.channels, strides }),
  };
  const dense = { ...g, height: g.rows, width: g.columns, stride: 1 };
  return g.rows * g.columns % target.block === 0
    ? pointwiseFilterGrad(target, seen, dense)
    : windowed(target, seen, dense);
}

/**
 * At stride 1 the columns of a window are shifts of `dy`, as so many filters;
 * at another, of `x`, as so many images. Its rows are those of the result; a
 * band of `x` has the rows that all windows of a band see.
 */
function windowed(
  { model, block }: RuleTarget,
  { x, dy }: FilterGradInputs,
  g: Window,
): Value {
  const { batch, channels, height, width, rows, columns } = g;
  const { kh, kw, stride, padding } = g;
  const inputs = channels / block;
  const blocks = Math.ceil(columns / block);
  const bands = Math.ceil(rows / MOST_ROWS);
  const band = Math.ceil(rows / bands);
  const lines = (band - 1) * stride + kh;
  const shiftsOutput = stride === 1;

  const xCells = batch * inputs * height * width;
  const images = shiftsOutput ? 1 : kw;
  const xOrder = rowOrder(
    [images, batch, bands, blocks, lines, block, inputs],
    (shift, image, bandIndex, part, line, i, c) => {
      const row = bandIndex * band * stride + line - padding;
      const tap = shiftsOutput ? padding : shift;
      const cell = (part * block + i) * stride + tap - padding;
      // Behind the last row and column of the result dy is zero anyway; a cell
      // that is not finite spoils the gradient there too.
      const isMissing = row < 0 || row >= height || cell < 0 ||
        (cell >= width && (shiftsOutput || part * block + i < columns));
      const column = Math.min(cell, width - 1);
      return isMissing
        ? xCells
        : ((image * inputs + c) * height + row) * width + column;
    },
  );
  const tall = images * batch * bands * blocks * lines;
  const byChannel = blockedOp(model, "ReorderInput", [
    gatherRows(model, x, {
      length: block,
      count: xCells,
      order: xOrder,
      shape: [tall, block, channels, 1],
    }),
  ]);
  const depth = batch * bands * blocks * block;
  const image = reshape(model, byChannel, [images, depth, lines, channels]);

  const product = blockedOp(model, "Conv", [
    image,
    shiftedOutput(model, dy, { window: g, band, block }),
  ], {
    kernel_shape: [band, 1],
    strides: [1, 1],
    dilations: [stride, 1],
    pads: [0, 0, 0, 0],
  });
  return byColumns({ model, block }, product, g);
}

interface OutputBands {
  readonly window: Window;
  /** Rows of a band; the last may lie partly beyond the result. */
  readonly band: number;
  readonly block: number;
}

/** `dy` as filters, with zeros behind the last row and column, shifted at stride 1. */
function shiftedOutput(
  model: ModelBuilder,
  dy: Value,
  { window, band, block }: OutputBands,
): Value {
  const { batch, filters, rows, columns, kw, stride, padding } = window;
  const outputs = filters / block;
  const bands = Math.ceil(rows / band);
  const blocks = Math.ceil(columns / block);
  const shifts = stride === 1 ? range(kw).map((tap) => padding - tap) : [0];
  const depth = batch * bands * blocks * block;
  const shape = [shifts.length * filters, depth, band, 1];
  if (shifts.length === 1 && rows % band === 0 && columns % block === 0) {
    return outputAsFilters(model, dy, {
      batch,
      outputs,
      rows,
      columns,
      band,
      shape,
      block,
    });
  }
  const cells = batch * outputs * rows * columns;
  const order = rowOrder(
    [shifts.length, outputs, batch, bands, blocks, band, block],
    (shift, o, image, bandIndex, part, line, i) => {
      const row = bandIndex * band + line;
      const column = part * block + i + shifts[shift]!;
      const isMissing = row >= rows || column < 0 || column >= columns;
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
  /** Rows of a band, a divisor of `rows`. */
  readonly band: number;
  readonly shape: readonly number[];
  readonly block: number;
}

/** `dy` as `[O / L][batch][bands][columns / L][rows of a band][L of columns][L of O]`: in `maps`. */
export function outputAsFilters(
  model: ModelBuilder,
  dy: Value,
  { batch, outputs, rows, columns, band, shape, block }: OutputRows,
): Value {
  const blocks = columns / block;
  const order = rowOrder(
    [outputs, batch, rows / band, blocks, band],
    (o, image, bandIndex, part, line) =>
      ((image * outputs + o) * rows + bandIndex * band + line) * blocks + part,
  );
  const count = order.length;
  return gatherRows(model, dy, { length: block * block, count, order, shape });
}
