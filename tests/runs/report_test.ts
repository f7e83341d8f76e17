import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { decode } from "fast-png";
import { OptionError } from "../../src/core/errors.ts";
import type { RgbImage } from "../../src/data/rgb_image.ts";
import { thinPoints } from "../../src/runs/_thin_points.ts";
import type { LogRow } from "../../src/runs/log_row.ts";
import { renderReport } from "../../src/runs/render_report.ts";
import type { ReportInput, ReportPair } from "../../src/runs/report_input.ts";

const HOSTILE = `<script>alert("1")</script>' onload='x`;

function image(width: number, height: number): RgbImage {
  const data = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => (i * 37) % 251,
  );
  return { width, height, data, decoder: "none" };
}

function pair(): ReportPair {
  return {
    category: "duck",
    source: image(40, 30),
    target: image(20, 30),
    queries: [[9.5, 4.5], [20, 10]],
    truth: [[4.5, 4.5], [10, 10]],
    before: [[0, 0], [NaN, 1]],
    after: [[4.5, 5.5], [1, 29]],
    correctBefore: [false, false],
    correctAfter: [true, false],
  };
}

function rows(steps: number): readonly LogRow[] {
  return Array.from({ length: steps }, (_, i): LogRow => ({
    kind: "step",
    step: i + 1,
    epoch: 0,
    loss: 5 / (i + 1),
    crossEntropy: 4 / (i + 1),
    regularizer: 1 / (i + 1),
    betaA: 0.02,
    betaB: 0.03,
    ms: 100,
  }));
}

function input(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    title: "A run",
    config: { backbone: { layers: [2, 2] }, weights: null },
    environment: { device: "onnx-cpu", seed: 0 },
    rows: [
      ...rows(3),
      {
        kind: "validation",
        step: 3,
        epoch: 0,
        pck: { "0.1": 0.5 },
        betaProduct: 6e-4,
      },
    ],
    pairs: [pair()],
    ...changes,
  };
}

/** Addresses that a browser would follow or load. */
function references(page: string): readonly string[] {
  const attributes = page.matchAll(
    /\s(?:src|href|xlink:href|action|srcset|data|poster)\s*=\s*"([^"]*)"/g,
  );
  const styles = page.matchAll(/url\(([^)]*)\)|@import\s+(\S+)/g);
  return [...attributes, ...styles].map((found) => found[1] ?? found[2] ?? "");
}

Deno.test("renderReport() needs nothing but itself", async () => {
  const page = await renderReport(input());
  const outside = references(page).filter((address) =>
    !address.startsWith("data:image/png;base64,") && !address.startsWith("#")
  );
  deepStrictEqual(outside, []);
  equal(/https?:|<script|<link|<iframe/.test(page), false);
  ok(page.includes("default-src 'none'"));
});

Deno.test("renderReport() refers only to ids that it has once", async () => {
  const page = await renderReport(input({ pairs: [pair(), pair()] }));
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map((found) => found[1]!);
  equal(new Set(ids).size, ids.length);
  const wanted = references(page).filter((address) => address.startsWith("#"));
  equal(wanted.length, 8);
  ok(wanted.every((address) => ids.includes(address.slice(1))));
});

