import { deepStrictEqual, equal, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { Point } from "../../src/data/image_pair.ts";
import { encodeSafetensors } from "../../src/data/safetensors.ts";
import { backboneConfig } from "../../src/nn/backbone_config.ts";
import { drawMatch } from "../../src/runs/draw_match.ts";
import { formatMatch } from "../../src/runs/format_match.ts";
import { matchPair } from "../../src/runs/match_pair.ts";
import { initModel } from "../../src/runs/model.ts";
import { pngFile } from "../data/_png.ts";
import { drawn } from "../_helpers.ts";
import { MODEL } from "./_fakes.ts";
import { left, right } from "./_helpers.ts";

const folder = await Deno.makeTempDir();
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Noise of 90 x 60 pixels, and its left 70 columns behind 16 others. */
const WIDTH = 90;
const HEIGHT = 60;
const noise = drawn(8, [HEIGHT * WIDTH * 3], [0, 256]).data.map(Math.floor);
const other = drawn(9, [HEIGHT * 16 * 3], [0, 256]).data.map(Math.floor);
async function write(name: string, rows: readonly number[][]) {
  const path = join(folder, name);
  const bytes = pngFile({
    width: rows[0]!.length / 3,
    height: rows.length,
    depth: 8,
    colorType: 2,
    rows: rows.flatMap((row) => [0, ...row]),
  });
  await Deno.writeFile(path, bytes);
  return path;
}
const lines = Array.from(
  { length: HEIGHT },
  (_, y) => [...noise.slice(y * WIDTH * 3, (y + 1) * WIDTH * 3)],
);
const source = await write("a & b.png", lines);
const shifted = await write(
  "shifted.png",
  lines.map((
    line,
    y,
  ) => [...other.slice(y * 48, (y + 1) * 48), ...line.slice(0, 70 * 3)]),
);

const model = initModel(xoroshiro128plus(1), MODEL);
const backend = referenceBackend();
const OPTIONS = {
  reading: { betaEval: 0.001, sigmaCells: 7 },
  size: "original",
} as const;
const points: readonly Point[] = [[16, 16], [48, 32]];

Deno.test("matchPair() finds points of a picture in itself", async () => {
  const found = right(
    await matchPair(
      backend,
      { model, source, target: source, points },
      OPTIONS,
    )(),
  );
  found.points.forEach(({ query, match, similarity, confidence }, k) => {
    deepStrictEqual(query, points[k]);
    const off = Math.hypot(match[0] - query[0], match[1] - query[1]);
    ok(off < 0.1, `${match} for ${query}`);
    ok(Math.abs(similarity - 1) < 1e-6, `${similarity}`);
    ok(confidence > 0.9 && confidence <= 1, `${confidence}`);
  });
  equal(found.beta, 0.001);
  equal(found.choices.size, "original");
  equal(backend.memory().tensors, 0);
});

Deno.test("matchPair() follows a picture that has moved by a cell", async () => {
  const found = right(
    await matchPair(
      backend,
      { model, source, target: shifted, points },
      OPTIONS,
    )(),
  );
  // Away from the borders, what lay at x lies at x + 16.
  found.points.forEach(({ query, match }) => {
    const off = Math.hypot(match[0] - query[0] - 16, match[1] - query[1]);
    ok(off < 8, `${match} for ${query}`);
  });
});

Deno.test("matchPair() refuses points outside, and none", async () => {
  const refused = async (points: readonly Point[]) =>
    left(
      await matchPair(
        backend,
        { model, source, target: source, points },
        OPTIONS,
      )(),
    ).message;
  equal(
    await refused([[3, 4], [91, 4]]),
    `${source}: "points" must be inside 90 x 60 pixels: got [91,4]`,
  );
  ok((await refused([])).endsWith("must be at least one: got none"));
  const missing = await matchPair(backend, {
    model,
    source,
    target: join(folder, "none.png"),
    points,
  }, OPTIONS)();
  equal(left(missing)._tag, "MissingFile");
});

const match = right(
  await matchPair(
    backend,
    { model, source, target: shifted, points },
    OPTIONS,
  )(),
);

Deno.test("drawMatch() puts both pictures and every match into one file", async () => {
  const svg = await drawMatch(match, { title: "a & b" });
  equal(svg.match(/href="data:image\/png;base64,/g)?.length, 2);
  equal(svg.match(/class="line"/g)?.length, points.length);
  equal(svg.match(/<circle/g)?.length, 2 * points.length);
  ok(svg.includes('aria-label="a &amp; b"'));
  // 360 units for 60 rows: the centre of pixel (16, 16) is at 16.5 · 6.
  ok(svg.includes('cx="99" cy="99"'), svg.slice(-600));
  const page = await drawMatch(match, { title: "a & b", format: "html" });
  ok(page.startsWith("<!doctype html>"));
  ok(page.includes(svg));
});

Deno.test("formatMatch() shows every point and what it depends on", () => {
  const text = formatMatch(match);
  equal(text.split("\n").filter((line) => /^ +[12] /.test(line)).length, 2);
  ok(text.includes(
    "β 0.0010 (betaEval 0.001), kernelSoftArgmax, tiny at original, layers 3, ",
  ));
  const choices = { ...match.choices, layers: [9, 11], finalNorm: false };
  ok(
    formatMatch({ ...match, choices }).includes(
      "layers 9,11 before the final norm, coordinates",
    ),
  );
});

async function run(...args: readonly string[]) {
  const file = join(import.meta.dirname!, "..", "..", "examples", "match.ts");
  return await promisify(execFile)(Deno.execPath(), [
    "run",
    "-P=runs",
    "--quiet",
    file,
    ...args,
  ], { env: { NO_COLOR: "1" } }).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error) => ({ code: error.code as number, said: error.stderr as string }),
  );
}

Deno.test("deno task match refuses arguments that say too little or too much", async () => {
  const both = [source, shifted];
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[source, "--points", "1,2"], /missing required argument 'target'/],
    [[...both, "--checkpoint", "a"], /required option '--points/],
    [[...both, "--points", "1", "--checkpoint", "a"], /wanted x,y/],
    [[...both, "--points", "1,2"], /give either --checkpoint/],
    [
      [...both, "--points", "1,2", "--checkpoint", "a", "--out", "m.gif"],
      /ending in .svg or .html/,
    ],
    [[...both, "--points", "1,2", "--checkpoint", "none"], /readable file/],
    [
      [...both, "--points", "1,2", "--checkpoint", "a", "--layer", "2"],
      /--layer, --layers and --norm are of plain weights/,
    ],
    [
      [...both, "--points", "1,2", "--checkpoint", "a", "--no-norm"],
      /--layer, --layers and --norm are of plain weights/,
    ],
  ];
  for (const [args, pattern] of cases) {
    const { code, said } = await run(...args);
    equal(code, 1);
    ok(pattern.test(said), said);
  }
});

Deno.test("deno task match reads what is chosen of plain weights, and says by which temperature", async () => {
  const weights = join(folder, "tiny.safetensors");
  const config = { ...MODEL, backbone: backboneConfig("tiny") };
  const { parameters } = initModel(xoroshiro128plus(1), config);
  await Deno.writeFile(weights, encodeSafetensors(parameters));
  const plain = ["--backbone", "tiny", "--weights", weights];
  const args = [source, shifted, "--points", "16,16", ...plain];
  const last = await run(...args);
  equal(last.code, 0, last.said);
  ok(/^β 0\.0200 \(betaEval 0\.02\).*layers 3, /m.test(last.said), last.said);
  ok(
    /^--beta-eval 0\.02 by default: plain weights have none$/m.test(last.said),
  );
  const told = await run(...args, "--layers", "2,3", "--beta-eval", "0.1");
  ok(/^β 0\.1000 .*layers 2,3, /m.test(told.said), told.said);
  ok(!told.said.includes("by default"));
  const json = JSON.parse((await run(...args, "--layer", "2", "--json")).said);
  deepStrictEqual(json.choices.layers, [2]);
  equal(json.choices.reading.betaEval, 0.02);
});
