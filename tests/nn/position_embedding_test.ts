import { strictEqual, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  positionEmbedding,
  type PositionEmbeddingOptions,
} from "../../src/nn/position_embedding.ts";
import { assertGolden, golden, type GoldenTensor } from "./_goldens.ts";

interface Case {
  readonly options: PositionEmbeddingOptions;
  readonly inputs: { readonly table: GoldenTensor };
  readonly expected: { readonly value: GoldenTensor };
  readonly tolerance: number;
}

for (const number of ["075", "076", "077", "078"]) {
  Deno.test(`positionEmbedding() equals reference case ${number}`, async () => {
    const backend = referenceBackend();
    const { options, inputs, expected, tolerance } = await golden<Case>(
      `cases/${number}-positionEmbedding.json`,
    );
    const table = backend.tensor(inputs.table.data, inputs.table.shape);
    const got = positionEmbedding(backend, table, options);
    await assertGolden(backend, got, expected.value, tolerance);
  });
}

Deno.test("positionEmbedding() returns the table itself where nothing changes", () => {
  const backend = referenceBackend();
  const table = backend.tensor(new Float32Array(5), [5, 1]);
  const options = { grid: 2, target: [2, 2], rule: "dino" } as const;
  strictEqual(positionEmbedding(backend, table, options), table);
});

Deno.test("positionEmbedding() refuses another table and an empty target", () => {
  const backend = referenceBackend();
  const table = backend.tensor(new Float32Array(5), [5, 1]);
  const rule = "dino";
  throws(
    () => positionEmbedding(backend, table, { grid: 3, target: [2, 2], rule }),
    ShapeError,
  );
  throws(
    () => positionEmbedding(backend, table, { grid: 2, target: [0, 2], rule }),
    OptionError,
  );
});
