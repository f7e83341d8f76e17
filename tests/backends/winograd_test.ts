import { ok, strictEqual } from "node:assert/strict";
import type { Backend } from "../../src/backends/backend.ts";
import { onnxBackend, type OnnxTensor } from "../../src/backends/onnx/mod.ts";
import { constantLeaf } from "../../src/backends/onnx/_constant.ts";
import { operations } from "../../src/backends/onnx/_record.ts";
import { constantsOf } from "../../src/backends/onnx/blocked/_constants_of.ts";
import { cookToom } from "../../src/backends/onnx/blocked/winograd/cook_toom.ts";
import { forwardLayoutOf } from "../../src/backends/onnx/blocked/winograd/forward_layout_of.ts";
import { hasWinograd } from "../../src/backends/onnx/blocked/winograd/winograd.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import {
  agrees,
  assertProportional,
  convolved,
  type Geometry,
  keepsNumbers,
  open,
  predicted,
  residual,
  tensor,
  windowOf,
} from "./_blocked_programs.ts";
import { assertClose, uniform } from "./_numbers.ts";

const created = await onnxBackend({ device: "cpu", lowering: "blocked" })();
const onBlocked = { ignore: created._tag === "Left" };

Deno.test("cookToom() gives two cells of three taps by four products", () => {
  // The algorithm F(2, 3) that Winograd wrote down, at 0, 1, -1 and infinity.
  const { input, filter, output } = cookToom([0, 1, -1], {
    outputs: 2,
    taps: 3,
  });
  assertClose(
    "input",
    input.flat(),
    [
      [-1, 0, 1, 0],
      [0, 1, 1, 0],
      [0, -1, 1, 0],
      [0, -1, 0, 1],
    ].flat(),
    0,
  );
  assertClose(
    "filter",
    filter.flat(),
    [
      [-1, 0, 0],
      [0.5, 0.5, 0.5],
      [0.5, -0.5, 0.5],
      [0, 0, 1],
    ].flat(),
    0,
  );
  assertClose("output", output.flat(), [[1, 1, 1, 0], [0, 1, -1, 1]].flat(), 0);
});

for (
  const [points, outputs, taps] of [
    [[0], 1, 2],
    [[0, 1, -1, 2, -2], 4, 3],
    [[0, Math.SQRT1_2, -Math.SQRT1_2, Math.SQRT2, -Math.SQRT2], 4, 3],
    [[0, 1, -1, 0.5], 2, 4],
  ] as const
) {
  Deno.test(`cookToom() correlates at [${points}] as a plain sum does`, () => {
    const { input, filter, output } = cookToom(points, { outputs, taps });
    const x = uniform(1, [points.length + 1]).data;
    const w = uniform(2, [taps]).data;
    const dot = (a: readonly number[], b: readonly number[]) =>
      a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    const products = input.map((row, i) => dot(row, x) * dot(filter[i]!, w));
    const want = Array.from(
      { length: outputs },
      (_, i) => dot(w, x.slice(i, i + taps)),
    );
    const got = output.map((row) => dot(row, products));
    assertClose("result", got, want, 1e-12);
  });
}

/** The shapes that tiles are for: whole tiles, part of one, unlike sides. */
const GEOMETRIES: readonly Geometry[] = [
  { x: [2, 128, 16, 16], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 128, 21, 32], filters: 144, kernelSize: 3, stride: 1, padding: 1 },
  { x: [4, 144, 9, 11], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
  { x: [32, 128, 2, 3], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
];

for (const geometry of GEOMETRIES) {
  const { x, filters } = geometry;
  Deno.test(
    `tiles convolve [${x}] with ${filters} filters, and give the gradients`,
    onBlocked,
    () => {
      ok(hasWinograd(windowOf(geometry), 16));
      return agrees((be) => convolved(be, geometry));
    },
  );
}

Deno.test("hasWinograd() leaves other convolutions alone", () => {
  const [geometry] = GEOMETRIES as readonly [Geometry];
  const has = (change: Partial<Geometry>): boolean =>
    hasWinograd(windowOf({ ...geometry, ...change }), 16);
  ok(has({}));
  ok(!has({ kernelSize: 5, padding: 2 }));
  ok(!has({ stride: 2 }));
  ok(!has({ padding: 0 }));
  ok(!has({ filters: 64 }));
  ok(!has({ x: [2, 64, 16, 16] }));
  ok(!has({ x: [2, 128, 12, 8] }), "too few tiles for a product");
  ok(!has({ x: [2, 128, 36, 16] }), "too many along an axis");
});

/** Those that groups are for: one picture, unlike sides, more than eight tiles. */
const PREDICTED: readonly Geometry[] = [
  { x: [1, 128, 16, 16], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 256, 13, 18], filters: 272, kernelSize: 3, stride: 1, padding: 1 },
  { x: [3, 144, 9, 11], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 128, 45, 7], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
];

