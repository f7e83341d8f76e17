import { throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { choosePose } from "../../src/core/choose_pose.ts";
import { ShapeError } from "../../src/core/errors.ts";
import {
  assertClose,
  assertFrees,
  assertGradient,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { assertQuoted, rough } from "./_waves.ts";

// PyTorch 2.13, float64, r(s, …) = sin(i²), i = s …:
//   def flat(x): return F.normalize(x, dim=1).flatten(2).transpose(1, 2)
//   d = torch.cdist(flat(a), flat(b)); near, idx = d.min(2)
//   (near * mask).sum(1) / mask.sum(1)
//   mutual = (d.argmin(1).gather(1, idx) == torch.arange(6)).double()
//   (near * mutual).sum(1) / mutual.sum(1)
// and the same of the mirrored image with mask.flip(2).
const SIDE = [2, 3, 2, 3];

eachBackend("choosePose() compares PyTorch's mutual distances", async (be) => {
  const choice = choosePose(be, {
    featuresA: put(be, rough(1, SIDE)),
    mirroredA: put(be, rough(70, SIDE)),
    featuresB: put(be, rough(40, [2, 3, 2, 4])),
  });
  assertShape(be, choice.mirrored, [2]);
  await assertQuoted(be, choice.distance, [0.665675961, 0.2669447613]);
  await assertQuoted(be, choice.mirroredDistance, [0.3596208882, 0.4407648434]);
  await assertClose(be, choice.mirrored, [1, 0]);
});

eachBackend("choosePose() turns the mask with the image", async (be) => {
  const choice = choosePose(be, {
    featuresA: put(be, rough(1, SIDE)),
    mirroredA: put(be, rough(70, SIDE)),
    featuresB: put(be, rough(40, [2, 3, 2, 4])),
    maskA: be.tensor([1, 1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0], [2, 2, 3]),
  });
  await assertQuoted(be, choice.distance, [0.5422720234, 0.7790740628]);
  await assertQuoted(be, choice.mirroredDistance, [0.4519703199, 0.3938520606]);
  await assertClose(be, choice.mirrored, [1, 1]);
});

eachBackend("choosePose() stays with A on a tie", async (be) => {
  const featuresA = put(be, drawn(1, [1, 3, 2, 2]));
  const featuresB = put(be, drawn(2, [1, 3, 2, 2]));
  const inputs = { featuresA, mirroredA: featuresA, featuresB };
  await assertClose(be, choosePose(be, inputs).mirrored, [0]);
  const maskA = be.tensor([0, 0, 0, 0], [1, 2, 2]);
  const empty = choosePose(be, { ...inputs, maskA });
  await assertClose(be, empty.distance, [2]);
  await assertClose(be, empty.mirrored, [0]);
});

Deno.test("choosePose() agrees with central differences", () => {
  assertGradient(
    {
      featuresA: drawn(3, [1, 3, 2, 2], [0.3, 1]),
      featuresB: drawn(4, [1, 3, 1, 2], [0.3, 1]),
    },
    (be, { featuresA, featuresB }) =>
      choosePose(be, { featuresA, mirroredA: featuresA, featuresB }).distance,
  );
});

Deno.test("choosePose() refuses shapes that do not fit", () => {
  const be = referenceBackend();
  const map = put(be, drawn(1, [1, 2, 2, 2]));
  const wide = put(be, drawn(1, [1, 2, 2, 3]));
  throws(
    () => choosePose(be, { featuresA: map, mirroredA: wide, featuresB: map }),
    {
      name: ShapeError.name,
      message:
        'choosePose(): "mirroredA" must be [1, 2, 2, 2], as featuresA: got [1,2,2,3]',
    },
  );
  const features = { featuresA: map, mirroredA: map, featuresB: map };
  const maskA = put(be, drawn(1, [1, 4]));
  throws(() => choosePose(be, { ...features, maskA }), ShapeError);
});

eachBackend("choosePose() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(9, [1, 3, 2, 2]));
    const maskA = be.tensor([1, 1, 0, 0], [1, 2, 2]);
    const choice = choosePose(be, {
      featuresA: map,
      mirroredA: map,
      featuresB: map,
      maskA,
    });
    return Object.values(choice);
  });
});
