import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  annealedSigma,
  type AnnealedSigmaOptions,
} from "../../src/core/annealed_sigma.ts";
import { OptionError } from "../../src/core/errors.ts";
import { assertNear } from "../_helpers.ts";

const options: AnnealedSigmaOptions = {
  from: 4,
  to: 1,
  warmup: 2,
  steps: 6,
  schedule: "linear",
};

Deno.test("annealedSigma() goes each way as its formula says", () => {
  const at = (schedule: AnnealedSigmaOptions["schedule"]) =>
    [0, 2, 3, 4, 6, 99].map((t) => annealedSigma(t, { ...options, schedule }));
  deepStrictEqual(at("linear"), [4, 4, 3.25, 2.5, 1, 1]);
  // A quarter of the way: 4 (1/4)^(1/4) = 2 √2; half-way: 4 / 2.
  assertNear(at("exponential"), [4, 4, 2 * Math.SQRT2, 2, 1, 1], 1e-12);
  // 1 + 3 (1 + cos 45°) / 2 = 1 + 1.5 (1 + √½).
  const quarter = 1 + 1.5 * (1 + Math.SQRT1_2);
  assertNear(at("cosine"), [4, 4, quarter, 2.5, 1, 1], 1e-12);
});

Deno.test("annealedSigma() widens where it ends wider", () => {
  strictEqual(annealedSigma(4, { ...options, from: 1, to: 3 }), 2);
});

Deno.test("annealedSigma() never rises on its way down", () => {
  const step = fc.nat(8);
  const schedule = fc.constantFrom("cosine", "linear", "exponential" as const);
  fc.assert(fc.property(step, step, schedule, (a, b, kind) => {
    const [early, late] = [Math.min(a, b), Math.max(a, b)];
    const at = (t: number) =>
      annealedSigma(t, {
        ...options,
        schedule: kind as AnnealedSigmaOptions["schedule"],
      });
    ok(at(late) <= at(early));
  }));
});

Deno.test("annealedSigma() refuses what lies outside its range", () => {
  const wrong: readonly Partial<AnnealedSigmaOptions>[] = [
    { from: 0 },
    { to: -1 },
    { to: Infinity },
    { warmup: 0.5 },
    { warmup: -1 },
    { steps: 2 },
    { schedule: "step" as "linear" },
  ];
  for (const change of wrong) {
    throws(() => annealedSigma(0, { ...options, ...change }), OptionError);
  }
  throws(() => annealedSigma(-1, options), OptionError);
  throws(() => annealedSigma(0, { ...options, steps: 1 }), {
    message:
      'annealedSigma(): "steps" must be a whole number > warmup (2): got 1',
  });
});
