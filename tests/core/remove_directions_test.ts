import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { positionalDirections } from "../../src/core/positional_directions.ts";
import { removeDirections } from "../../src/core/remove_directions.ts";
import {
  assertFrees,
  assertGradient,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { assertQuoted, rough } from "./_waves.ts";

eachBackend("removeDirections() gives PyTorch's features", async (be) => {
  // V = torch.linalg.svd(r(1, 4, 3, 5).flatten(1).T, full_matrices=False)[2][:2]
  // F.normalize(f - torch.einsum("kc,kd,bdhw->bchw", V, V, f), dim=1)
  // of f = sin(i²), i = 3 …, as [2, 4, 1, 3].
  const { data, shape } = positionalDirections(rough(1, [4, 3, 5]), {
    count: 2,
  });
  const features = put(be, rough(3, [2, 4, 1, 3]));
  const left = removeDirections(be, features, be.tensor(data, shape));
  assertShape(be, left, [2, 4, 1, 3]);
  await assertQuoted(
    be,
    left,
    [
      [-0.5654205306, -0.567117345, 0.4914638223, -0.5300177404],
      [-0.5362387959, 0.3357386845, -0.5030783995, -0.5014893097],
      [0.5208971854, -0.382482604, -0.3732751572, 0.6118896709],
      [-0.4782514664, -0.5554676943, -0.5255392716, -0.307835411],
      [-0.7463570507, -0.761845647, -0.5195266923, -0.3432005395],
      [-0.2874320062, -0.6376557932, 0.1289192894, 0.2465411244],
    ].flat(),
  );
});

eachBackend("removeDirections() leaves nothing along them", async (be) => {
  const { data, shape } = positionalDirections(drawn(1, [5, 3, 3]), {
    count: 3,
  });
  const directions = be.tensor(data, shape);
  const left = removeDirections(
    be,
    put(be, drawn(2, [1, 5, 2, 2])),
    directions,
  );
  const along = be.matMul(directions, be.reshape(left, [5, 4]));
  const [shares = []] = await be.read([along]);
  assertNear(shares, new Array(12).fill(0), 1e-5);
});

Deno.test("removeDirections() agrees with central differences", () => {
  assertGradient(
    { features: drawn(3, [1, 3, 1, 2]), directions: drawn(4, [1, 3]) },
    (be, { features, directions }) =>
      removeDirections(be, features, directions),
  );
});

Deno.test("removeDirections() refuses other channels", () => {
  const be = referenceBackend();
  const features = put(be, drawn(1, [1, 3, 2, 2]));
  throws(() => removeDirections(be, features, put(be, drawn(1, [2, 4]))), {
    name: ShapeError.name,
    message: 'removeDirections(): "directions" must be [k, 3]: got [2,4]',
  });
});

eachBackend("removeDirections() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const features = put(be, drawn(5, [2, 3, 2, 2]));
    return [removeDirections(be, features, put(be, drawn(6, [1, 3])))];
  });
});
