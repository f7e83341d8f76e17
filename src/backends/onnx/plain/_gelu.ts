import { sizeOf } from "../../_shape.ts";
import type { Shape } from "../../backend.ts";
import { largestDivisor } from "../largest_divisor.ts";
import type { Call } from "../lowering.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";
import { crossProduct } from "./_cross_product.ts";
import { scalarLike } from "./_scalar_like.ts";

/** Numbers of a part of which several tensors fit the cache of two cores. */
const PART = 200_000;

/** Writes the exact GELU in one pass. */
export function lowerGelu({ model, inputs }: Call<"gelu">): Value {
  return model.op("Gelu", inputs, {}, "com.microsoft");
}

/** Writes `dy (P + x p)`; nothing but `x` is kept from the way forward. */
export function lowerGeluGrad(
  { model, device, inputs: [x, dy], shape, sharesInput }: Call<"geluGrad">,
): Value {
  const parts = device.fastScan ? partsOf(shape) : undefined;
  return parts === undefined
    ? gradient(model, x!, dy!, shape)
    : inParts(model, x!, dy!, {
      shape,
      parts,
      withValue: sharesInput("geluWeightGrad"),
    }).gradient;
}

/**
 * Writes `dy^T gelu(x)`. One pass gives `gelu(x) = x P` anew, since the
 * gradient by `x` needs `P` too; to keep it would take as much memory as `x`.
 */
export function lowerGeluWeightGrad(
  { model, device, inputs: [x, outer, dy], shapes, shape }: Call<
    "geluWeightGrad"
  >,
): Value {
  const [whole, [rows] = []] = shapes;
  const parts = device.fastScan && dy !== undefined
    ? partsOf(whole!)
    : undefined;
  const y = parts === undefined
    ? value(model, x!, whole!)
    : inParts(model, x!, dy!, { shape: whole!, parts, withValue: true }).value!;
  const matrix = model.op("Reshape", [y, model.ints([rows!, shape[1]!])]);
  return crossProduct(model, [outer!, matrix], [rows!, shape[0]!, shape[1]!]);
}

/** How many equal parts a large tensor is taken in, if it can be. */
function partsOf(shape: Shape): readonly [number, number] | undefined {
  const size = sizeOf(shape);
  const part = largestDivisor(size, PART);
  return size >= 4 * PART && part >= PART / 4 ? [size / part, part] : undefined;
}

/** Both in one `Scan`: what lies between `x` and them never leaves the cache. */
function inParts(
  model: ModelBuilder,
  x: Value,
  dy: Value,
  { shape, parts: [count, part], withValue }: {
    readonly shape: Shape;
    readonly parts: readonly [number, number];
    readonly withValue: boolean;
  },
): { readonly gradient: Value; readonly value: Value | undefined } {
  const [byX, y] = model.scan(
    [x, dy].map((each) =>
      model.op("Reshape", [each, model.ints([count, part])])
    ),
    {
      parts: [[part], [part]],
      results: withValue ? [[part], [part]] : [[part]],
    },
    (body, [x, dy]) => [
      gradient(body, x!, dy!, [part]),
      ...(withValue ? [value(body, x!, [part])] : []),
    ],
  ).map((each) => model.op("Reshape", [each, model.ints(shape)]));
  return { gradient: byX!, value: y };
}

/** `x P`. */
function value(model: ModelBuilder, x: Value, shape: Shape): Value {
  return model.op("Mul", [x, distribution(model, x, shape).normal]);
}

/**
 * `dy (P + x p)`, with the normal distribution `P` at `x` and its density `p`:
 * `x p = z e^(-z^2) / sqrt(pi)` with `z = x / sqrt(2)`.
 */
function gradient(
  model: ModelBuilder,
  x: Value,
  dy: Value,
  shape: Shape,
): Value {
  const { z, normal } = distribution(model, x, shape);
  const exponent = model.op("Sub", [
    scalarLike(model, -Math.log(Math.PI) / 2, shape),
    model.op("Mul", [z, z]),
  ]);
  const bell = model.op("Mul", [z, model.op("Exp", [exponent])]);
  return model.op("Mul", [model.op("Add", [normal, bell]), dy]);
}

/** `z = x / sqrt(2)` and the normal distribution `P = (1 + erf(z)) / 2` at `x`. */
function distribution(
  model: ModelBuilder,
  x: Value,
  shape: Shape,
): { readonly z: Value; readonly normal: Value } {
  const z = model.op("Mul", [x, scalarLike(model, Math.SQRT1_2, shape)]);
  // In one pass; the error function never leaves [-1, 1].
  const normal = model.op("HardSigmoid", [model.op("Erf", [z])], {
    alpha: { float: 0.5 },
    beta: { float: 0.5 },
  });
  return { z, normal };
}
