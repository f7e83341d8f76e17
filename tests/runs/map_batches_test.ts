import { deepStrictEqual } from "node:assert/strict";
import { mapBatches } from "../../src/runs/_map_batches.ts";

/** A map by its sizes; `id` tells equal ones apart. */
interface FakeMap {
  readonly id: number;
  readonly shape: readonly number[];
}

function batchesOf(
  maps: readonly FakeMap[],
  queries: number,
): readonly (readonly number[])[] {
  const batches = mapBatches({ shape: (map: FakeMap) => map.shape }, maps, {
    mapOf: (map) => map,
    queries,
  });
  for (const { members, maps } of batches) {
    deepStrictEqual(maps.slice(0, members.length), members);
  }
  return batches.map(({ maps }) => maps.map(({ id }) => id));
}

function made(count: number, [h, w]: readonly [number, number]): FakeMap[] {
  return Array.from(
    { length: count },
    (_, id) => ({ id, shape: [1, 4, h, w] }),
  );
}

Deno.test("mapBatches() fills calls evenly, the last map again where there is room", () => {
  deepStrictEqual(batchesOf(made(9, [16, 16]), 10), [
    [0, 1, 2, 3, 4],
    [5, 6, 7, 8, 8],
  ]);
  deepStrictEqual(batchesOf([], 10), []);
});

Deno.test("mapBatches() puts maps of one size together", () => {
  const wide = made(2, [2, 3]);
  const high = made(1, [3, 2]);
  deepStrictEqual(batchesOf([wide[0]!, high[0]!, wide[1]!], 1), [[0, 1], [0]]);
});

Deno.test("mapBatches() takes as many maps as their scores allow, one at least", () => {
  // 2^19 scores a map: two make 2^20.
  deepStrictEqual(batchesOf(made(4, [64, 64]), 128), [[0, 1], [2, 3]]);
  deepStrictEqual(batchesOf(made(2, [64, 64]), 4096), [[0], [1]]);
});
