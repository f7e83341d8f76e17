import {
  deepStrictEqual,
  ok,
  rejects,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { ReferenceTensor } from "../../src/backends/reference.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { assertClose, uniform } from "./_numbers.ts";

const be = referenceBackend();

function gives(
  x: ReferenceTensor,
  shape: readonly number[],
  data: readonly number[],
): void {
  deepStrictEqual([[...x.shape], [...x.data]], [shape, data]);
}

Deno.test("add(), sub(), mul(), div() broadcast", () => {
  const column = be.tensor([8, 4], [2, 1]);
  const row = be.tensor([1, 2, 4], [3]);
  gives(be.add(column, row), [2, 3], [9, 10, 12, 5, 6, 8]);
  gives(be.sub(column, row), [2, 3], [7, 6, 4, 3, 2, 0]);
  gives(be.mul(column, row), [2, 3], [8, 16, 32, 4, 8, 16]);
  gives(be.div(column, row), [2, 3], [8, 4, 2, 4, 2, 1]);
  gives(be.sub(1, row), [3], [0, -1, -3]);
  gives(be.add(1, 2), [], [3]);
});

Deno.test("maximum(), minimum(), equal(), where() choose by element", () => {
  const a = be.tensor([1, 5, 3], [3]);
  const b = be.tensor([2, 4, 3], [3]);
  gives(be.maximum(a, b), [3], [2, 5, 3]);
  gives(be.minimum(a, b), [3], [1, 4, 3]);
  gives(be.equal(a, b), [3], [0, 0, 1]);
  gives(be.where(be.tensor([0, -1, 2], [3]), a, b), [3], [2, 5, 3]);
  const infinite = be.tensor([Infinity, 1], [2]);
  gives(be.where(be.tensor([0, 1], [2]), infinite, 0), [2], [0, 1]);
});

Deno.test("element-wise functions take known values", () => {
  const x = be.tensor([-2, 0, 2], [3]);
  gives(be.neg(be.tensor([-2, 3], [2])), [2], [2, -3]);
  gives(be.abs(x), [3], [2, 0, 2]);
  gives(be.relu(x), [3], [0, 0, 2]);
  gives(be.step(x), [3], [0, 0, 1]);
  gives(be.stopGradient(x), [3], [-2, 0, 2]);
  gives(be.exp(be.tensor([0, -Infinity], [2])), [2], [1, 0]);
  gives(be.log(be.tensor([1, 0, -1], [3])), [3], [0, -Infinity, NaN]);
  gives(be.sqrt(be.tensor([9, 0, -1], [3])), [3], [3, 0, NaN]);
  gives(be.sigmoid(be.tensor([0, 800, -800], [3])), [3], [0.5, 1, 0]);
});

Deno.test("erf() agrees with the tables", () => {
  // Abramowitz and Stegun, table 7.1, and the limits.
  const x = be.tensor([0, 0.5, 1, -1, 2, 3, 7, -Infinity], [8]);
  const want = [
    0,
    0.5204998778,
    0.8427007929,
    -0.8427007929,
    0.9953222650,
    0.9999779095,
    1,
    -1,
  ];
  assertClose("erf", be.erf(x).data, want, 1e-10);
  ok(Number.isNaN(be.erf(be.tensor([NaN], [])).data[0]));
});

Deno.test("matMul() reads either factor transposed", () => {
  const a = be.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  const b = be.tensor([1, 0, 2, 1, 0, 3], [3, 2]);
  // Rows of a by columns of b: [1 + 4, 2 + 9], [4 + 10, 5 + 18].
  const want = [5, 11, 14, 23];
  const aT = be.transpose(a, [1, 0]);
  const bT = be.transpose(b, [1, 0]);
  gives(be.matMul(a, b), [2, 2], want);
  gives(be.matMul(aT, b, { transposeA: true }), [2, 2], want);
  gives(be.matMul(a, bT, { transposeB: true }), [2, 2], want);
  gives(
    be.matMul(aT, bT, { transposeA: true, transposeB: true }),
    [2, 2],
    want,
  );
});

Deno.test("matMul() multiplies each batch by itself", () => {
  const a = be.tensor([1, 2, 3, 4], [2, 1, 2]);
  const b = be.tensor([5, 6, 7, 8], [2, 2, 1]);
  gives(be.matMul(a, b), [2, 1, 1], [17, 53]);
});

Deno.test("conv2d() cross-correlates, with stride, padding and bias", () => {
  const x = be.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
  const w = be.tensor([1, 2, 0, -1], [1, 1, 2, 2]);
  // Top left: 1 * 1 + 2 * 2 - 5 = 0; then 2 + 6 - 6, 4 + 10 - 8, 5 + 12 - 9.
  gives(
    be.conv2d(x, w, { stride: 1, padding: 0 }),
    [1, 1, 2, 2],
    [0, 2, 6, 8],
  );
  // Windows at -1 and 1: -1 * x00; 2 * 0 - x02; 2 * x10 - x20; x11 + 2 x12 - x22.
  gives(
    be.conv2d(x, w, { stride: 2, padding: 1, bias: be.tensor([10], [1]) }),
    [1, 1, 2, 2],
    [9, 7, 11, 18],
  );
});

Deno.test("conv2d() sums over input channels", () => {
  const x = be.tensor([1, 2, 3], [1, 3, 1, 1]);
  const w = be.tensor([1, 1, 1, 0, 2, -1], [2, 3, 1, 1]);
  gives(be.conv2d(x, w, { stride: 1, padding: 0 }), [1, 2, 1, 1], [6, 1]);
});

Deno.test("conv2dInputGrad() spreads the filter", () => {
  const dy = be.tensor([3], [1, 1, 1, 1]);
  const w = be.tensor([1, 2, 0, -1], [1, 1, 2, 2]);
  // Stride 2 leaves the third row and column without a window.
  gives(
    be.conv2dInputGrad(dy, w, { stride: 2, padding: 0, inputSize: [3, 3] }),
    [1, 1, 3, 3],
    [3, 6, 0, 0, -3, 0, 0, 0, 0],
  );
});

Deno.test("conv2dFilterGrad() correlates the input with the gradient", () => {
  const x = be.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 1, 3, 3]);
  const dy = be.tensor([1, 0, 0, 2], [1, 1, 2, 2]);
  // x00 + 2 x11, x01 + 2 x12, x10 + 2 x21, x11 + 2 x22.
  gives(
    be.conv2dFilterGrad(x, dy, { stride: 1, padding: 0, kernelSize: [2, 2] }),
    [1, 1, 2, 2],
    [11, 14, 20, 23],
  );
});