for (const geometry of PREDICTED) {
  const { x, filters } = geometry;
  Deno.test(
    `groups convolve [${x}] with ${filters} constant filters`,
    onBlocked,
    () => {
      strictEqual(
        forwardLayoutOf(windowOf(geometry), { block: 16, isConstant: true }),
        "blockedTaps",
      );
      return agrees((be) => predicted(be, geometry));
    },
  );
}

Deno.test(
  "groups convolve by a constant filter that is standardised",
  onBlocked,
  () =>
    agrees((be) => {
      const { data } = uniform(1, [128, 128, 3, 3], 0, 2);
      const w = be.constant(data, [128, 128, 3, 3]);
      const mean = be.mul(be.sum(w, [1, 2, 3]), 1 / (128 * 9));
      const x = tensor(be, 2, [1, 128, 16, 16]);
      return [be.conv2d(x, be.sub(w, mean), { stride: 1, padding: 1 })];
    }),
);

Deno.test(
  "a filter that was read convolves as one that is fed",
  onBlocked,
  async () => {
    const shape = [128, 128, 3, 3];
    const convolve = async <T>(be: Backend<T>) => {
      const x = tensor(be, 1, [1, 128, 16, 16]);
      const fed = tensor(be, 2, shape);
      const computed = be.mul(be.constant(uniform(3, shape).data, shape), 2);
      await be.read([computed]);
      const results = [];
      // One session serves both: they differ in their numbers alone.
      for (const w of [fed, computed]) {
        const y = be.conv2d(x, w, { stride: 1, padding: 1 });
        results.push(...await be.read([y]));
      }
      return results;
    };
    const blocked = await open("blocked");
    const want = await convolve(referenceBackend());
    const got = await convolve(blocked);
    want.forEach((data, i) =>
      assertProportional(`result ${i}`, got[i]!, data, 1e-5)
    );
    await blocked.close();
  },
);

Deno.test("forwardLayoutOf() has tiles in groups and long strips for constant filters", () => {
  const layoutOf = (
    x: Geometry["x"],
    filters: number,
    isConstant = true,
  ): string =>
    forwardLayoutOf(
      windowOf({ x, filters, kernelSize: 3, stride: 1, padding: 1 }),
      { block: 16, isConstant },
    );
  strictEqual(layoutOf([1, 128, 16, 16], 128), "blockedTaps");
  strictEqual(layoutOf([1, 128, 16, 16], 128, false), "filter");
  strictEqual(layoutOf([1, 128, 12, 16], 128), "filter", "too few tiles");
  strictEqual(layoutOf([1, 128, 16, 16], 64), "filter", "few filters");
  // Eight rows, where there are cells for them and fewer than 256 channels.
  strictEqual(layoutOf([2, 128, 32, 32], 128), "stripTaps");
  strictEqual(layoutOf([2, 128, 32, 32], 64), "stripTaps");
  strictEqual(layoutOf([2, 128, 32, 32], 128, false), "taps");
  strictEqual(layoutOf([2, 256, 32, 32], 256), "blockedTaps");
});

Deno.test("constantsOf() asks each node once", () => {
  let asked = 0;
  const isConstant = constantsOf({
    canonical: (x) => {
      asked++;
      return x;
    },
  });
  const w = filled([8, 8, 3, 3]);
  ok(isConstant(w));
  ok(isConstant(operations.mul(w, filled([8, 1, 1, 1]))));
  const fed: OnnxTensor = { kind: "tensor", shape: [8, 1, 1, 1] };
  ok(!isConstant(operations.mul(w, fed)), "a gain is fed");
  // Two ways to each node below: 2^40 in all.
  asked = 0;
  let x: OnnxTensor = w;
  for (let depth = 0; depth < 40; depth++) x = operations.mul(x, x);
  ok(isConstant(x));
  ok(asked < 200, `${asked} questions`);
});

Deno.test(
  "tiles are shared by a residual block's convolutions and its gradients",
  onBlocked,
  () => agrees((be) => residual(be, { stride: 1, shape: [2, 128, 16, 16] })),
);

Deno.test(
  "weights by taps keep their numbers between steps",
  onBlocked,
  () => keepsNumbers(128),
);

function filled(shape: readonly number[]): OnnxTensor {
  return constantLeaf(uniform(1, shape).data, shape);
}
