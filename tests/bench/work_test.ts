import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { referenceBackend } from "@simsc/core";
import { answerWork } from "../../bench/answer_work.ts";
import { prepareWork, workOf } from "../../bench/work.ts";

Deno.test("workOf() knows each case at its usual size", () => {
  const step = { case: "resnet18-step", pairs: 4, size: 256, keypoints: 10 };
  deepStrictEqual(workOf("resnet18-step"), step);
  deepStrictEqual(workOf("resnet18-step", { pairs: 2 }), { ...step, pairs: 2 });
  equal(workOf("resnet50-locate").pairs, 1);
  equal(workOf("maps-match").size, 64);
});

Deno.test("prepareWork() refuses a case that is none", () => {
  const backend = referenceBackend();
  for (const name of ["resnet18-walk", "nothing-step", "toString-step", ""]) {
    throws(() => prepareWork(backend, workOf(name)), RangeError);
  }
});

Deno.test("answerWork() times each run, and a step trains", async () => {
  const answer = answerWork(referenceBackend());
  const work = workOf("small-step", { pairs: 1, size: 32, keypoints: 2 });
  const first = await answer({ ...work, steps: 1 });
  equal(first.ms.length, 1);
  ok(Number.isFinite(first.value) && first.value > 0, `loss ${first.value}`);
  const second = await answer({ ...work, steps: 2 });
  equal(second.ms.length, 2);
  ok(second.value < first.value, `${second.value} after ${first.value}`);
});

Deno.test("answerWork() locates points inside the maps", async () => {
  const answer = answerWork(referenceBackend());
  const pairs = 2;
  const locate = workOf("small-locate", { pairs, size: 32, keypoints: 3 });
  const match = workOf("maps-match", { pairs, size: 4, keypoints: 3 });
  for (const [work, side] of [[locate, 2], [match, 4]] as const) {
    const { value } = await answer({ ...work, steps: 1 });
    ok(value >= 0 && value <= 2 * 3 * 2 * (side - 1), `sum ${value}`);
  }
});
