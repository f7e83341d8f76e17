import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { softArgmaxLoss } from "../../src/core/soft_argmax_loss.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertNear,
  drawn,
  eachBackend,
  put,
  TOLERANCES,
} from "../_helpers.ts";
import { wave } from "./_waves.ts";

/** Truth `[2, 3, 2]`: x = 1 + sin(5 …), y = 1 + sin(9 …). */
const TRUTH = Array.from({ length: 12 }, (_, i) => {
  const k = i >> 1;
  return 1 + Math.sin((i % 2 === 0 ? 5 : 9) + k);
});
const WEIGHTS = [1, 1, 0, 1, 1, 1];

// PyTorch 2.13, float64, maps = sin(2 … 73) as [2, 3, 3, 4]:
//   p = (maps / 0.4).flatten(2).softmax(2).reshape(maps.shape)
//   xy = torch.stack([(p * xs).sum((2, 3)), (p * ys).sum((2, 3))], 2)
//   d = (xy - pts).norm(dim=2)           # euclidean
//   d = (xy - pts).square().sum(2)       # squared
//   loss = ((d * w).sum(1) / w.sum(1)).mean()
//   gr, = torch.autograd.grad(loss, maps); loss, gr.abs().sum(), gr[0, 0, 0, 0]
const WANTED = {
  euclidean: [0.9877560671, 2.3663258333, -0.1572856338],
  squared: [1.1463307862, 4.6503847832, -0.466062073],
} as const;

eachBackend("softArgmaxLoss() has PyTorch's value and gradient", async (be) => {
  for (const distance of ["euclidean", "squared"] as const) {
    const { value, gradients } = valueAndGrad(be, (tape, { maps }) => ({
      value: softArgmaxLoss(tape, {
        maps: maps!,
        points: tape.tensor(TRUTH, [2, 3, 2]),
        weights: tape.tensor(WEIGHTS, [2, 3]),
      }, { beta: 0.4, distance }),
    }))({ maps: put(be, wave(2, [2, 3, 3, 4])) });
    const gradient = gradients["maps"]!;
    const total = be.sum(be.abs(gradient), [0, 1, 2, 3]);
    const [loss, sum, all] = await be.read([value, total, gradient]);
    assertNear(
      [loss![0]!, sum![0]!, all![0]!],
      WANTED[distance],
      be.precision === "float32" ? 1e-5 : 1e-9,
    );
  }
});

eachBackend("softArgmaxLoss() takes another localizer", async (be) => {
  // The far 1.9 does not pull: cells 0 and 1 alike, truth 2 to the right.
  const maps = be.tensor([2, 2, 0, 0, 1.9], [1, 1, 1, 5]);
  const points = be.tensor([2.5, 0], [1, 1, 2]);
  const loss = softArgmaxLoss(be, { maps, points }, {
    distance: "euclidean",
    localizer: { kind: "windowSoftArgmax", radiusCells: 1, outside: "cropped" },
  });
  await assertClose(be, loss, [2]);
});

eachBackend("softArgmaxLoss() does not see what padding holds", async (be) => {
  const { value, gradients } = valueAndGrad(be, (tape, { maps }) => ({
    value: softArgmaxLoss(tape, {
      maps: maps!,
      points: tape.tensor([1, 0, NaN, NaN], [1, 2, 2]),
      weights: tape.tensor([1, 0], [1, 2]),
    }, { distance: "squared" }),
  }))({ maps: be.tensor([0, Math.log(3), NaN, NaN], [1, 2, 1, 2]) });
  // The mean is p = 3/4, its distance 1/4, d (1 - p)² = -2 (1 - p) p (1 - p).
  await assertClose(be, value, [1 / 16]);
  const slope = -2 * (1 / 4) * (3 / 4) * (1 / 4);
  const [byMap = []] = await be.read([gradients.maps!]);
  const wanted = [-slope, slope];
  assertNear(byMap.slice(0, 2), wanted, TOLERANCES[be.precision]);
});

Deno.test("softArgmaxLoss() agrees with central differences", () => {
  assertGradient(
    {
      maps: drawn(2, [2, 2, 2, 3]),
      beta: drawn(3, [], [0.3, 0.6]),
      points: drawn(4, [2, 2, 2], [0, 2]),
    },
    (be, { beta, ...inputs }) =>
      softArgmaxLoss(be, inputs, { beta, distance: "euclidean" }),
  );
});

Deno.test("softArgmaxLoss() refuses shapes that do not fit", () => {
  const be = referenceBackend();
  const maps = put(be, drawn(1, [1, 2, 2, 2]));
  const points = put(be, drawn(1, [1, 3, 2]));
  throws(() => softArgmaxLoss(be, { maps, points }, { distance: "squared" }), {
    name: ShapeError.name,
    message: 'softArgmaxLoss(): "points" must be [1, 2, 2]: got [1,3,2]',
  });
});

eachBackend("softArgmaxLoss() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const maps = put(be, drawn(4, [1, 2, 2, 2]));
    const points = put(be, drawn(5, [1, 2, 2]));
    return [softArgmaxLoss(be, { maps, points }, { distance: "squared" })];
  });
});
