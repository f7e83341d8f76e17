import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { rasterizeSvg } from "../../../src/data/procedural/rasterize_svg.ts";

const open = `<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2">`;

Deno.test("rasterizeSvg() paints whole pixels on white", async () => {
  const svg = `${open}<rect x="1" width="1" height="1" fill="#ff0000"/></svg>`;
  const image = await rasterizeSvg(svg)();
  ok(image._tag === "Right");
  const expected = new Array<number>(24).fill(255);
  expected[4] = expected[5] = 0; // second pixel: green and blue
  deepStrictEqual([...image.right.data], expected);
  deepStrictEqual([image.right.width, image.right.height], [4, 2]);
});

Deno.test("rasterizeSvg() scales to a width", async () => {
  const image = await rasterizeSvg(`${open}</svg>`, { width: 10 })();
  ok(image._tag === "Right");
  deepStrictEqual([image.right.width, image.right.height], [10, 5]);
});

Deno.test("rasterizeSvg() may be called many times at once", async () => {
  const images = await Promise.all(
    Array.from({ length: 5 }, () => rasterizeSvg(`${open}</svg>`)()),
  );
  for (const image of images) equal(image._tag, "Right");
});

Deno.test("rasterizeSvg() reports a document that is none", async () => {
  const image = await rasterizeSvg("<svg")();
  ok(image._tag === "Left" && image.left._tag === "MalformedFile");
  ok(image.left.message.includes("svg"));
});
