/**
 * Shape rules that every backend shares: each function gives the shape of one
 * operation's result, or throws the error that names the operation.
 *
 * @module
 */
import { OptionError, ShapeError } from "../core/errors.ts";
import type { MatMulOptions, Shape } from "./backend.ts";

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((length, i) => length === b[i]);
}

/** Shape of `tensor(data, shape)` and `constant(data, shape)`. */
export function tensorShape(fn: string, length: number, shape: Shape): Shape {
  requireLengths(fn, "shape", shape);
  if (sizeOf(shape) !== length) {
    const wanted = `a shape of ${length} elements, as many as "data" has`;
    throw new ShapeError(fn, "shape", wanted, shape);
  }
  return [...shape];
}

/** Shape of an element-wise operation: NumPy's broadcasting. */
export function broadcastShapes(fn: string, ...shapes: Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const offset = rank - shape.length;
    shape.forEach((length, axis) => {
      const other = result[offset + axis]!;
      if (length !== other && length !== 1 && other !== 1) {
        const wanted = `able to broadcast with [${result}]`;
        throw new ShapeError(fn, "operand", wanted, shape);
      }
      if (other === 1) result[offset + axis] = length;
    });
  }
  return result;
}

/** Shape of `broadcastTo(x, shape)`. */
export function broadcastToShape(x: Shape, shape: Shape): Shape {
  requireLengths("broadcastTo", "shape", shape);
  const offset = shape.length - x.length;
  const fits = offset >= 0 &&
    x.every((length, i) => length === 1 || length === shape[offset + i]);
  if (!fits) {
    const wanted = `able to broadcast to [${shape}]`;
    throw new ShapeError("broadcastTo", "x", wanted, x);
  }
  return [...shape];
}

/** Shape of `matMul(a, b, options)`. */
export function matMulShape(
  a: Shape,
  b: Shape,
  options: MatMulOptions = {},
): Shape {
  if (a.length < 2) {
    throw new ShapeError("matMul", "a", "[..., M, K]", a);
  }
  const lead = a.slice(0, -2);
  const [rows, inner] = lastTwo(a, options.transposeA ?? false);
  const [innerB, columns] = lastTwo(b, options.transposeB ?? false);
  const fits = b.length === a.length && innerB === inner &&
    sameShape(lead, b.slice(0, -2));
  if (!fits) {
    const wanted = options.transposeB ? ["N", inner] : [inner, "N"];
    throw new ShapeError("matMul", "b", `[${[...lead, ...wanted]}]`, b);
  }
  return [...lead, rows, columns];
}

/** Shape of `sum(x, axes)` and `max(x, axes)`. */
export function reduceShape(
  fn: "sum" | "max",
  x: Shape,
  axes: readonly number[],
): Shape {
  const valid = axes.every((axis, i) =>
    isAxis(axis, x.length) && axes.indexOf(axis) === i
  );
  if (!valid) {
    const wanted = `distinct axes of a tensor of rank ${x.length}`;
    throw new OptionError(fn, "axes", wanted, `[${axes}]`);
  }
  const empty = axes.some((axis) => x[axis] === 0);
  if (fn === "max" && empty) {
    throw new ShapeError(fn, "x", "not empty along the reduced axes", x);
  }
  return x.map((length, axis) => axes.includes(axis) ? 1 : length);
}

/** Shape of `softmax(x)`. */
export function softmaxShape(x: Shape): Shape {
  if (x.length < 1) throw new ShapeError("softmax", "x", "[..., N]", x);
  return x;
}

/** Shape of `argMax(x)`: the last axis stays, with length 1. */
export function argMaxShape(x: Shape): Shape {
  if (x.length < 1 || x.at(-1) === 0) {
    throw new ShapeError("argMax", "x", "[..., N] with N >= 1", x);
  }
  return [...x.slice(0, -1), 1];
}

/** Shape of `reshape(x, shape)`; no length is inferred. */
export function reshapeShape(x: Shape, shape: Shape): Shape {
  requireLengths("reshape", "shape", shape);
  if (sizeOf(x) !== sizeOf(shape)) {
    const wanted = `a shape of ${sizeOf(x)} elements, as [${x}] has`;
    throw new ShapeError("reshape", "shape", wanted, shape);
  }
  return [...shape];
}

/** Shape of `transpose(x, permutation)`. */
export function transposeShape(
  x: Shape,
  permutation: readonly number[],
): Shape {
  const valid = permutation.length === x.length &&
    x.every((_, axis) => permutation.includes(axis));
  if (!valid) {
    const wanted = `a permutation of the ${x.length} axes of [${x}]`;
    throw new OptionError(
      "transpose",
      "permutation",
      wanted,
      `[${permutation}]`,
    );
  }
  return permutation.map((axis) => x[axis]!);
}

/** Shape of `slice(x, begin, size)`. */
export function sliceShape(
  x: Shape,
  begin: readonly number[],
  size: readonly number[],
): Shape {
  const fits = begin.length === x.length && size.length === x.length &&
    x.every((length, axis) =>
      isLength(begin[axis]!) && isLength(size[axis]!) &&
      begin[axis]! + size[axis]! <= length
    );
  if (!fits) {
    const wanted = `of a shape that holds [${size}] from [${begin}] on`;
    throw new ShapeError("slice", "x", wanted, x);
  }
  return [...size];
}

/** Shape of `concat(xs, axis)`. */
export function concatShape(xs: readonly Shape[], axis: number): Shape {
  const [first] = xs;
  if (first === undefined) {
    throw new OptionError("concat", "xs", "at least one tensor", "none");
  }
  if (!isAxis(axis, first.length)) {
    const wanted = `an axis of a tensor of rank ${first.length}`;
    throw new OptionError("concat", "axis", wanted, axis);
  }
  const expected = first.map((length, i) => i === axis ? "*" : length);
  for (const x of xs) {
    const fits = x.length === first.length &&
      x.every((length, i) => i === axis || length === first[i]);
    if (!fits) throw new ShapeError("concat", "xs", `[${expected}]`, x);
  }
  const total = xs.reduce((sum, x) => sum + x[axis]!, 0);
  return first.map((length, i) => i === axis ? total : length);
}

/** Shape of `pad(x, paddings)`. */
export function padShape(
  x: Shape,
  paddings: readonly (readonly [number, number])[],
): Shape {
  const valid = paddings.length === x.length &&
    paddings.every(([before, after]) => isLength(before) && isLength(after));
  if (!valid) {
    const wanted = `[before, after] for each axis of [${x}], none negative`;
    throw new OptionError("pad", "paddings", wanted, JSON.stringify(paddings));
  }
  return x.map((length, i) => length + paddings[i]![0] + paddings[i]![1]);
}

/** Shape of `gather(x, indices)`. */
export function gatherShape(x: Shape, indices: Shape): Shape {
  if (x.length < 1) throw new ShapeError("gather", "x", "[M, ...]", x);
  if (indices.length !== 1) {
    throw new ShapeError("gather", "indices", "[N]", indices);
  }
  return [indices[0]!, ...x.slice(1)];
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = [shape.at(-2) ?? 0, shape.at(-1) ?? 0];
  return transposed ? [columns, rows] : [rows, columns];
}

function requireLengths(fn: string, param: string, shape: Shape): void {
  if (!shape.every(isLength)) {
    throw new ShapeError(fn, param, "whole numbers of at least 0", shape);
  }
}

function isLength(length: number): boolean {
  return Number.isInteger(length) && length >= 0;
}

function isAxis(axis: number, rank: number): boolean {
  return Number.isInteger(axis) && axis >= 0 && axis < rank;
}
