// The pure parts of the page that `deno task page` serves.
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { drawnPair } from "../../examples/page/drawn_pair.ts";
import {
  advised,
  deviceOf,
  milliseconds,
  parseBeta,
} from "../../examples/page/fields.ts";
import {
  arrowStep,
  inside,
  shownSize,
  toPercent,
  toPicture,
} from "../../examples/page/geometry.ts";
import { heatOf, heatPixels } from "../../examples/page/heat.ts";
import {
  addPoint,
  colorOf,
  COLORS,
  forgetMatches,
  type Found,
  foundPoint,
  isBehind,
  movePoint,
  NO_POINTS,
  removePoint,
  selectPoint,
} from "../../examples/page/points.ts";
import { pump } from "../../examples/page/pump.ts";
import { SHELL } from "../../examples/page/shell.ts";
import { right } from "../runs/_helpers.ts";

const FOUND: Found = {
  query: [1, 2],
  match: [3, 4],
  similarity: 0.9,
  confidence: 0.5,
  map: { scores: Float32Array.of(1), grid: [1, 1], area: [0, 0, 1, 1] },
  beta: 0.02,
};

Deno.test("points keep their numbers and colours as others go", () => {
  const two = addPoint(addPoint(NO_POINTS, [1, 2]), [3, 4]);
  deepStrictEqual(two.marked.map(({ id }) => id), [1, 2]);
  equal(two.selected, 2);
  const last = removePoint(two, 1);
  deepStrictEqual(last, {
    marked: [{ id: 2, at: [3, 4] }],
    selected: 2,
    next: 3,
  });
  const none = removePoint(last, 2);
  deepStrictEqual(none, { marked: [], next: 3 });
  equal(addPoint(none, [0, 0]).marked[0]?.id, 3);
  deepStrictEqual(colorOf(1), colorOf(1 + COLORS.length));
  equal(new Set(COLORS.map(([fill]) => fill)).size, COLORS.length);
  // Where the selected one goes, its neighbour is looked at.
  const three = addPoint(two, [5, 6]);
  equal(removePoint(selectPoint(three, 2), 2).selected, 3);
  equal(removePoint(three, 3).selected, 2);
  equal(removePoint(three, 1).selected, 3);
  equal(selectPoint(three, 9).selected, 3);
});

Deno.test("a point is behind until its match has followed", () => {
  const one = addPoint(NO_POINTS, FOUND.query);
  const behind = (points: typeof one) => points.marked.map(isBehind);
  deepStrictEqual(behind(one), [true]);
  const found = foundPoint(one, 1, FOUND);
  deepStrictEqual(behind(found), [false]);
  const moved = movePoint(found, 1, [2, 2]);
  deepStrictEqual(behind(moved), [true]);
  equal(moved.marked[0]?.found, FOUND); // shown meanwhile
  deepStrictEqual(forgetMatches(found).marked, one.marked);
  // A match that comes after its point was removed changes nothing.
  deepStrictEqual(foundPoint(removePoint(one, 1), 1, FOUND).marked, []);
});

Deno.test("places of the page and pixels of a picture are each other's inverse", () => {
  const size = { width: 40, height: 20 };
  const box = { left: 10, top: 30, width: 400, height: 200 };
  // Ten units a pixel: the middle of the first lies at 5, 5 of the box.
  deepStrictEqual(toPicture([15, 35], box, size), [0, 0]);
  deepStrictEqual(toPercent([0, 0], size), [1.25, 2.5]);
  deepStrictEqual(toPicture([0, 900], box, size), [-0.5, 19.5]);
  deepStrictEqual(inside([99, -3], size), [39.5, -0.5]);
  deepStrictEqual(shownSize({ width: 4000, height: 3 }, 1600), {
    width: 1600,
    height: 1,
  });
  deepStrictEqual(shownSize(size, 1600), size);
  deepStrictEqual(arrowStep("ArrowUp", { isFar: false, size }), [0, -1]);
  const large = { width: 2560, height: 20 };
  deepStrictEqual(arrowStep("ArrowRight", { isFar: true, size: large }), [
    100,
    0,
  ]);
  equal(arrowStep("Enter", { isFar: false, size }), undefined);
});

