import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { softMutualFilter } from "../../src/core/soft_mutual_filter.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { assertQuoted, wave } from "./_waves.ts";

eachBackend("softMutualFilter() gives PyTorch's values", async (be) => {
  // c = torch.sin(torch.arange(1, 13)).reshape(1, 3, 4).relu()
  // c * (c / c.amax(2, keepdim=True)) * (c / c.amax(1, keepdim=True))
  const kept = softMutualFilter(be, put(be, wave(1, [1, 3, 4])));
  assertShape(be, kept, [1, 3, 4]);
  await assertQuoted(be, kept, [
    0.7787038623,
    0.9092974268,
    0.0047043899,
    0,
    0,
    0,
    0.4362741124,
    0.9893582466,
    0.2018389807,
    0,
    0,
    0,
  ]);
});

eachBackend(
  "softMutualFilter() gives 0 where nothing is positive",
  async (be) => {
    const scores = be.tensor([-1, -2, 0.5, -3], [1, 2, 2]);
    await assertClose(be, softMutualFilter(be, scores), [0, 0, 0.5, 0]);
  },
);

Deno.test("softMutualFilter() never raises a score", () => {
  const be = referenceBackend();
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const scores = drawn(seed, [1, 3, 4]);
    const kept = softMutualFilter(be, put(be, scores)).data;
    ok(kept.every((x, i) => x >= 0 && x <= Math.max(0, scores.data[i]!)));
  }));
});

Deno.test("softMutualFilter() agrees with central differences", () => {
  assertGradient(
    { scores: drawn(1, [2, 3, 3], [0.1, 1]) },
    (be, { scores }) => softMutualFilter(be, scores),
  );
});

Deno.test("softMutualFilter() refuses other ranks", () => {
  const be = referenceBackend();
  throws(() => softMutualFilter(be, be.tensor([1], [1])), ShapeError);
});

eachBackend("softMutualFilter() frees what it made", async (be) => {
  await assertFrees(
    be,
    () => [softMutualFilter(be, put(be, drawn(2, [1, 2, 3])))],
  );
});