Deno.test("conv2d() and its gradients are transposes of each other", () => {
  const options = { stride: 2, padding: 1 };
  const [x, w] = ([[2, 3, 7, 6], [4, 3, 3, 3]] as const).map((shape, i) =>
    be.tensor(uniform(i, shape).data, shape)
  ) as [ReferenceTensor, ReferenceTensor];
  const y = be.conv2d(x, w, options);
  const dy = be.tensor(uniform(9, y.shape).data, y.shape);
  const dx = be.conv2dInputGrad(dy, w, { ...options, inputSize: [7, 6] });
  const dw = be.conv2dFilterGrad(x, dy, { ...options, kernelSize: [3, 3] });
  // <conv(x, w), dy> = <x, dx> = <w, dw>, as conv is linear in each.
  const products = [dot(y, dy), dot(x, dx), dot(w, dw)];
  assertClose("products", products, products.map(() => products[0]!), 1e-12);
});

Deno.test("maxPool2d() never takes the padding", () => {
  const x = be.tensor([-1, -2, -3, -4], [1, 1, 2, 2]);
  const options = { kernelSize: 3, stride: 2, padding: 1 };
  gives(be.maxPool2d(x, options), [1, 1, 1, 1], [-1]);
});

Deno.test("maxPool2dGrad() gives a tie to its first cell, and adds overlaps", () => {
  const options = { kernelSize: 2, stride: 1, padding: 0 };
  const x = be.tensor([0, 0, 0, 0, 9, 0], [1, 1, 2, 3]);
  const dy = be.tensor([1, 2], [1, 1, 1, 2]);
  // Both windows hold the 9.
  gives(be.maxPool2dGrad(x, dy, options), [1, 1, 2, 3], [0, 0, 0, 0, 3, 0]);
  const flat = be.mul(x, 0);
  gives(be.maxPool2dGrad(flat, dy, options), [1, 1, 2, 3], [1, 2, 0, 0, 0, 0]);
});

