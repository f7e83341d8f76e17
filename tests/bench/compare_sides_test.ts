import { deepStrictEqual, equal } from "node:assert/strict";
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
