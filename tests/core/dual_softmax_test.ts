import { ok, throws } from "node:assert/strict";
import fc from "fast-check";
import { referenceBackend } from "../../src/backends/reference.ts";
import { dualSoftmax } from "../../src/core/dual_softmax.ts";
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
import { assertQuoted, wave } from "./_waves.ts";

eachBackend("dualSoftmax() gives PyTorch's probabilities", async (be) => {
  // s = torch.sin(torch.arange(24)).reshape(2, 3, 4)
  // s = s / torch.tensor([0.5, 0.25])[:, None, None]
  // s.softmax(1) * s.softmax(2)
  const scores = put(be, wave(0, [2, 3, 4]));
  const beta = be.tensor([0.5, 0.25], [2]);
  const p = dualSoftmax(be, scores, { beta });
  assertShape(be, p, [2, 3, 4]);
  await assertQuoted(
    be,
    p,
    [
      [0.008528311, 0.2673771625, 0.3872359172, 0.0244639051],
      [0.0012299517, 0.0005932572, 0.0099241973, 0.5733283954],
      [0.6198236186, 0.0666770549, 0.0016070024, 0.0003539387],
      [4.9017e-06, 0.0119211664, 0.7210225671, 0.1655979058],
      [0.0011610739, 6.121e-06, 2.07768e-05, 0.097949051],
      [0.5609358792, 0.3513795468, 0.0002558008, 1.1017e-06],
    ].flat(),
  );
});

eachBackend("dualSoftmax() stays finite at a small beta", async (be) => {
  const scores = be.tensor([1, -1, -1, 0], [1, 2, 2]);
  await assertClose(be, dualSoftmax(be, scores, { beta: 1e-3 }), [1, 0, 0, 1]);
});

Deno.test("dualSoftmax() has rows and columns of sum at most 1", () => {
  const be = referenceBackend();
  fc.assert(fc.property(fc.nat(1000), (seed) => {
    const { data } = dualSoftmax(be, put(be, drawn(seed, [1, 3, 2], [-9, 9])));
    for (let n = 0; n < 3; n++) {
      ok(data[n * 2]! + data[n * 2 + 1]! <= 1 + 1e-12);
    }
    for (let m = 0; m < 2; m++) {
      ok(data[m]! + data[m + 2]! + data[m + 4]! <= 1 + 1e-12);
    }
  }));
});

Deno.test("dualSoftmax() agrees with central differences", () => {
  assertGradient(
    { scores: drawn(1, [2, 3, 2]), beta: drawn(2, [2], [0.4, 0.8]) },
    (be, { scores, beta }) => dualSoftmax(be, scores, { beta }),
  );
});

Deno.test("dualSoftmax() refuses other ranks and temperatures", () => {
  const be = referenceBackend();
  throws(() => dualSoftmax(be, be.tensor([1], [1])), ShapeError);
  const scores = put(be, drawn(1, [1, 2, 2]));
  throws(() => dualSoftmax(be, scores, { beta: 0 }), OptionError);
});

eachBackend("dualSoftmax() frees what it made", async (be) => {
  await assertFrees(be, () => [dualSoftmax(be, put(be, drawn(2, [1, 2, 3])))]);
});