Deno.test("sum() and max() keep the reduced axes", () => {
  const x = be.tensor([1, -2, 3, 4, 5, -6], [2, 3]);
  gives(be.sum(x, [0]), [1, 3], [5, 3, -3]);
  gives(be.sum(x, [1]), [2, 1], [2, 3]);
  gives(be.sum(x, [0, 1]), [1, 1], [5]);
  gives(be.sum(x, []), [2, 3], [1, -2, 3, 4, 5, -6]);
  gives(be.max(x, [0]), [1, 3], [4, 5, 3]);
  gives(be.max(x, [1, 0]), [1, 1], [5]);
  gives(be.sum(be.tensor([], [0, 2]), [0]), [1, 2], [0, 0]);
});

Deno.test("softmax() stays finite", () => {
  const x = be.tensor([0, Math.log(3), 1e5, 1e5, -1e5, -1e5], [3, 2]);
  const { data } = be.softmax(x);
  assertClose("softmax", data, [0.25, 0.75, 0.5, 0.5, 0.5, 0.5], 1e-15);
});

Deno.test("argMax() gives the lowest of equal places", () => {
  const x = be.tensor([1, 3, 3, -1, -1, -2], [2, 3]);
  gives(be.argMax(x), [2, 1], [1, 0]);
});

Deno.test("reshape(), transpose(), slice(), concat(), pad() move elements", () => {
  const x = be.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
  gives(be.reshape(x, [3, 2]), [3, 2], [1, 2, 3, 4, 5, 6]);
  gives(be.transpose(x, [1, 0]), [3, 2], [1, 4, 2, 5, 3, 6]);
  gives(be.slice(x, [0, 1], [2, 2]), [2, 2], [2, 3, 5, 6]);
  gives(be.concat([x, be.tensor([7, 8], [2, 1])], 1), [2, 4], [
    ...[1, 2, 3, 7],
    ...[4, 5, 6, 8],
  ]);
  gives(be.pad(be.tensor([1, 2], [1, 2]), [[1, 0], [0, 1]]), [2, 3], [
    ...[0, 0, 0],
    ...[1, 2, 0],
  ]);
  // Axis i of the result is axis permutation[i]: shape [2, 3, 1] to [1, 2, 3].
  gives(
    be.transpose(be.reshape(x, [2, 3, 1]), [2, 0, 1]),
    [1, 2, 3],
    [1, 2, 3, 4, 5, 6],
  );
});

Deno.test("broadcastTo() and gather() repeat elements", () => {
  const x = be.tensor([1, 2], [2, 1]);
  gives(be.broadcastTo(x, [2, 2, 2]), [2, 2, 2], [1, 1, 2, 2, 1, 1, 2, 2]);
  const rows = be.tensor([1, 2, 3, 4], [2, 2]);
  gives(be.gather(rows, be.tensor([1, 1, 0], [3])), [3, 2], [3, 4, 3, 4, 1, 2]);
  throws(() => be.gather(rows, be.tensor([2], [1])), OptionError);
  throws(() => be.gather(rows, be.tensor([0.5], [1])), OptionError);
});

Deno.test("errors name the operation, the wanted and the actual shape", () => {
  const x = be.tensor([1, 2, 3], [1, 3]);
  throws(() => be.matMul(x, x), {
    name: "ShapeError",
    message: 'matMul(): "b" must be [3,N]: got [1,3]',
  });
  throws(() => be.conv2d(x, x, { stride: 1, padding: 0 }), {
    name: "ShapeError",
    message: 'conv2d(): "x" must be [B, C, H, W]: got [1,3]',
  });
  throws(() => be.tensor([1, 2], [3]), ShapeError);
  throws(() => be.max(be.tensor([], [0]), [0]), ShapeError);
});

Deno.test("compile() rejects with what the program throws", async () => {
  const backend = referenceBackend();
  const program = backend.compile(({ x }) => ({ y: backend.matMul(x!, x!) }));
  const x = backend.tensor([1], [1]);
  await rejects(program({ x }), ShapeError);
  strictEqual(backend.memory().tensors, 1);
});

function dot(a: ReferenceTensor, b: ReferenceTensor): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);
}
