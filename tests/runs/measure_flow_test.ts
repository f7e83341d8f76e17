import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { join } from "node:path";
import { referenceBackend } from "../../src/backends/reference.ts";
import { writeAtomic } from "../../src/data/files.ts";
import { encodeFlow } from "../../src/data/flow_file.ts";
import type { ImagePair, Point } from "../../src/data/image_pair.ts";
import { measureMatches } from "../../src/runs/_measure_flow.ts";
import { averages } from "../../src/runs/averages.ts";
import { evaluateReadings } from "../../src/runs/evaluate_readings.ts";
import { evaluationTable } from "../../src/runs/evaluation_table.ts";
import { pngFile } from "../data/_png.ts";
import { fakeLoader, fakePredictor, MODEL } from "./_fakes.ts";
import { inFolder, left, right } from "./_helpers.ts";

const SOURCE = {
  stored: { width: 60, height: 40 },
  resized: { width: 64, height: 43 },
  padded: [48, 64],
} as const;
const TARGET = {
  stored: { width: 50, height: 70 },
  resized: { width: 40, height: 63 },
  padded: [64, 48],
} as const;

/** One match a cell of the 3 x 4 cells of the source. */
const MATCHES = Array.from(
  { length: 12 },
  (_, n): Point => [1 + Math.sin(n), 1.5 + Math.cos(2 * n)],
);

/** A flow over the source, unknown on some diagonals, and an ellipse. */
function truth() {
  const { width, height } = SOURCE.stored;
  const places = Array.from(
    { length: width * height },
    (_, i) => [i % width, Math.floor(i / width)] as const,
  );
  const data = Float32Array.from(
    places.flatMap(([x, y]) =>
      (x + y) % 7 === 0
        ? [NaN, NaN]
        : [20 - x * 0.5 + 3 * Math.sin(y / 9), 25 - y * 0.25 + x * 0.1]
    ),
  );
  const mask = Uint8Array.from(
    places,
    ([x, y]) => (x - 30) ** 2 / 400 + (y - 20) ** 2 / 200 < 1 ? 1 : 0,
  );
  return { field: { width, height, data }, mask };
}

// Of PyTorch 2.13 in float64: the matches and the pixels of the cells, both by
// `grid_sample` with border padding at the cells of every pixel, their
// difference against the same truth.
const PYTORCH = [
  [
    "simple",
    "original",
    26.151997406921886,
    0.0,
    0.047556142668428,
    0.6605019815059445,
  ],
  [
    "simple",
    "evaluation",
    21.834105395616145,
    0.0,
    0.08058124174372523,
    0.7305151915455746,
  ],
  [
    "center",
    "original",
    14.67635474492941,
    0.083223249669749,
    0.46895640686922063,
    0.9828269484808454,
  ],
  [
    "center",
    "evaluation",
    12.38633802519095,
    0.09907529722589167,
    0.512549537648613,
    0.9933949801849405,
  ],
  [
    "alignCorners",
    "original",
    19.120891827735758,
    0.07529722589167767,
    0.2892998678996037,
    0.8533685601056803,
  ],
  [
    "alignCorners",
    "evaluation",
    15.965265278630389,
    0.0845442536327609,
    0.32232496697490093,
    0.8877146631439894,
  ],
] as const;

Deno.test("measureMatches() gives PyTorch's share and distance by each rule", () => {
  for (const [rule, space, distance, ...shares] of PYTORCH) {
    const measured = measureMatches(
      { matches: MATCHES, source: SOURCE, target: TARGET },
      { rule, stride: 16 },
      { truth: truth(), space, alphas: [0.1, 0.2, 0.4] },
    );
    equal(measured.pixels, 757);
    ok(Math.abs(measured.endPointError - distance) < 1e-4, `${rule} ${space}`);
    Object.values(measured.value).forEach((value, i) =>
      ok(Math.abs(value - shares[i]!) < 1e-9, `${rule} ${space} ${value}`)
    );
  }
});

