import { largestDivisor } from "../largest_divisor.ts";
import type { Value } from "../model_builder.ts";
import { sumRows } from "../sum_rows.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { depthwise } from "./_depthwise.ts";
import type { FilterGradInputs } from "./_pointwise_filter_grad.ts";
import {
  blockedOp,
  gatherRows,
  range,
  reshape,
  rowOrder,
  transposedBlocks,
} from "./_rows.ts";
import type { Window } from "./_window.ts";

/** Rows of the result in a band at most: more, and it falls out of the cache. */
export const MOST_ROWS = 8;

/**
 * Whether the columns of the result come in whole blocks, the input has `stride`
 * times as many, and the rows fall into bands of at least half of the most: the
 * rows between two bands are read twice.
 */
export function hasBands(g: Window, block: number): boolean {
  return g.columns % block === 0 && g.width === g.columns * g.stride &&
    bandOf(g) >= MOST_ROWS / 2;
}

function bandOf({ rows }: Window): number {
  return largestDivisor(rows, MOST_ROWS);
}

/**
 * Writes the gradient by a filter, as in `filterGrad`, where {@linkcode
 * hasBands}: bands of rows and the columns of a block are the channels of the
 * product. Each image is a group of its own, so that the maps of `dy` lie as its
 * filters are wanted. For each column of the gradient `dy` is shifted, and at a
 * stride `x` thinned, by as many columns as it takes. In `maps`, out `filter`.
 */
export function bandedFilterGrad(
  target: RuleTarget,
  { x, dy }: FilterGradInputs,
  g: Window,
): Value {
  const { model, block } = target;
  const { batch, channels, filters, columns, kh, kw, stride, padding } = g;
  const band = bandOf(g);
  const [bands, parts] = [g.rows / band, columns / block];
  const products = range(kw).map((tap) => {
    const by = Math.floor((tap - padding) / stride);
    const phase = tap - padding - by * stride;
    const filter = shifted(target, dy, { channels: filters, by });
    const byImage = blockedOp(model, "Conv", [
      bandsOf(target, x, { window: g, phase, band }),
      reshape(model, filter, [batch * filters, bands * block, band, parts]),
    ], {
      kernel_shape: [band, parts],
      strides: [1, 1],
      dilations: [stride, channels],
      pads: [0, 0, 0, 0],
      group: batch,
    });
    const size = filters * kh * channels;
    return sumRows(model, reshape(model, byImage, [batch, size]), batch);
  });
  return byColumns(target, model.op("Concat", products, { axis: 0 }), g);
}

/** A gradient by the columns of its filter, `[kw][O / L][kh][C][L of O]`, as `filter`. */
export function byColumns(
  { model, block }: RuleTarget,
  gradient: Value,
  { channels, filters, kh, kw }: Window,
): Value {
  const [inputs, outputs] = [channels / block, filters / block];
  return gatherRows(model, gradient, {
    length: block * block,
    count: kw * outputs * kh * inputs,
    order: rowOrder(
      [outputs, inputs, kh, kw],
      (o, c, row, column) => ((column * outputs + o) * kh + row) * inputs + c,
    ),
    shape: [filters, channels, kh, kw],
  });
}

/** Maps whose cell `i` is cell `i - by` along the columns, zeros from outside. */
function shifted(
  target: RuleTarget,
  maps: Value,
  { channels, by }: { readonly channels: number; readonly by: number },
): Value {
  if (by === 0) return maps;
  const length = Math.abs(by);
  const zeros = range(length).map(() => 0);
  return depthwise(target, { x: maps }, {
    channels,
    taps: [by > 0 ? [1, ...zeros] : [...zeros, 1]],
    pads: by > 0 ? [0, length, 0, 0] : [0, 0, 0, length],
  });
}

interface Bands {
  readonly window: Window;
  /** First of the columns, a stride apart. */
  readonly phase: number;
  readonly band: number;
}

/** `[batch][bands][rows that a band sees][columns / L][C][L of columns]`: in `maps`. */
function bandsOf(
  target: RuleTarget,
  x: Value,
  { window, phase, band }: Bands,
): Value {
  const { model, block } = target;
  const { batch, channels, height, columns, rows, kh, stride, padding } =
    window;
  const [inputs, parts] = [channels / block, columns / block];
  const thinned = stride === 1 ? x : depthwise(target, { x }, {
    channels,
    taps: [[...range(phase).map(() => 0), 1]],
    strides: [1, stride],
  });
  const size = [batch * inputs, height * columns, block] as const;
  const transposed = transposedBlocks(model, thinned, size);
  const [bands, lines] = [rows / band, (band - 1) * stride + kh];
  const count = batch * inputs * height * parts;
  return gatherRows(model, transposed, {
    length: block * block,
    count,
    order: rowOrder(
      [batch, bands, lines, parts, inputs],
      (image, bandIndex, line, part, c) => {
        const row = bandIndex * band * stride + line - padding;
        const isMissing = row < 0 || row >= height;
        return isMissing
          ? count
          : ((image * inputs + c) * height + row) * parts + part;
      },
    ),
    shape: [1, batch * bands * block, lines, parts * channels],
  });
}
