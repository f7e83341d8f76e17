/**
 * Convolutions and their gradients by the input, on `maps`.
 *
 * @module
 */
import type { Attributes, ModelBuilder, Value } from "../model_builder.ts";
import type { Stored } from "./_layout.ts";
import {
  blockedOp,
  gatherRows,
  range,
  rowOrder,
  transposedBlocks,
} from "./_rows.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { isPointwise, type Window } from "./_window.ts";

/** Operands of a convolution. */
export interface ConvInputs {
  /** `maps`; row-major where it has fewer channels than a block. */
  readonly x: Value;
  /** `filter`, or `imageFilter` for an image. */
  readonly w: Value;
  /** `[O]`. */
  readonly bias?: Value | undefined;
  /** `maps` to add. */
  readonly sum?: Value | undefined;
  /** Whether a ReLU follows. */
  readonly relu?: boolean;
}

/** Writes `relu(conv(x, w) + bias + sum)`: in `maps`, out `maps`. */
export function conv(
  { model }: RuleTarget,
  inputs: ConvInputs,
  { kh, kw, stride, padding }: Window,
): Value {
  return convolution(model, inputs, {
    kernel_shape: [kh, kw],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  });
}

/** Writes the four planes of a convolution of an image: at twice the stride, each from its own first window. */
export function convPlanes(
  { model }: RuleTarget,
  inputs: ConvInputs,
  { kh, kw, padding }: Window,
): Stored {
  return PARITIES.map(([row, column]) =>
    convolution(model, inputs, {
      kernel_shape: [kh, kw],
      strides: [4, 4],
      pads: [padding - 2 * row, padding - 2 * column, 2 * row, 2 * column],
    })
  );
}

/** Row and column parity of each plane. */
export const PARITIES = [[0, 0], [0, 1], [1, 0], [1, 1]] as const;

/** Operands of a gradient by the input. */
export interface InputGradInputs {
  /** `maps`. */
  readonly dy: Value;
  /** `filter`. */
  readonly w: Value;
  /** `maps` to add. */
  readonly sum?: Value | undefined;
}

/** Writes the gradient at stride 1, a convolution with turned filters: in `maps`, out `maps`. */
export function inputGrad(
  target: RuleTarget,
  { dy, w, sum }: InputGradInputs,
  g: Window,
): Value {
  const { kh, kw, padding } = g;
  const turned = range(kh).toReversed().flatMap((row) =>
    range(kw).toReversed().map((column): Tap => [row, column])
  );
  const [rows, columns] = [kh - 1 - padding, kw - 1 - padding];
  return convolution(target.model, {
    x: dy,
    w: transposedFilter(target, w, g, { taps: turned, kh, kw }),
    sum,
  }, {
    kernel_shape: [kh, kw],
    strides: [1, 1],
    pads: [rows, columns, rows, columns],
  });
}

/**
 * Writes the planes of the gradient at stride 2. A cell of even row and column
 * meets one tap of a 3x3 filter, others two or four; a 1x1 filter meets only
 * even-even cells, and its plane stands alone. In `maps`, out `maps` at half
 * the size.
 */
export function inputGradPlanes(
  target: RuleTarget,
  { dy, w, sum }: InputGradInputs,
  g: Window,
): Stored {
  const parities = isPointwise(g) ? PARITIES.slice(0, 1) : PARITIES;
  const middle = g.padding;
  const tapsOf = (parity: number) => parity === 1 ? [2, 0] : [middle];
  return parities.map(([row, column]) => {
    const [rows, columns] = [tapsOf(row), tapsOf(column)];
    const taps = rows.flatMap((a) => columns.map((b): Tap => [a, b]));
    const [kh, kw] = [rows.length, columns.length];
    return convolution(target.model, {
      x: dy,
      w: transposedFilter(target, w, g, { taps, kh, kw }),
      sum: row === 0 && column === 0 ? sum : undefined,
    }, {
      kernel_shape: [kh, kw],
      strides: [1, 1],
      pads: [0, 0, row, column],
    });
  });
}

/** Sets a plane of even rows and columns among zeros: in `maps` at half the size, out `maps`. */
export function amongZeros(
  { model, block }: RuleTarget,
  plane: Value,
  { batch, channels, height, width }: Window,
): Value {
  const maps = batch * channels / block;
  const count = maps * height * width / 4;
  return gatherRows(model, plane, {
    length: block,
    count,
    order: rowOrder(
      [maps * height / 2, 2, width / 2, 2],
      (line, row, cell, column) =>
        row + column === 0 ? line * width / 2 + cell : count,
    ),
    shape: [batch, channels, height, width],
  });
}

/** Row and column of a filter. */
type Tap = readonly [number, number];

interface Taps {
  readonly taps: readonly Tap[];
  readonly kh: number;
  readonly kw: number;
}

/** Some taps of a filter with inputs and outputs swapped: in `filter`, out `filter` of `[I, O, kh, kw]`. */
function transposedFilter(
  { model, block }: RuleTarget,
  w: Value,
  g: Window,
  { taps, kh, kw }: Taps,
): Value {
  const [outputs, inputs] = [g.filters / block, g.channels / block];
  const count = outputs * inputs * g.kh * g.kw;
  const transposed = transposedBlocks(model, w, [count, block, block]);
  const order = rowOrder([inputs, outputs, taps.length], (i, o, tap) => {
    const [row, column] = taps[tap]!;
    return ((o * inputs + i) * g.kh + row) * g.kw + column;
  });
  return gatherRows(model, transposed, {
    length: block * block,
    count,
    order,
    shape: [g.channels, g.filters, kh, kw],
  });
}

/** An activation that a convolution ends with, and its numbers. */
export interface Activation {
  readonly activation: "Relu" | "HardSigmoid";
  /** Slope and offset of a hard sigmoid. */
  readonly activation_params?: { readonly floats: readonly [number, number] };
}

/** `max(0, x)`. */
export const RELU: Activation = { activation: "Relu" };

/** Writes a convolution by its operands and attributes. */
export function convolution(
  model: ModelBuilder,
  { x, w, bias, sum, relu = false }: ConvInputs,
  attributes: Attributes,
): Value {
  const inputs = sum !== undefined
    ? [x, w, bias ?? "", sum]
    : bias !== undefined
    ? [x, w, bias]
    : [x, w];
  return blockedOp(model, "Conv", inputs, {
    ...attributes,
    ...(relu ? RELU : {}),
  });
}
