import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { positionalDirections } from "../../src/core/positional_directions.ts";
import { assertNear, drawn } from "../_helpers.ts";
import { rough } from "./_waves.ts";

/** First row of `Vᵀ V`, which does not know the sign of a direction. */
function projectorRow(
  { data, shape: [k, c] }: ReturnType<typeof positionalDirections>,
): readonly number[] {
  return Array.from({ length: c }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += data[i * c]! * data[i * c + j]!;
    return sum;
  });
}

Deno.test("positionalDirections() gives PyTorch's singular vectors", () => {
  // X = r(1, …).flatten(1).T of sin(i²), i = 1 …
  // U, S, V = torch.linalg.svd(X, full_matrices=False)
  // S[:2], (V[:2].T @ V[:2])[0]
  const byChannel = positionalDirections(rough(1, [4, 3, 5]), { count: 2 });
  assertNear(byChannel.singularValues, [3.2866520309, 3.0188535824], 1e-9);
  assertNear(
    projectorRow(byChannel),
    [0.6569896755, -0.383807273, -0.2635156807, -0.092766939],
    1e-9,
  );
  // Fewer cells than channels.
  const byCell = positionalDirections(rough(1, [7, 2, 2]), { count: 2 });
  assertNear(byCell.singularValues, [2.5370964744, 2.0686868192], 1e-9);
  assertNear(projectorRow(byCell), [
    0.2499895354,
    0.017046427,
    0.1409952688,
    -0.3428184259,
    0.0830979894,
    0.1799608706,
    0.1025127168,
  ], 1e-9);
});

Deno.test("positionalDirections() stops at the rank of the map", () => {
  // Every channel a multiple of one: rank 1, direction (1, 2, 3) / √14.
  const data = [1, 2, 3].flatMap((c) => [1, -2, 4, 0].map((x) => c * x));
  const found = positionalDirections({ data, shape: [1, 3, 2, 2] }, {
    count: 3,
  });
  deepStrictEqual(found.shape, [1, 3]);
  const sign = Math.sign(found.data[0]!);
  const unit = [1, 2, 3].map((x) => x / Math.sqrt(14));
  assertNear(found.data.map((x) => x * sign), unit, 1e-12);
  assertNear(found.singularValues, [Math.sqrt(14 * 21)], 1e-12);
});

Deno.test("positionalDirections() are orthonormal and fall in strength", () => {
  const side = fc.integer({ min: 1, max: 6 });
  fc.assert(fc.property(side, side, fc.nat(1000), (channels, w, seed) => {
    const map = drawn(seed, [channels, 2, w]);
    const { data, shape: [k, c], singularValues } = positionalDirections(map, {
      count: channels,
    });
    strictEqual(k, Math.min(channels, 2 * w));
    for (let i = 0; i < k; i++) {
      ok(i === 0 || singularValues[i]! <= singularValues[i - 1]!);
      for (let j = 0; j < k; j++) {
        let dot = 0;
        for (let n = 0; n < c; n++) dot += data[i * c + n]! * data[j * c + n]!;
        // A nearly singular drawn map leaves weak directions less exact.
        assertNear([dot], [i === j ? 1 : 0], 1e-6);
      }
    }
  }));
});

Deno.test("positionalDirections() hold all of the map between them", () => {
  // Σ σ² = ‖X‖², and a 60 × 60 problem is solved to the end.
  const map = drawn(5, [60, 8, 8]);
  const { singularValues } = positionalDirections(map, { count: 60 });
  const energy = singularValues.reduce((sum, x) => sum + x * x, 0);
  const total = map.data.reduce((sum, x) => sum + x * x, 0);
  assertNear([energy], [total], 1e-12);
});

Deno.test("positionalDirections() refuses maps and counts", () => {
  const map = drawn(1, [3, 2, 2]);
  for (const count of [0, 4, 1.5]) {
    throws(() => positionalDirections(map, { count }), OptionError);
  }
  const wrong = [
    { data: [1, 2], shape: [1, 2] },
    { data: [1, 2, 3], shape: [1, 2, 2] },
    { data: [1, 2], shape: [2, 1, 1, 1] },
    { data: [], shape: [0, 1, 1] },
    { data: [0, 0], shape: [2, 1, 1] },
    { data: [NaN, 1], shape: [2, 1, 1] },
  ];
  for (const features of wrong) {
    throws(() => positionalDirections(features, { count: 1 }), ShapeError);
  }
});
