/**
 * The 3x3 max-pool at stride 2 of a ResNet on the four planes of its input: an
 * output cell sees the odd cell before, the even one, and the odd one behind,
 * along rows and along columns.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../model_builder.ts";
import type { Activation } from "./_conv.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { depthwise, type DepthwiseTaps } from "./_depthwise.ts";
import type { Stored } from "./_layout.ts";
import { blockedOp } from "./_rows.ts";

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

/**
 * Writes the gradient by the input, all of it to the first of equal cells: `dy`
 * in `maps`, zero where the result is not positive; planes in and out. A cell
 * that is not finite spoils the gradient around it too.
 */
export function poolPlanesGrad(
  target: RuleTarget,
  { planes, dy }: { readonly planes: Stored; readonly dy: Value },
  channels: number,
): Stored {
  const { model } = target;
  const [ee, eo, oe, oo] = planes as readonly [Value, Value, Value, Value];
  const [even, odd] = poolColumns(model, planes);
  const down = split(target, { even, odd, y: poolPlanes(model, planes), dy }, {
    channels,
    along: "rows",
  });
  const along = { channels, along: "columns" } as const;
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
  readonly channels: number;
  readonly along: "rows" | "columns";
}

/** Gives `dy` to the first of the three cells that equals `y`. */
function split(
  target: RuleTarget,
  { even, odd, y, dy }: Line,
  { channels, along }: Along,
): { readonly even: Value; readonly odd: Value } {
  const { model } = target;
  const taps = (pair: readonly [number, number]) =>
    along === "rows" ? pair.map((tap) => [tap]) : [pair];
  /** 1 where a cell, or the one before it, is `y`, and 0 where it is less. */
  const isLargest = (x: Value, where: DepthwiseTaps): Value =>
    depthwise(target, { x, sum: y, activation: IS_ZERO }, where);
  // Zeros come in from outside: they count as largest where none is positive, but
  // no gradient goes there.
  const isFirst = isLargest(odd, {
    channels,
    taps: taps([-1, 0]),
    pads: along === "rows" ? [1, 0, 0, 0] : [0, 1, 0, 0],
  });
  // What the first did not take is left for the second, and so on.
  const first = model.op("Mul", [dy, isFirst]);
  const left = model.op("Sub", [dy, first]);
  const second = model.op("Mul", [
    left,
    isLargest(even, { channels, taps: [[-1]] }),
  ]);
  const third = model.op("Sub", [left, second]);
  const both = depthwise(target, { x: first, sum: third }, {
    channels,
    taps: taps([0, 1]),
    pads: along === "rows" ? [0, 0, 1, 0] : [0, 0, 0, 1],
  });
  return { even: second, odd: both };
}

/** 1 at zero, 0 above: steep enough that every normal number leaves the slope. */
const IS_ZERO: Activation = {
  activation: "HardSigmoid",
  activation_params: { floats: [-3e38, 1] },
};
