import { deepStrictEqual } from "node:assert/strict";
import { scaleKeypoints } from "../../src/data/scale_keypoints.ts";

Deno.test("scaleKeypoints() scales x by widths and y by heights, and back", () => {
  const from = { width: 300, height: 200 };
  const to = { width: 256, height: 256 };
  const scaled = scaleKeypoints([[150, 50], [0, 200]], { from, to });
  deepStrictEqual(scaled, [[128, 64], [0, 256]]);
  deepStrictEqual(scaleKeypoints(scaled, { from: to, to: from }), [
    [150, 50],
    [0, 200],
  ]);
  deepStrictEqual(scaleKeypoints([], { from, to }), []);
});
