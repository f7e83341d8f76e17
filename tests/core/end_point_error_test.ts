import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { endPointError } from "../../src/core/end_point_error.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";

eachBackend(
  "endPointError() is the mean over keypoints, then pairs",
  async (be) => {
    // Distances 5 and 13, padding; then 10 alone; then a pair of padding.
    const predicted = be.tensor(
      [3, 4, 5, 12, 9, 9, 6, 8, 1, 1, 1, 1, 7, 7, 7, 7, 7, 7],
      [3, 3, 2],
    );
    const points = be.tensor(new Float32Array(18), [3, 3, 2]);
    const weights = be.tensor([1, 1, 0, 1, 0, 0, 0, 0, 0], [3, 3]);
    const inputs = { predicted, points, weights };
    const error = endPointError(be, inputs, { distance: "euclidean" });
    assertShape(be, error, []);
    await assertClose(be, error, [(9 + 10) / 2]);
    const squared = endPointError(be, inputs, { distance: "squared" });
    await assertClose(be, squared, [((25 + 169) / 2 + 100) / 2]);
  },
);

eachBackend("endPointError() does not see what padding holds", async (be) => {
  const weights = be.tensor([1, 0, 0, 0], [2, 2]);
  for (const padding of [NaN, Infinity]) {
    const rest = Array<number>(6).fill(padding);
    const { value, gradients } = valueAndGrad(be, (tape, { predicted }) => ({
      value: endPointError(tape, {
        predicted: predicted!,
        points: tape.tensor([0, 0, ...rest], [2, 2, 2]),
        weights: tape.lift(weights),
      }, { distance: "euclidean" }),
    }))({ predicted: be.tensor([3, 4, ...rest], [2, 2, 2]) });
    await assertClose(be, value, [5]);
    const slopes = [0.6, 0.8, 0, 0, 0, 0, 0, 0];
    await assertClose(be, gradients.predicted!, slopes);
  }
});

Deno.test("endPointError() refuses to be without a keypoint", () => {
  const be = referenceBackend();
  const predicted = be.tensor([], [1, 0, 2]);
  throws(
    () =>
      endPointError(be, { predicted, points: predicted }, {
        distance: "squared",
      }),
    ShapeError,
  );
});

eachBackend("endPointError() of points that are hit is 0", async (be) => {
  const predicted = put(be, drawn(1, [1, 3, 2]));
  for (const distance of ["euclidean", "squared"] as const) {
    const inputs = { predicted, points: predicted };
    await assertClose(be, endPointError(be, inputs, { distance }), [0]);
  }
});

Deno.test("endPointError() passes no gradient where a point is hit", () => {
  // Central differences of |x| at 0 are 0 too.
  assertGradient(
    { predicted: { shape: [1, 2, 2], data: [1, 2, 5, 1] } },
    (be, { predicted }) =>
      endPointError(be, {
        predicted,
        points: be.tensor([1, 2, 4, 3], [1, 2, 2]),
      }, { distance: "euclidean" }),
  );
});

Deno.test("endPointError() agrees with central differences", () => {
  for (const distance of ["euclidean", "squared"] as const) {
    assertGradient(
      { predicted: drawn(2, [2, 2, 2]), points: drawn(3, [2, 2, 2]) },
      (be, inputs) =>
        endPointError(be, {
          ...inputs,
          weights: be.tensor([1, 0, 0.5, 1], [2, 2]),
        }, { distance }),
    );
  }
});

Deno.test("endPointError() refuses shapes and distances", () => {
  const be = referenceBackend();
  const predicted = put(be, drawn(1, [1, 2, 2]));
  const three = put(be, drawn(1, [1, 3, 2]));
  const distance = "euclidean" as const;
  const calls: readonly (() => unknown)[] = [
    () => endPointError(be, { predicted, points: three }, { distance }),
    () =>
      endPointError(be, {
        predicted: put(be, drawn(1, [1, 2, 3])),
        points: predicted,
      }, { distance }),
    () =>
      endPointError(be, {
        predicted,
        points: predicted,
        weights: be.tensor([1], [1, 1]),
      }, { distance }),
  ];
  for (const call of calls) throws(call, ShapeError);
  const wrong = { distance: "l1" as "squared" };
  throws(
    () => endPointError(be, { predicted, points: predicted }, wrong),
    OptionError,
  );
});

eachBackend("endPointError() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const predicted = put(be, drawn(4, [1, 2, 2]));
    const points = put(be, drawn(5, [1, 2, 2]));
    return [endPointError(be, { predicted, points }, { distance: "squared" })];
  });
});