Deno.test("renderReport() escapes every text it is given", async () => {
  const hostile = { category: HOSTILE, pairs: 1, pck: { [HOSTILE]: 0.5 } };
  const page = await renderReport(input({
    title: HOSTILE,
    config: { [HOSTILE]: HOSTILE, list: [HOSTILE] },
    environment: { [HOSTILE]: HOSTILE },
    rows: [
      ...rows(2),
      {
        kind: "validation",
        step: 2,
        epoch: 0,
        pck: { [HOSTILE]: 1 },
        betaProduct: 1,
      },
    ],
    evaluation: {
      caption: HOSTILE,
      before: { categories: [hostile], overall: [hostile] },
      after: { categories: [hostile], overall: [hostile] },
    },
    pairs: [{ ...pair(), category: HOSTILE }],
    tables: [{
      title: HOSTILE,
      caption: HOSTILE,
      columns: [HOSTILE],
      rows: [[HOSTILE]],
    }],
  }));
  equal(page.includes("<script"), false);
  equal(/<[^>]*' onload='/.test(page.replaceAll(/"[^"]*"/g, '""')), false);
  ok(page.includes("&lt;script&gt;"));
});

Deno.test("renderReport() gives the same page for the same input", async () => {
  equal(await renderReport(input()), await renderReport(input()));
});

Deno.test("renderReport() embeds the pixels of both images", async () => {
  const page = await renderReport(input());
  const images = [...page.matchAll(/data:image\/png;base64,([^"]*)"/g)]
    .map(([, text]) =>
      decode(Uint8Array.from(atob(text!), (c) => c.charCodeAt(0)))
    );
  deepStrictEqual(
    images.map(({ width, height, channels }) => [width, height, channels]),
    [[40, 30, 3], [20, 30, 3]],
  );
  deepStrictEqual(new Uint8Array(images[0]!.data), pair().source.data);
});

Deno.test("renderReport() shrinks large images", async () => {
  const large = { ...pair(), source: image(1000, 960) };
  const page = await renderReport(input({ pairs: [large] }));
  const [, text] = page.match(/data:image\/png;base64,([^"]*)"/)!;
  const png = decode(Uint8Array.from(atob(text!), (c) => c.charCodeAt(0)));
  // Twice the 240 units it is drawn at: 960 / 2, 1000 / 2.
  deepStrictEqual([png.width, png.height], [500, 480]);
});

Deno.test("renderReport() draws from query to prediction, right and wrong apart", async () => {
  const page = await renderReport(input());
  // Images are 30 rows drawn at 240: a factor of 8. Source: 40 * 8 = 320 wide,
  // then a gap of 16. Query (9.5, 4.5) has its centre at (10, 5) * 8; the
  // match (4.5, 5.5) at 336 + 5 * 8 = 376 and 6 * 8 = 48.
  ok(page.includes('<path class="right" d="M80,40L376,48"/>'));
  // Query (20, 10) to (1, 29): (164, 84) to (336 + 12, 236).
  ok(page.includes('<path class="wrong" d="M164,84L348,236"/>'));
  // The one match of `before` that is not finite has no line.
  equal(page.match(/<path class="wrong" d="M(80|164),/g)?.length, 2);
  ok(page.includes("<b>0 of 2 right</b>"));
  ok(page.includes("<b>1 of 2 right</b>"));
});

Deno.test("renderReport() refuses lists of unequal length", async () => {
  for (
    const name of [
      "truth",
      "before",
      "after",
      "correctBefore",
      "correctAfter",
    ] as const
  ) {
    await rejects(
      renderReport(input({ pairs: [{ ...pair(), [name]: [] }] })),
      (error) => error instanceof OptionError && error.message.includes(name),
    );
  }
});

Deno.test("renderReport() shows evaluation before and after", async () => {
  const page = await renderReport(input({
    evaluation: {
      caption: "Held-out pairs.",
      before: {
        categories: [],
        overall: [{ category: "all", pairs: 2, pck: { "0.1": 0.125 } }],
      },
      after: {
        categories: [{ category: "duck", pairs: 2, pck: { "0.1": NaN } }],
        overall: [{ category: "all", pairs: 2, pck: { "0.1": 0.5 } }],
      },
    },
  }));
  ok(page.includes("<strong>50.0 %</strong>"));
  ok(page.includes("before training 12.5 %"));
  const cells = (name: string) =>
    [...page.match(new RegExp(`<tr[^>]*><td>${name}</td>.*?</tr>`))![0]
      .matchAll(/<td[^>]*>([^<]*)</g)].map((found) => found[1]);
  deepStrictEqual(cells("duck"), ["duck", "2", "–", "–"]);
  deepStrictEqual(cells("all"), ["all", "2", "12.5", "50.0"]);
});

Deno.test("renderReport() copes with no rows, one row and a diverged run", async () => {
  const charts = async (rows: readonly LogRow[]) => {
    const page = await renderReport(input({ rows, pairs: [] }));
    return page.split('<figure class="chart"').length - 1;
  };
  equal(await charts([]), 0);
  equal(await charts(rows(1)), 2);
  const diverged = rows(4).map((row) => ({
    ...row,
    loss: NaN,
    crossEntropy: Infinity,
    betaA: 0,
  } as LogRow));
  // The loss has no finite value, and of the temperatures only βB has.
  equal(await charts(diverged), 1);
  const page = await renderReport(input({ rows: diverged, pairs: [] }));
  ok(page.includes("4 of 4 steps gave a value that cannot be drawn"));
  equal(/[^a-z]NaN[,L"]/.test(page), false);
});

Deno.test("thinPoints() keeps short curves and takes means of long ones", () => {
  const points = [1, 2, 3, 4, 5].map((step) => ({ step, value: step * step }));
  deepStrictEqual(thinPoints(points, 5), points);
  // Runs of two: steps 1.5, 3.5, 5; values (1 + 4) / 2, (9 + 16) / 2, 25.
  deepStrictEqual(thinPoints(points, 3), [
    { step: 1.5, value: 2.5 },
    { step: 3.5, value: 12.5 },
    { step: 5, value: 25 },
  ]);
  deepStrictEqual(
    thinPoints([{ step: 1, value: NaN }, { step: 2, value: 3 }], 1),
    [{ step: 2, value: 3 }],
  );
  deepStrictEqual(thinPoints([], 5), []);
});
