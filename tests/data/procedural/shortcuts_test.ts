import { ok } from "node:assert/strict";
import { proceduralCategories } from "../../../src/data/procedural/procedural_categories.ts";
import { proceduralImage } from "../../../src/data/procedural/procedural_image.ts";
import { rasterizeSvg } from "../../../src/data/procedural/rasterize_svg.ts";
import {
  colourPatch,
  copyPosition,
  pckOf,
  type Rendered,
} from "./_shortcuts.ts";

async function rendered(category: string, seed: number): Promise<Rendered> {
  const image = proceduralImage(category, { seed });
  const pixels = await rasterizeSvg(image.svg)();
  if (pixels._tag === "Left") throw new Error(pixels.left.message);
  return { image, pixels: pixels.right };
}

/** Both orders of `count` pairs of each category. */
async function pairsOf(
  count: number,
): Promise<readonly (readonly [Rendered, Rendered])[]> {
  const pairs: (readonly [Rendered, Rendered])[] = [];
  for (const [c, { name }] of proceduralCategories().entries()) {
    for (let i = 0; i < count; i++) {
      const a = await rendered(name, 1000 * c + 2 * i);
      const b = await rendered(name, 1000 * c + 2 * i + 1);
      pairs.push([a, b], [b, a]);
    }
  }
  return pairs;
}

Deno.test("proceduralImage() gives pairs that no shortcut solves", async () => {
  const pairs = await pairsOf(5);
  const copied = pckOf(copyPosition, pairs);
  ok(copied < 0.15, `copying the position: ${copied}`);
  for (const [side, reach] of [[64, 3], [64, 1], [32, 1]] as const) {
    const matched = pckOf(colourPatch(side, reach), pairs);
    ok(matched < 0.15, `colour patches at ${side}: ${matched}`);
  }
});
