import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import { softArgmax } from "../../src/core/soft_argmax.ts";
import { windowSoftArgmax } from "../../src/core/window_soft_argmax.ts";
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

eachBackend("windowSoftArgmax() gives PyTorch's points", async (be) => {
  // PyTorch 2.13, float64, for each map m of sin(0 … 39) as [2, 4, 5]:
  //   inside = ((xs - x).abs() <= 1) & ((ys - y).abs() <= 1)  # around argmax
  //   z = m * inside                                          # masked
  //   z = m.masked_fill(~inside, float("-inf"))               # cropped
  //   p = (z / 0.3).flatten().softmax(0); [(p * xs).sum(), (p * ys).sum()]
  const maps = put(be, wave(0, [1, 2, 4, 5]));
  const options = { radiusCells: 1, beta: 0.3 };
  const masked = windowSoftArgmax(be, maps, { ...options, outside: "masked" });
  assertShape(be, masked, [1, 2, 2]);
  await assertQuoted(be, masked, [
    3.1252658321,
    1.496215199,
    2.8120160185,
    1.913194352,
  ]);
  await assertQuoted(
    be,
    windowSoftArgmax(be, maps, { ...options, outside: "cropped" }),
    [3.5122866933, 1.5422913181, 3.0015672496, 2.0088055595],
  );
});

eachBackend(
  "windowSoftArgmax() of radius 0 is the cell, if cropped",
  async (be) => {
    // Masked: scores 2 and four zeros: weights e², 1, 1, 1, 1.
    const maps = be.tensor([0, 1, 1.5, 2, 1], [1, 1, 1, 5]);
    const options = { radiusCells: 0 };
    const cropped = { ...options, outside: "cropped" } as const;
    await assertClose(be, windowSoftArgmax(be, maps, cropped), [3, 0]);
    const masked = { ...options, outside: "masked" } as const;
    const e2 = Math.exp(2);
    const x = (0 + 1 + 2 + 3 * e2 + 4) / (4 + e2);
    await assertClose(be, windowSoftArgmax(be, maps, masked), [x, 0]);
  },
);

eachBackend(
  "windowSoftArgmax() takes the lowest of equal peaks",
  async (be) => {
    const maps = be.tensor([0, 5, 0, 0, 0, 5], [1, 1, 1, 6]);
    const point = windowSoftArgmax(be, maps, {
      radiusCells: 1,
      outside: "cropped",
      beta: 0.1,
    });
    await assertClose(be, point, [1, 0]);
  },
);

eachBackend(
  "windowSoftArgmax() that covers the map is softArgmax()",
  async (be) => {
    const maps = put(be, drawn(1, [2, 2, 3, 4]));
    const [wanted = []] = await be.read([softArgmax(be, maps, { beta: 0.2 })]);
    for (const outside of ["masked", "cropped"] as const) {
      const options = { radiusCells: 4, beta: 0.2, outside };
      await assertClose(be, windowSoftArgmax(be, maps, options), wanted);
    }
  },
);

eachBackend("windowSoftArgmax() stays finite at beta 1e-4", async (be) => {
  const maps = be.tensor([-1, 0.5, 0.25, -1], [1, 1, 1, 4]);
  for (const outside of ["masked", "cropped"] as const) {
    const options = { radiusCells: 1, beta: 1e-4, outside };
    await assertClose(be, windowSoftArgmax(be, maps, options), [1, 0]);
  }
});

Deno.test("windowSoftArgmax() refuses what it cannot use", () => {
  const be = referenceBackend();
  const maps = put(be, drawn(1, [1, 1, 2, 2]));
  const outside = "cropped" as const;
  for (const radiusCells of [-1, 0.5, NaN]) {
    throws(
      () => windowSoftArgmax(be, maps, { radiusCells, outside }),
      OptionError,
    );
  }
  const wrong = { radiusCells: 1, outside: "dropped" as "cropped" };
  throws(() => windowSoftArgmax(be, maps, wrong), {
    name: OptionError.name,
    message:
      'windowSoftArgmax(): "outside" must be masked or cropped: got dropped',
  });
  const flat = be.tensor([1], [1]);
  throws(
    () => windowSoftArgmax(be, flat, { radiusCells: 1, outside }),
    ShapeError,
  );
});

Deno.test("windowSoftArgmax() agrees with central differences", () => {
  for (const outside of ["masked", "cropped"] as const) {
    assertGradient(
      { maps: drawn(2, [2, 2, 3, 3]), beta: drawn(3, [], [0.3, 0.6]) },
      (be, { maps, beta }) =>
        windowSoftArgmax(be, maps, { radiusCells: 1, outside, beta }),
    );
  }
});

eachBackend("windowSoftArgmax() frees what it made", async (be) => {
  const options = { radiusCells: 1, outside: "cropped" } as const;
  await assertFrees(
    be,
    () => [windowSoftArgmax(be, put(be, drawn(4, [1, 2, 2, 2])), options)],
  );
});