Deno.test("heatOf() spans scores, or their softmax over its peak", () => {
  const scores = [0.2, 0.6, 0.4];
  const near = (heat: "scores" | "softmax", wanted: readonly number[]) =>
    heatOf(scores, { heat, beta: 0.1 }).forEach((share, i) =>
      ok(Math.abs(share - wanted[i]!) < 1e-12, `${share}`)
    );
  near("scores", [0, 1, 0.5]);
  near("softmax", [Math.exp(-4), 1, Math.exp(-2)]);
  deepStrictEqual([...heatOf([3, 3], { heat: "scores", beta: 1 })], [0, 0]);
  const pixels = heatPixels([0, 0.5, 1]);
  deepStrictEqual([pixels[3], pixels[7], pixels[11]], [0, 26, 204]);
  // The ramp's lightness rises, so that it reads without its colours.
  const lightness = (i: number) =>
    0.2126 * pixels[4 * i]! + 0.7152 * pixels[4 * i + 1]! +
    0.0722 * pixels[4 * i + 2]!;
  ok(lightness(0) < lightness(1) && lightness(1) < lightness(2));
});

Deno.test("parseBeta() takes auto where there is one, and numbers above 0", () => {
  const hasBeta = { hasBeta: true };
  deepStrictEqual(parseBeta(" Auto ", hasBeta), { beta: "auto" });
  deepStrictEqual(parseBeta("0,02", hasBeta), { beta: 0.02 });
  for (const text of ["", "0", "-1", "1e999", "warm"]) {
    const parsed = parseBeta(text, hasBeta);
    match("problem" in parsed ? parsed.problem : "", /auto or a number above/);
  }
  const plain = parseBeta("auto", { hasBeta: false });
  match("problem" in plain ? plain.problem : "", /no temperature of their own/);
});

Deno.test("deviceOf() and advised() say what is there and what to do", () => {
  const page = { isIsolated: true, cores: 8 };
  equal(deviceOf("onnx-wasm", page), "CPU of 8 cores, WebAssembly");
  equal(
    deviceOf("tfjs-wasm", { ...page, isIsolated: false }),
    "CPU on one thread, WebAssembly",
  );
  const adapter = { vendor: "nvidia", architecture: "hopper" };
  equal(deviceOf("onnx-webgpu", { ...page, adapter }), "GPU, nvidia hopper");
  equal(deviceOf("tfjs-webgpu", page), "GPU");
  equal(deviceOf("reference", page), "CPU, plain JavaScript");
  match(advised('a.gif: "first bytes": got GIF: convert it to PNG'), /PNG\.$/);
  match(advised('a.png: "IDAT" must be whole'), /Choose a whole PNG/);
  match(advised("Failed to fetch"), /deno task page/);
  match(advised("out of memory"), /--size/);
  equal(milliseconds(8.1234), "8.1 ms");
  equal(milliseconds(65.5), "66 ms");
  equal(milliseconds(1234.5), "1235 ms");
});

Deno.test("pump() runs one at a time, and again what is asked for meanwhile", async () => {
  const runs: string[] = [];
  const waiting: (() => void)[] = [];
  const ask = pump<string>(async (key) => {
    runs.push(key);
    await new Promise<void>((resolve) => waiting.push(resolve));
  });
  const next = async () => {
    waiting.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  };
  ["a", "a", "b", "b", "a"].forEach(ask);
  deepStrictEqual(runs, ["a"]);
  await next();
  deepStrictEqual(runs, ["a", "a"]); // since the first had begun
  ask("b"); // still the same wish
  await next();
  await next();
  deepStrictEqual(runs, ["a", "a", "b"]);
  ask("c"); // after it stood still
  deepStrictEqual(runs.at(-1), "c");
  await next();
});

Deno.test("drawnPair() draws two of a kind and points that both show", async () => {
  const pair = right(await drawnPair(0)());
  const [a, b] = pair.images;
  equal(Math.max(a.width, a.height), 384);
  ok(a.data.some((value, i) => value !== b.data[i]));
  ok(pair.points.length >= 2 && pair.points.length <= 3);
  pair.points.forEach((point) => deepStrictEqual(inside(point, a), point));
  deepStrictEqual(right(await drawnPair(0)()), pair);
  ok(right(await drawnPair(1)()).names[0] !== pair.names[0]);
});

Deno.test("the page labels every control and loads nothing from elsewhere", () => {
  const ids = [...SHELL.matchAll(/<(?:input|select)[^>]* id="([^"]+)"/g)];
  ok(ids.length >= 5);
  for (const [control, id] of ids) {
    const before = SHELL.slice(0, SHELL.indexOf(control));
    const label = before.lastIndexOf("<label");
    ok(label > before.lastIndexOf("</label>"), `${id} has no label`);
  }
  equal(/(?:src|href)="(?:https?:)?\/\//.test(SHELL), false);
});
