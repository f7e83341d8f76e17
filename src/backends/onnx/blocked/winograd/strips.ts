/**
 * A 3x3 convolution at stride 1 by strips: Winograd's algorithm along columns
 * alone. Four rows of the result from six of the input take half of the
 * multiplications, eight from ten 5 of 12; tiles take a quarter. But rows move
 * whole, and the fewer the channels, the more of the time is moving. The
 * products are one convolution of 1x3 filters with a group for each point. A
 * cell that is not finite spoils its columns in the strips that read it.
 *
 * @module
 */
import type { Value } from "../../model_builder.ts";
import { convolution } from "../_conv.ts";
import type { RuleTarget } from "../_rule_target.ts";
import { gatherRows, reshape, rowOrder, transposedBlocks } from "../_rows.ts";
import { isSame3x3, type Window } from "../_window.ts";
import { product } from "./_matrix.ts";
import { biasPoints, filterPoints } from "./_points.ts";
import { LINE, type Line, LONG_LINE } from "./_transforms.ts";

/** Fewer channels, and moving the rows costs what the products save. */
const FEWEST_CHANNELS = 64;

/** From so many channels on, tiles in groups are faster than strips of eight rows. */
const FEWEST_TILE_CHANNELS = 256;

/** Fewer cells of a product, and reading its filters costs what it saves. */
const FEWEST_CELLS = 128;

/** Whether strips can do a convolution and its gradients, and have the channels and cells to be worth it. */
export function hasStrips(g: Window, block: number): boolean {
  const { batch, channels, filters, width } = g;
  return isSame3x3(g, block) &&
    Math.min(channels, filters) >= FEWEST_CHANNELS &&
    batch * stripsOf(g, LINE).strips * width >= FEWEST_CELLS;
}

/**
 * Whether a convolution by a constant filter takes strips of eight rows, which
 * below 256 channels are faster than tiles too.
 */
export function hasLongStrips(g: Window, block: number): boolean {
  const channels = Math.min(g.channels, g.filters);
  return isSame3x3(g, block) && channels >= FEWEST_CHANNELS &&
    channels < FEWEST_TILE_CHANNELS && fewestStrips(g).line === LONG_LINE;
}

/** How maps are cut into strips. */
export interface Strips {
  readonly line: Line;
  /** Strips of a map; the last may reach beyond it. */
  readonly strips: number;
}

function stripsOf({ height }: Window, line: Line): Strips {
  return { line, strips: Math.ceil(height / line.cells) };
}

/** How maps are cut for a convolution. In training, rounding matters more than the time that eight rows save. */
export function stripsFor(g: Window, isConstant: boolean): Strips {
  return isConstant ? fewestStrips(g) : stripsOf(g, LINE);
}

/** Strips of eight rows where they have the cells and take fewer multiplications than those of four. */
function fewestStrips(g: Window): Strips {
  const cost = ({ line, strips }: Strips): number => line.points * strips;
  const [short, long] = [stripsOf(g, LINE), stripsOf(g, LONG_LINE)];
  const hasCells = g.batch * long.strips * g.width >= FEWEST_CELLS;
  return hasCells && cost(long) < cost(short) ? long : short;
}

/** Operands of {@linkcode stripConv}. */
export interface StripConvInputs {
  /** `maps`. */
  readonly x: Value;
  /** `stripTaps`. */
  readonly w: Value;
  /** `[O]`. */
  readonly bias?: Value | undefined;
  /** As {@linkcode stripsFor} cuts them. */
  readonly cut: Strips;
}

/** Writes `conv(x, w) + bias`: in `maps` and `stripTaps`, out `maps`. */
export function stripConv(
  target: RuleTarget,
  { x, w, bias, cut }: StripConvInputs,
  g: Window,
): Value {
  const { model } = target;
  const { batch, channels, filters, width } = g;
  const { line, strips } = cut;
  // In memory `[points][O / L][I / L][3][L of I][L of O]`.
  const taps = filterPoints(model, w, {
    matrix: line.filter,
    shape: [line.points * filters, channels, 1, 3],
  });
  const points = reshape(model, stripPoints(target, x, g, cut), [
    1,
    line.points * channels,
    batch * strips,
    width,
  ]);
  const products = convolution(model, {
    x: points,
    w: taps,
    bias: bias && biasPoints(model, bias, line.bias),
  }, { kernel_shape: [1, 3], pads: [0, 1, 0, 1], group: line.points });
  return resultMaps(target, products, g, cut);
}

/** Writes the gradient by the input, a convolution with turned filters: in `maps` and `stripTaps`, out `maps`. */
export function stripInputGrad(
  target: RuleTarget,
  { dy, w }: { readonly dy: Value; readonly w: Value },
  g: Window,
): Value {
  const { model, block } = target;
  const [outputs, inputs] = [g.filters / block, g.channels / block];
  const count = 9 * outputs * inputs;
  const turned = gatherRows(
    model,
    transposedBlocks(model, w, [count, block, block]),
    {
      length: block * block,
      count,
      order: rowOrder(
        [3, inputs, outputs, 3],
        (row, i, o, column) =>
          (((2 - row) * outputs + o) * inputs + i) * 3 + 2 - column,
      ),
      shape: [g.channels, g.filters, 3, 3],
    },
  );
  const turnedWindow = { ...g, channels: g.filters, filters: g.channels };
  const cut = stripsFor(turnedWindow, false);
  return stripConv(target, { x: dy, w: turned, cut }, turnedWindow);
}

/** A gradient by the filter, in `filter`, as `stripTaps`. */
export function asStripTaps(
  { model, block }: RuleTarget,
  gradient: Value,
  { channels, filters, kh, kw }: Window,
): Value {
  const blocks = filters * channels / block ** 2;
  return gatherRows(model, gradient, {
    length: kw * block * block,
    count: blocks * kh,
    order: rowOrder([kh, blocks], (row, each) => each * kh + row),
    shape: [filters, channels, kh, kw],
  });
}

/** Overlapping strips of maps as points, `[points][C / L][strips of B][W][L]`. */
function stripPoints(
  { model, block }: RuleTarget,
  maps: Value,
  { batch, channels, height, width }: Window,
  { line: { cells, points, input }, strips }: Strips,
): Value {
  const inputs = channels / block;
  const count = batch * inputs * height;
  const lines = gatherRows(model, maps, {
    length: width * block,
    count,
    order: rowOrder(
      [points, inputs, batch, strips],
      (point, c, image, strip) => {
        const row = strip * cells + point - 1;
        const isBeside = row < 0 || row >= height;
        return isBeside ? count : (image * inputs + c) * height + row;
      },
    ),
    shape: [points, inputs * batch * strips * width * block],
  });
  return product(model, input, lines);
}

/** The result that points of strips, as of {@linkcode stripPoints}, stand for. */
function resultMaps(
  { model, block }: RuleTarget,
  products: Value,
  { batch, filters, height, width }: Window,
  { line: { cells, points, output }, strips }: Strips,
): Value {
  const outputs = filters / block;
  const count = outputs * batch * strips;
  const lines = product(
    model,
    output,
    reshape(model, products, [points, count * width * block]),
  );
  return gatherRows(model, lines, {
    length: width * block,
    count: cells * count,
    order: rowOrder(
      [batch, outputs, height],
      (image, o, row) =>
        ((row % cells * outputs + o) * batch + image) * strips +
        Math.floor(row / cells),
    ),
    shape: [batch, filters, height, width],
  });
}
