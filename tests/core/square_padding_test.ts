import { deepStrictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";
import {
  fromSquare,
  padToSquare,
  squarePadding,
  toSquare,
} from "../../src/core/square_padding.ts";
import {
  assertClose,
  assertFrees,
  assertNear,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";

Deno.test("squarePadding() keeps proportions, in the middle or the corner", () => {
  // 300 × 500 to 250: 150 rows, 100 left over, half of them above.
  const imageSize = [300, 500] as const;
  deepStrictEqual(squarePadding({ imageSize, size: 250, align: "center" }), {
    size: 250,
    imageSize,
    resized: [150, 250],
    offset: [50, 0],
  });
  const start = squarePadding({ imageSize, size: 250, align: "start" });
  deepStrictEqual(start.offset, [0, 0]);
  // 7 × 4 as it is: 3 columns left over, the odd one behind.
  deepStrictEqual(squarePadding({ imageSize: [7, 4], align: "center" }), {
    size: 7,
    imageSize: [7, 4],
    resized: [7, 4],
    offset: [0, 1],
  });
  // However thin an image is, a row of it stays.
  const thin = squarePadding({ imageSize: [1, 900], size: 9, align: "start" });
  deepStrictEqual(thin.resized, [1, 9]);
});

eachBackend("padToSquare() puts zeros around the image", async (be) => {
  const image = be.tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
  const padding = squarePadding({ imageSize: [3, 1], align: "center" });
  const square = padToSquare(be, image, padding);
  assertShape(be, square, [1, 2, 3, 3]);
  await assertClose(
    be,
    square,
    [
      [0, 1, 0, 0, 2, 0, 0, 3, 0],
      [0, 4, 0, 0, 5, 0, 0, 6, 0],
    ].flat(),
  );
});

Deno.test("toSquare() follows the picture, and fromSquare() leads back", () => {
  const padding = squarePadding({
    imageSize: [300, 500],
    size: 250,
    align: "center",
  });
  deepStrictEqual(toSquare([[100, 20]], padding), [[50, 60]]);
  const side = fc.integer({ min: 1, max: 700 });
  const place = fc.double({ min: -50, max: 700, noNaN: true });
  const align = fc.constantFrom("center", "start");
  fc.assert(
    fc.property(
      side,
      side,
      side,
      align,
      place,
      place,
      (h, w, size, at, x, y) => {
        const plan = squarePadding({
          imageSize: [h, w],
          size,
          align: at as "center",
        });
        const [[u, v] = [NaN, NaN]] = fromSquare(
          toSquare([[x, y]], plan),
          plan,
        );
        assertNear([u, v], [x, y], 1e-6);
      },
    ),
  );
});

Deno.test("squarePadding() refuses sizes and places", () => {
  const imageSize = [4, 4] as const;
  throws(
    () => squarePadding({ imageSize: [0, 4], align: "start" }),
    OptionError,
  );
  throws(
    () => squarePadding({ imageSize, size: 1.5, align: "start" }),
    OptionError,
  );
  throws(() => squarePadding({ imageSize, align: "end" as "start" }), {
    name: OptionError.name,
    message: 'squarePadding(): "align" must be center or start: got end',
  });
  const be = referenceBackend();
  const plan = squarePadding({ imageSize, align: "start" });
  throws(
    () => padToSquare(be, put(be, drawn(1, [1, 1, 2, 4])), plan),
    ShapeError,
  );
});

eachBackend("padToSquare() frees what it made", async (be) => {
  const plan = squarePadding({ imageSize: [2, 1], align: "center" });
  await assertFrees(
    be,
    () => [padToSquare(be, put(be, drawn(1, [1, 1, 2, 1])), plan)],
  );
});
