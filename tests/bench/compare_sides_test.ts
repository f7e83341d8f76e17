import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { compareSides, type PeerLayout } from "../../bench/compare_sides.ts";
import type { Side } from "../../bench/side_process.ts";
import { workOf } from "../../bench/work.ts";

/** A side that answers with given times and notes what it was asked. */
function fakeSide(
  asked: string[],
  name: string,
  msOf: (layout?: PeerLayout) => number,
): Side {
  return {
    versions: {},
    run: (request) => {
      const { layout } = request as { readonly layout?: PeerLayout };
      asked.push(layout === undefined ? name : `${name} ${layout}`);
      return Promise.resolve({ ms: [msOf(layout)], value: 0 });
    },
    close: () => {},
  };
}

Deno.test("compareSides() finds the faster layout, then alternates", async () => {
  const asked: string[] = [];
  const ours = fakeSide(asked, "ours", () => 3);
  const theirs = fakeSide(
    asked,
    "theirs",
    (layout) => layout === "contiguous" ? 5 : 4,
  );
  const found = await compareSides({ ours, theirs }, {
    work: workOf("resnet18-step"),
    threads: 2,
    rounds: 2,
    warmUp: 1,
    layoutRounds: 1,
  });
  equal(found.layout, "channels_last");
  deepStrictEqual(found.layouts, { contiguous: 5, channels_last: 4 });
  deepStrictEqual(found.times, { ours: [3, 3], theirs: [4, 4] });
  equal(found.ratio, 3 / 4);
  // Two rounds of both layouts, then three of both sides.
  const [layouts, turns] = [asked.slice(0, 4), asked.slice(4)];
  const [a, b] = ["theirs contiguous", "theirs channels_last"];
  deepStrictEqual(layouts, [a, b, a, b]);
  deepStrictEqual(turns, ["ours", b, "ours", b, "ours", b]);
});

Deno.test("compareSides() goes on for as long as it is told", async () => {
  const late = (ms: number): Side => ({
    versions: {},
    run: async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return { ms: [ms], value: 0 };
    },
    close: () => {},
  });
  const counts = { threads: 2, rounds: 1, warmUp: 0, layoutRounds: 1 };
  const work = workOf("resnet18-step");
  const sides = { ours: late(1), theirs: late(2) };
  const start = performance.now();
  const { times } = await compareSides(sides, { ...counts, work, seconds: 1 });
  const took = performance.now() - start;
  ok(took >= 1000, `${took} ms`);
  // Each round takes at least twice the pause of 50 ms.
  const { length } = times.ours;
  ok(length > 1 && length <= 10, `${length} rounds`);
  equal(times.theirs.length, length);
});

Deno.test("compareSides() refuses a time that is none", async () => {
  const side = (...ms: readonly number[]): Side => ({
    versions: {},
    run: () => Promise.resolve({ ms, value: 0 }),
    close: () => {},
  });
  const counts = { threads: 2, rounds: 1, warmUp: 0, layoutRounds: 1 };
  const options = { ...counts, work: workOf("resnet18-step") };
  for (const bad of [side(), side(NaN)]) {
    for (const sides of [[bad, side(1)], [side(1), bad]] as const) {
      const [ours, theirs] = sides;
      await rejects(
        compareSides({ ours, theirs }, options),
        /"ms" must be a finite number: got (undefined|NaN)$/,
      );
    }
  }
});
