import { match, ok, throws } from "node:assert/strict";
import { referenceBackend } from "../../src/backends/reference.ts";
import { bilinearNearestNeighbor } from "../../src/core/bilinear_nearest_neighbor.ts";
import { correlate } from "../../src/core/correlate.ts";
import { ShapeError } from "../../src/core/errors.ts";
import { matchMaps } from "../../src/core/match_maps.ts";
import { nearestNeighbor } from "../../src/core/nearest_neighbor.ts";
import {
  assertClose,
  assertFrees,
  assertShape,
  drawn,
  eachBackend,
  put,
} from "../_helpers.ts";
import { wave } from "./_waves.ts";

const QUERIES = [1.3, 0.6, 3, 2, 0, 1.5, 2.5, 1, 9, -1];
// PyTorch 2.13, float64, a = sin(1 … 24), b = sin(30 … 59):
//   A, B = F.normalize(a.reshape(1, 2, 3, 4)), F.normalize(b.reshape(1, 2, 3, 5))
//   nn = (A.flatten(2).mT @ B.flatten(2)).argmax(2).reshape(3, 4)
//   nn = torch.stack([nn % 5, nn // 5]).double()[None]
//   g = q / torch.tensor([3, 2]) * 2 - 1
//   F.grid_sample(nn, g[None, None], align_corners=True, padding_mode="border")
const WANTED = [2.1, 1.36, 1, 2, 1.5, 1, 2.5, 0.5, 0, 1];

eachBackend(
  "bilinearNearestNeighbor() mixes the matches of four cells",
  async (be) => {
    const featuresA = put(be, wave(1, [1, 2, 3, 4]));
    const featuresB = put(be, wave(30, [1, 2, 3, 5]));
    const queries = be.tensor(QUERIES, [1, 5, 2]);
    const features = { featuresA, featuresB };
    const points = bilinearNearestNeighbor(be, { ...features, queries });
    assertShape(be, points, [1, 5, 2]);
    await assertClose(be, points, WANTED);
    const scores = correlate(be, features);
    const read = bilinearNearestNeighbor(be, { scores, queries }, {
      gridA: [3, 4],
      gridB: [3, 5],
    });
    await assertClose(be, read, WANTED);
  },
);

eachBackend(
  "bilinearNearestNeighbor() at a cell is its nearest neighbour",
  async (be) => {
    const featuresA = put(be, drawn(1, [2, 3, 2, 3]));
    const featuresB = put(be, drawn(2, [2, 3, 3, 2]));
    const cells = [0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2, 0];
    const queries = be.tensor(cells, [2, 3, 2]);
    const inputs = { featuresA, featuresB, queries };
    const wanted = nearestNeighbor(be, matchMaps(be, inputs));
    const [points = []] = await be.read([wanted]);
    await assertClose(be, bilinearNearestNeighbor(be, inputs), points);
  },
);

eachBackend("bilinearNearestNeighbor() of a single row", async (be) => {
  const map = be.tensor([1, 0, 0, 1], [1, 2, 1, 2]);
  const queries = be.tensor([0.75, 0, 1, 4], [1, 2, 2]);
  const inputs = { featuresA: map, featuresB: map, queries };
  const points = bilinearNearestNeighbor(be, inputs);
  await assertClose(be, points, [0.75, 0, 1, 0]);
});

Deno.test("bilinearNearestNeighbor() refuses shapes that do not fit", () => {
  const be = referenceBackend();
  const featuresA = put(be, drawn(1, [1, 2, 2, 2]));
  const featuresB = put(be, drawn(2, [1, 3, 2, 2]));
  const queries = put(be, drawn(3, [1, 3, 2]));
  const other = put(be, drawn(4, [1, 3, 3]));
  const same = { featuresA, featuresB: featuresA, queries };
  const calls = [
    [/"featuresB" must be/, { ...same, featuresB }],
    [/"featuresA" must be \[B, C, h, w\]/, { ...same, featuresA: queries }],
    [/"queries" must be \[1, K, 2\]: got \[1,3,3\]/, {
      ...same,
      queries: other,
    }],
    [/"queries" must be \[1, K, 2\]: got \[2,4,2\]/, {
      ...same,
      queries: put(be, drawn(4, [2, 4, 2])),
    }],
  ] as const;
  for (const [message, inputs] of calls) {
    throws(() => bilinearNearestNeighbor(be, inputs), (error) => {
      ok(error instanceof ShapeError);
      match(error.message, message);
      return true;
    });
  }
});

eachBackend("bilinearNearestNeighbor() frees what it made", async (be) => {
  await assertFrees(be, () => {
    const map = put(be, drawn(5, [1, 3, 2, 2]));
    const queries = put(be, drawn(6, [1, 2, 2], [0, 1]));
    const inputs = { featuresA: map, featuresB: map, queries };
    return [bilinearNearestNeighbor(be, inputs)];
  });
});