/** A pair of pictures, 64 x 48, whose flow is the same everywhere. */
async function flowPair(
  folder: string,
  { flow = [16, 8], height = 48 }: { flow?: Point; height?: number } = {},
): Promise<ImagePair> {
  const width = 64;
  const image = (path: string, keypoints: readonly Point[]) => ({
    path,
    keypoints,
  });
  const file = join(folder, "flow1.flo");
  const data = Float32Array.from(
    { length: width * height * 2 },
    (_, i) => flow[i % 2]!,
  );
  right(await writeAtomic(file, encodeFlow({ width, height, data }))());
  // The left half is the object.
  const row = [0, ...Array.from({ length: width }, (_, x) => x < 32 ? 255 : 0)];
  const rows = Array.from({ length: 48 }, () => row).flat();
  const mask = join(folder, "mask1.png");
  const png = pngFile({ width, height: 48, depth: 8, colorType: 0, rows });
  right(await writeAtomic(mask, png)());
  return {
    id: "FG3DCar/1:1to2",
    category: "FG3DCar",
    source: image("a", [[0, 0]]),
    target: image("b", [[16, 8]]),
    flow: { file, mask },
  };
}

/** Answers every cell by the one a column to the right and half a row below. */
async function run(pair: ImagePair, space: "original" | "evaluation") {
  const backend = referenceBackend();
  const { predictor } = fakePredictor(backend, {
    shift: [1, 0.5],
    readings: [{ betaEval: "auto", sigmaCells: 7 }],
  });
  const { load } = fakeLoader({
    a: { stored: [64, 48], resized: [64, 96] },
    b: { stored: [64, 48], resized: [64, 96] },
  });
  const result = await evaluateReadings(backend, {
    config: MODEL,
    predictor,
    pairs: [pair, { ...pair, id: "plain", flow: undefined } as never],
    load,
  }, { threshold: "img", space, alphas: [0.05, 0.1] })();
  equal(backend.memory().tensors, 0);
  return result;
}

Deno.test("evaluateReadings() measures the flow of pairs that have one", () =>
  inFolder(async (folder) => {
    const pair = await flowPair(folder);
    // Half a row is 8 pixels of the resized target, which is twice as high as
    // its file: 4 pixels of that, 4 less than the truth.
    const [stored] = right(await run(pair, "original"));
    const { flow } = stored!.pairs[0]!;
    deepStrictEqual(flow, {
      // 5 % of 64 is 3.2, 10 % is 6.4.
      value: { "0.05": 0, "0.1": 1 },
      endPointError: 4,
      pixels: 32 * 48,
    });
    equal(stored!.pairs[1]!.flow, undefined);
    // Of 96 resized rows the truth is 16 and the match 8.
    const [resized] = right(await run(pair, "evaluation"));
    equal(resized!.pairs[0]!.flow!.endPointError, 8);
  }));

Deno.test("averages() has the flow of pairs that have one, in its table too", () =>
  inFolder(async (folder) => {
    const [outcome] = right(await run(await flowPair(folder), "original"));
    const { flow, ...rest } = averages(outcome!);
    deepStrictEqual(flow, {
      pck: { "0.05": 0, "0.1": 1 },
      categories: [
        { category: "FG3DCar", pairs: 1, pck: { "0.05": 0, "0.1": 1 } },
      ],
      endPointError: 4,
      pairs: 1,
      pixels: 32 * 48,
    });
    equal(rest.pairs, 2);
    const { sections, overall } = evaluationTable({ ...rest, flow: flow! });
    equal(sections?.[0]?.[0]?.category, "flow FG3DCar");
    equal(overall?.at(-1)?.category, "flow, per image");
  }));

Deno.test("evaluateReadings() names a flow of another size", () =>
  inFolder(async (folder) => {
    const pair = await flowPair(folder, { height: 47 });
    const { message } = left(await run(pair, "original"));
    match(message, /flow1\.flo: "size" must be 64 x 48 as a: got 64 x 47/);
  }));
