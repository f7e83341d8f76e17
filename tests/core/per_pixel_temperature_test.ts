import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { perPixelTemperature } from "../../src/core/per_pixel_temperature.ts";
import { temperatureMlp } from "../../src/core/temperature.ts";
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

eachBackend("perPixelTemperature() gives PyTorch's values", async (be) => {
  // f = sin(1 …) as [2, 3, 1, 2]; w1 = sin(20 …) [4, 3], b1 = sin(40 …) [4],
  // w2 = sin(50 …) [1, 4], b2 = sin(60 …) [1]
  // F.linear(F.relu(F.linear(f.permute(0, 2, 3, 1), w1, b1)), w2, b2).sigmoid()
  const beta = perPixelTemperature(be, put(be, wave(1, [2, 3, 1, 2])), {
    w1: put(be, wave(20, [4, 3])),
    b1: put(be, wave(40, [4])),
    w2: put(be, wave(50, [1, 4])),
    b2: put(be, wave(60, [1])),
  });
  assertShape(be, beta, [2, 1, 1, 2]);
  await assertQuoted(be, beta, [
    0.3240819006,
    0.3652533542,
    0.3207189769,
    0.349981982,
  ]);
});

eachBackend(
  "perPixelTemperature() of equal cells is that of the image",
  async (be) => {
    const features = be.tensor([1, 1, 1, 1, -2, -2, -2, -2], [1, 2, 2, 2]);
    const parameters = {
      w1: put(be, drawn(1, [3, 2])),
      b1: put(be, drawn(2, [3])),
      w2: put(be, drawn(3, [1, 3])),
      b2: put(be, drawn(4, [1])),
    };
    const [one] = await be.read([temperatureMlp(be, features, parameters)]);
    const wanted = new Array(4).fill(one![0]!);
    await assertClose(
      be,
      perPixelTemperature(be, features, parameters),
      wanted,
    );
  },
);

Deno.test("perPixelTemperature() agrees with central differences", () => {
  assertGradient(
    {
      features: drawn(1, [2, 3, 1, 2]),
      w1: drawn(2, [4, 3]),
      b1: drawn(3, [4], [0.5, 1]),
      w2: drawn(4, [1, 4]),
      b2: drawn(5, [1]),
    },
    (be, { features, ...layers }) => perPixelTemperature(be, features, layers),
  );
});

Deno.test("perPixelTemperature() refuses other ranks", () => {
  const be = referenceBackend();
  const one = be.tensor([1], [1, 1]);
  const layers = { w1: one, b1: be.tensor([1], [1]), w2: one, b2: one };
  throws(() => perPixelTemperature(be, one, layers), {
    name: ShapeError.name,
    message:
      'perPixelTemperature(): "features" must be [B, C, h, w]: got [1,1]',
  });
});

eachBackend("perPixelTemperature() frees what it made", async (be) => {
  await assertFrees(be, () => [
    perPixelTemperature(be, put(be, drawn(1, [1, 3, 2, 2])), {
      w1: put(be, drawn(2, [4, 3])),
      b1: put(be, drawn(3, [4])),
      w2: put(be, drawn(4, [1, 4])),
      b2: put(be, drawn(5, [1])),
    }),
  ]);
});
