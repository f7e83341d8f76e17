/**
 * Programs whose gradients the blocked lowering writes, and their comparison
 * with the float64 reference.
 *
 * @module
 */
import type { Backend, Shape, TensorData } from "../../src/backends/backend.ts";
import {
  type OnnxBackend,
  onnxBackend,
  type OnnxTensor,
} from "../../src/backends/onnx/mod.ts";
import type { Window } from "../../src/backends/onnx/blocked/_window.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { assertClose, uniform } from "./_numbers.ts";

/** A convolution. */
export interface Geometry {
  readonly x: Shape;
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** The convolution as the blocked lowering sees it. */
export function windowOf(
  { x, filters, kernelSize: k, stride, padding }: Geometry,
): Window {
  const [batch, channels, height, width] = x as [
    number,
    number,
    number,
    number,
  ];
  const along = (length: number): number =>
    Math.floor((length + 2 * padding - k) / stride) + 1;
  return {
    batch,
    channels,
    height,
    width,
    filters,
    rows: along(height),
    columns: along(width),
    kh: k,
    kw: k,
    stride,
    padding,
  };
}

/** A convolution and its gradients, with a batch norm's gain on the weights. */
export function convolved<T>(
  be: Backend<T>,
  { x, filters, kernelSize: k, stride, padding }: Geometry,
): readonly T[] {
  const { value, gradients } = valueAndGrad(
    be,
    (tape, { x, w, gain, bias }) => {
      const scaled = tape.mul(w!, tape.reshape(gain!, [filters, 1, 1, 1]));
      const y = tape.conv2d(x!, scaled, { stride, padding, bias: bias! });
      return weighted(tape, y);
    },
  )({
    x: tensor(be, 1, x),
    w: tensor(be, 2, [filters, x[1]!, k, k]),
    gain: tensor(be, 3, [filters]),
    bias: tensor(be, 4, [filters]),
  });
  return [value, ...Object.values(gradients)];
}

/** Two convolutions around which the input goes, with a ReLU behind each. */
export function residual<T>(
  be: Backend<T>,
  { stride, shape }: {
    readonly stride: 1 | 2;
    readonly shape: readonly [number, number, number, number];
  },
): readonly T[] {
  const [, channels] = shape;
  const filter = [channels, channels, 3, 3];
  const { value, gradients } = valueAndGrad(be, (tape, p) => {
    const x = tape.relu(p.x!);
    const first = tape.relu(
      tape.conv2d(x, p.w1!, { stride, padding: 1, bias: p.b1! }),
    );
    const second = tape.conv2d(first, p.w2!, { stride: 1, padding: 1 });
    const around = stride === 1
      ? x
      : tape.conv2d(x, p.w3!, { stride, padding: 0 });
    return weighted(tape, tape.relu(tape.add(second, around)));
  })({
    x: tensor(be, 1, shape),
    w1: tensor(be, 2, filter),
    b1: tensor(be, 3, [channels]),
    w2: tensor(be, 4, filter),
    ...(stride === 1 ? {} : { w3: tensor(be, 5, [channels, channels, 1, 1]) }),
  });
  return [value, ...Object.values(gradients)];
}

/** Two convolutions by constants, the second plus its input under a ReLU. */
export function predicted<T>(
  be: Backend<T>,
  { x, filters, kernelSize: k, stride, padding }: Geometry,
): readonly T[] {
  const constant = (seed: number, shape: readonly number[]): T =>
    be.constant(uniform(seed, shape).data, shape);
  const gain = be.reshape(constant(3, [filters]), [filters, 1, 1, 1]);
  const w = be.mul(constant(2, [filters, x[1]!, k, k]), gain);
  const bias = constant(4, [filters]);
  const y = be.conv2d(tensor(be, 1, x), w, { stride, padding, bias });
  const square = constant(5, [filters, filters, k, k]);
  const unbiased = be.conv2d(y, square, { stride, padding });
  return [y, be.relu(be.add(unbiased, y))];
}

/** The start of a ResNet on a picture, which may be flat and full of ties; a ReLU may be missing behind the pool. */
export function stem<T>(
  be: Backend<T>,
  [height, width]: readonly [number, number],
  { contrast = 1, relu = true, kernelSize: k = 7 }: {
    readonly contrast?: number;
    readonly relu?: boolean;
    readonly kernelSize?: number;
  } = {},
): readonly T[] {
  const picture = uniform(1, [2, 3, height, width]);
  const images = be.tensor(
    [...picture.data].map((v) => v * contrast),
    picture.shape,
  );
  const { value, gradients } = valueAndGrad(be, (tape, { w, bias }) => {
    const y = tape.conv2d(tape.lift(images), w!, {
      stride: 2,
      padding: (k - 1) / 2,
      bias: bias!,
    });
    const pooled = tape.maxPool2d(y, { kernelSize: 3, stride: 2, padding: 1 });
    return weighted(tape, relu ? tape.relu(pooled) : pooled);
  })({ w: tensor(be, 2, [16, 3, k, k]), bias: tensor(be, 3, [16]) });
  return [value, ...Object.values(gradients)];
}

/** A scalar that weighs every cell differently. */
function weighted<T>(
  be: Backend<T>,
  y: T,
): { readonly value: T } {
  const weights = tensor(be, 9, be.shape(y));
  return { value: be.sum(be.mul(y, weights), [0, 1, 2, 3]) };
}

/** Seeded numbers on a backend. */
export function tensor<T>(be: Backend<T>, seed: number, shape: Shape): T {
  const { data } = uniform(seed, shape);
  return be.tensor(data, shape);
}

/** Throws unless both backends give the same, in proportion to the largest. */
export async function agrees(
  f: <T>(be: Backend<T>) => readonly T[],
  tolerance = 1e-5,
): Promise<void> {
  const reference = referenceBackend();
  const want = await reference.read(f(reference));
  const blocked = await open("blocked");
  const results = f<OnnxTensor>(blocked);
  const got = await blocked.read(results);
  want.forEach((data, i) =>
    assertProportional(`result ${i}`, got[i]!, data, tolerance)
  );
  await blocked.close();
}

/** Throws unless filters trained a little by either lowering are read alike. */
export async function keepsNumbers(channels: number): Promise<void> {
  const [blocked, plain] = [await open("blocked"), await open("plain")];
  const shape = [channels, channels, 3, 3];
  const trained = async (be: typeof plain) => {
    const step = be.compile(({ x, w }) => {
      const { gradients } = valueAndGrad(be, (tape, { w }) => {
        const y = tape.conv2d(tape.lift(x!), w!, { stride: 1, padding: 1 });
        return { value: tape.sum(tape.mul(y, y), [0, 1, 2, 3]) };
      })({ w: w! });
      return { w: be.sub(w!, be.mul(gradients.w!, 1e-6)) };
    });
    const x = tensor(be, 1, [2, channels, 16, 16]);
    const start = tensor(be, 2, shape);
    let w = start;
    for (let i = 0; i < 3; i++) w = (await step({ x, w })).w!;
    // Read after the program has packed the first, and beside other uses.
    const sums = be.sum(w, [1, 2, 3]);
    const small = be.conv2d(tensor(be, 3, [1, channels, 4, 4]), w, {
      stride: 1,
      padding: 1,
    });
    return await be.read([w, start, sums, small]);
  };
  const [got, want] = [await trained(blocked), await trained(plain)];
  want.forEach((data, i) =>
    assertProportional(`result ${i}`, got[i]!, data, 1e-5)
  );
  await blocked.close();
  await plain.close();
}

/** ONNX Runtime on the CPU by one lowering. */
export async function open(
  lowering: "auto" | "plain" | "blocked",
  options: { readonly maxSessions?: number } = {},
): Promise<OnnxBackend> {
  const opened = await onnxBackend({ device: "cpu", lowering, ...options })();
  if (opened._tag === "Left") throw opened.left;
  return opened.right;
}

/** Throws unless two lists agree to `tolerance` of the largest of `want`, or of 1. */
export function assertProportional(
  what: string,
  got: TensorData,
  want: TensorData,
  tolerance: number,
): void {
  let scale = 1;
  for (const v of want) scale = Math.max(scale, Math.abs(v));
  const scaled = (xs: TensorData) => Array.from(xs, (v) => v / scale);
  assertClose(what, scaled(got), scaled(want), tolerance);
}
