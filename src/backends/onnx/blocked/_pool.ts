/**
 * The 3x3 max-pool at stride 2 of a ResNet on the four planes of its input: an
 * output cell sees the odd cell before, the even one, and the odd one behind,
 * along rows and along columns.
 *
 * @module
 */
import {
  elementType,
  type ModelBuilder,
  type Value,
} from "../model_builder.ts";
import type { RuleTarget } from "./_conv.ts";
import type { Stored } from "./_layout.ts";
import { blockedOp, gatherRows, reshape, rowOrder } from "./_rows.ts";

/** Shape `[batch, channels, rows, columns]` of the result. */
export type PoolShape = readonly [number, number, number, number];

/** Writes the pool: in `planes`, out `maps`. */
export function poolPlanes(model: ModelBuilder, planes: Stored): Value {
  const [even, odd] = poolColumns(model, planes);
  return model.op("Max", [even, withPrevious(model, odd, [2, 1])]);
}

/** Both row parities after a maximum over columns. */
function poolColumns(
  model: ModelBuilder,
  planes: Stored,
): readonly [Value, Value] {
  const [ee, eo, oe, oo] = planes as readonly [Value, Value, Value, Value];
  return [
    model.op("Max", [ee, withPrevious(model, eo, [1, 2])]),
    model.op("Max", [oe, withPrevious(model, oo, [1, 2])]),
  ];
}

/** The larger of each cell and the one before it, along rows or columns. */
function withPrevious(
  model: ModelBuilder,
  x: Value,
  [kh, kw]: readonly [number, number],
): Value {
  return blockedOp(model, "MaxPool", [x], {
    kernel_shape: [kh, kw],
    strides: [1, 1],
    pads: [kh - 1, kw - 1, 0, 0],
  });
}

/** Writes the gradient by the input, all of it to the first of equal cells: `dy` in `maps`, planes in and out. */
export function poolPlanesGrad(
  target: RuleTarget,
  { planes, dy }: { readonly planes: Stored; readonly dy: Value },
  shape: PoolShape,
): Stored {
  const { model } = target;
  const [ee, eo, oe, oo] = planes as readonly [Value, Value, Value, Value];
  const [even, odd] = poolColumns(model, planes);
  const down = split(target, { even, odd, y: poolPlanes(model, planes), dy }, {
    shape,
    along: "rows",
  });
  const along = { shape, along: "columns" } as const;
  const top = split(
    target,
    { even: ee, odd: eo, y: even, dy: down.even },
    along,
  );
  const low = split(target, { even: oe, odd: oo, y: odd, dy: down.odd }, along);
  return [top.even, top.odd, low.even, low.odd];
}

interface Line {
  readonly even: Value;
  readonly odd: Value;
  /** The largest of the odd cell before, the even one and the odd one. */
  readonly y: Value;
  readonly dy: Value;
}

interface Along {
  readonly shape: PoolShape;
  readonly along: "rows" | "columns";
}

/** Gives `dy` to the first of the three cells that equals `y`. */
function split(
  target: RuleTarget,
  { even, odd, y, dy }: Line,
  along: Along,
): { readonly even: Value; readonly odd: Value } {
  const { model } = target;
  const before = shift(target, odd, { ...along, by: -1, fill: -Infinity });
  const share = (dy: Value, x: Value): Value => {
    const mask = model.op("Cast", [model.op("Equal", [x, y])], {
      to: elementType.float,
    });
    return model.op("Mul", [dy, mask]);
  };
  // What the first did not take is left for the second, and so on.
  const first = share(dy, before);
  const left = model.op("Sub", [dy, first]);
  const second = share(left, even);
  const third = model.op("Sub", [left, second]);
  const back = shift(target, first, { ...along, by: 1, fill: 0 });
  return { even: second, odd: model.op("Add", [third, back]) };
}

interface Shift extends Along {
  readonly by: number;
  /** What comes in from outside. */
  readonly fill: number;
}

/** Cell `i` of the result is cell `i + by`. */
function shift(
  { model, block }: RuleTarget,
  x: Value,
  { shape, along, by, fill }: Shift,
): Value {
  const [batch, channels, rows, columns] = shape;
  const planes = batch * channels / block;
  if (along === "rows") {
    // A padding of one end, and a negative one of the other.
    const shifted = model.op("Pad", [
      reshape(model, x, [planes, rows, columns * block]),
      model.ints([0, -by, 0, 0, by, 0]),
      model.scalar(fill),
    ]);
    return reshape(model, shifted, shape);
  }
  // Of short rows, gathering is faster.
  const lines = planes * rows;
  const count = lines * columns;
  const order = rowOrder([lines, columns], (line, i) => {
    const from = i + by;
    return from < 0 || from >= columns ? count : line * columns + from;
  });
  return gatherRows(model, x, { length: block, count, order, shape, fill });
}
