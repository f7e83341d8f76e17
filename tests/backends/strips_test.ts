import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { filterLayoutOf } from "../../src/backends/onnx/blocked/winograd/filter_layout_of.ts";
import { forwardLayoutOf } from "../../src/backends/onnx/blocked/winograd/forward_layout_of.ts";
import { stripsFor } from "../../src/backends/onnx/blocked/winograd/strips.ts";
import {
  agrees,
  convolved,
  type Geometry,
  keepsNumbers,
  predicted,
  residual,
  windowOf,
} from "./_blocked_programs.ts";

const created = await onnxBackend({ device: "cpu", lowering: "blocked" })();
const onBlocked = { ignore: created._tag === "Left" };

/** The shapes that strips are for: whole strips, part of one, unlike sides. */
const STRIPS: readonly Geometry[] = [
  { x: [2, 64, 16, 16], filters: 64, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 64, 21, 32], filters: 80, kernelSize: 3, stride: 1, padding: 1 },
  { x: [4, 80, 9, 11], filters: 64, kernelSize: 3, stride: 1, padding: 1 },
  { x: [64, 64, 2, 3], filters: 64, kernelSize: 3, stride: 1, padding: 1 },
];

/** Those that have eight rows where filters are constant, and tiles else. */
const LONG_FOR_TILES: readonly Geometry[] = [
  { x: [2, 128, 32, 32], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 144, 31, 32], filters: 128, kernelSize: 3, stride: 1, padding: 1 },
];

/** Those that have eight rows where filters are constant, and four else. */
const LONG: readonly Geometry[] = [
  { x: [2, 64, 32, 32], filters: 64, kernelSize: 3, stride: 1, padding: 1 },
  { x: [1, 64, 23, 80], filters: 80, kernelSize: 3, stride: 1, padding: 1 },
];

for (const geometry of STRIPS) {
  const { x, filters } = geometry;
  Deno.test(
    `strips convolve [${x}] with ${filters} filters, and give the gradients`,
    onBlocked,
    () => {
      strictEqual(filterLayoutOf(windowOf(geometry), 16), "stripTaps");
      return agrees((be) => convolved(be, geometry));
    },
  );
}

for (const geometry of [...STRIPS, ...LONG]) {
  const { x, filters } = geometry;
  Deno.test(
    `strips convolve [${x}] with ${filters} constant filters`,
    onBlocked,
    () => {
      strictEqual(
        forwardLayoutOf(windowOf(geometry), { block: 16, isConstant: true }),
        "stripTaps",
      );
      return agrees((be) => predicted(be, geometry));
    },
  );
}

for (const geometry of LONG_FOR_TILES) {
  const { x, filters } = geometry;
  Deno.test(
    `strips convolve [${x}] with ${filters} constant filters, in place of tiles`,
    onBlocked,
    () => {
      const g = windowOf(geometry);
      strictEqual(
        forwardLayoutOf(g, { block: 16, isConstant: true }),
        "stripTaps",
      );
      strictEqual(forwardLayoutOf(g, { block: 16, isConstant: false }), "taps");
      return agrees((be) => predicted(be, geometry));
    },
  );
}

Deno.test("stripsFor() takes eight rows of constant filters where that is less work", () => {
  const rows = (geometry: Geometry, isConstant: boolean): number =>
    stripsFor(windowOf(geometry), isConstant).line.cells;
  for (const geometry of STRIPS) strictEqual(rows(geometry, true), 4);
  for (const geometry of LONG) {
    strictEqual(rows(geometry, true), 8);
    strictEqual(rows(geometry, false), 4);
  }
  const [geometry] = LONG as readonly [Geometry];
  const high = (height: number, width: number): number =>
    rows({ ...geometry, x: [1, 64, height, width] }, true);
  // Two strips of ten cells are more than three of six, not than four.
  deepStrictEqual([9, 13].map((height) => high(height, 64)), [4, 8]);
  deepStrictEqual([63, 64].map((width) => high(16, width)), [4, 8]);
});

Deno.test("filterLayoutOf() leaves other convolutions alone", () => {
  const [geometry] = STRIPS as readonly [Geometry];
  const has = (change: Partial<Geometry>): boolean =>
    filterLayoutOf(windowOf({ ...geometry, ...change }), 16) === "stripTaps";
  ok(has({}));
  ok(!has({ kernelSize: 5, padding: 2 }));
  ok(!has({ stride: 2 }));
  ok(!has({ padding: 0 }));
  ok(!has({ filters: 48 }), "too few filters");
  ok(!has({ x: [2, 72, 16, 16] }), "part of a block");
  ok(!has({ x: [1, 64, 12, 40] }), "too few cells");
  ok(!has({ x: [2, 128, 16, 16], filters: 128 }), "tiles are for these");
  ok(has({ x: [2, 128, 36, 36], filters: 128 }), "too many tiles");
});

for (const stride of [1, 2] as const) {
  Deno.test(
    `strips convolve in a residual block of stride ${stride}`,
    onBlocked,
    () => agrees((be) => residual(be, { stride, shape: [2, 64, 32, 32] })),
  );
}

Deno.test(
  "weights by rows of taps keep their numbers between steps",
  onBlocked,
  () => keepsNumbers(64),
);
