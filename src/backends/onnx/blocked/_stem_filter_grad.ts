import type { ModelBuilder, Value } from "../model_builder.ts";
import { PARITIES } from "./_conv.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { outputAsFilters } from "./_filter_grad.ts";
import type { Stored } from "./_layout.ts";
import { blockedOp, gatherRows, reshape, rowOrder } from "./_rows.ts";
import type { Window } from "./_window.ts";

/** Operands of {@linkcode stemFilterGrad}. */
export interface StemInputs {
  /** The picture, row-major. */
  readonly x: Value;
  /** The four planes of the gradient by the result. */
  readonly planes: Stored;
}

/** Whether the columns of the planes come in whole blocks, and windows are a ResNet's. */
export function hasStemFilterGrad(
  { columns, padding }: Window,
  block: number,
): boolean {
  return columns / 2 % block === 0 && padding === 3;
}

/**
 * Writes the gradient of a convolution of a picture by its filter, a
 * convolution of each plane as in {@linkcode filterGrad}: images and columns of
 * the plane are its channels, taps and colours its columns. In:
 * row-major and `planes`; out: `imageFilter`.
 */
export function stemFilterGrad(
  { model, block }: RuleTarget,
  { x, planes }: StemInputs,
  g: Window,
): Value {
  const { batch, channels, height, filters, kh, kw, padding } = g;
  const [rows, columns] = [g.rows / 2, g.columns / 2];
  const blocks = columns / block;
  const byOffset = columnsByOffset(model, x, g);
  const lines = batch * channels * height;
  const depth = batch * columns;
  const images = [0, 1].map((parity) =>
    gatherRows(model, byOffset, {
      length: block,
      count: OFFSETS * lines * blocks,
      order: rowOrder(
        [batch, blocks, height, kw, channels],
        (image, part, y, tap, c) => {
          const line = (image * channels + c) * height + y;
          return ((2 * parity + tap) * lines + line) * blocks + part;
        },
      ),
      shape: [1, depth, height, kw * channels],
    })
  );
  const product = planes.reduce<Value | undefined>((sum, plane, i) => {
    const filter = outputAsFilters(model, plane, {
      batch,
      outputs: filters / block,
      rows,
      columns,
      band: rows,
      block,
      shape: [filters, depth, rows, 1],
    });
    const [rowParity, columnParity] = PARITIES[i]!;
    const image = images[columnParity]!;
    const inputs = [image, filter, ...(sum === undefined ? [] : ["", sum])];
    return blockedOp(model, "Conv", inputs, {
      kernel_shape: [rows, 1],
      strides: [1, 1],
      dilations: [4, 1],
      pads: [padding - 2 * rowParity, 0, 2 * rowParity, 0],
    });
  }, undefined);
  // [O / L][kh][kw][I][L of O]
  const places = rowOrder(
    [filters / block, channels, kh, kw],
    (o, c, row, column) => ((o * kh + row) * kw + column) * channels + c,
  );
  return gatherRows(model, product!, {
    length: block,
    count: places.length,
    order: places,
    shape: [filters, channels, kh, kw],
  });
}

/** Columns of the padded picture that a window of either parity begins at or sees, from its first. */
const OFFSETS = 12;

/** The picture as `[OFFSETS][lines][columns]`: at `t`, `w` its padded column `4 w + t`. */
function columnsByOffset(
  model: ModelBuilder,
  x: Value,
  { batch, channels, height, width, columns, padding }: Window,
): Value {
  const [lines, count] = [batch * channels * height, columns / 2];
  // Two more fours of columns than windows.
  const padded = model.op("Pad", [
    x,
    model.ints([0, 0, 0, padding, 0, 0, 0, 4 * (count + 2) - padding - width]),
  ]);
  const fours = reshape(model, padded, [lines * (count + 2), 4]);
  // Splitting is several times faster than transposing.
  const phases = model.ops(4, "Split", [fours], { axis: 1, num_outputs: 4 })
    .map((phase) => reshape(model, phase, [lines, count + 2]));
  const shifted = [0, 1, 2].flatMap((first) =>
    phases.map((phase) =>
      model.op("Slice", [
        phase,
        model.ints([first]),
        model.ints([first + count]),
        model.ints([1]),
      ])
    )
  );
  return model.op("Concat", shifted, { axis: 0 });
}
