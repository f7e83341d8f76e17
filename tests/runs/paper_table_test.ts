import { deepStrictEqual, equal } from "node:assert/strict";
import { formatPaperTable } from "../../src/runs/format_paper_table.ts";
import {
  paperTable,
  type TabledEvaluation,
} from "../../src/runs/paper_table.ts";
import type { EvaluationChoices } from "../../src/runs/summarize.ts";

const CHOICES: EvaluationChoices = {
  data: "pf-pascal test",
  backbone: "resnet101",
  layers: [3],
  backend: "onnx-cpu",
  coordinates: "simple",
  threshold: "img",
  space: "evaluation",
  size: 256,
  betaEval: "auto",
  localizer: "kernelSoftArgmax",
  sigmaCells: 7,
  normalize: true,
};

function evaluated(
  change: Partial<EvaluationChoices>,
  values: Readonly<Record<string, number>>,
): TabledEvaluation {
  return {
    pck: {
      perImage: values,
      perPoint: { "0.1": 0.25 },
      perCategory: {},
      perCategoryPoint: {},
    },
    choices: { ...CHOICES, ...change, decoders: [] },
  };
}

// The paper's Table 1: trained on PF-PASCAL, and on SPair-71k.
const PASCAL = { model: "SimSC-ResNet101", transferred: false } as const;
const AWAY = { model: "SimSC-ResNet101", transferred: true } as const;
const SPAIR = { data: "spair test", threshold: "bbox" } as const;
const TABLE_1 = [
  evaluated(PASCAL, { "0.05": 0.844, "0.1": 0.923 }),
  evaluated({ ...AWAY, ...SPAIR }, { "0.1": 0.335 }),
  evaluated({ ...PASCAL, ...SPAIR }, { "0.1": 0.51 }),
  evaluated({ ...PASCAL, size: "original" }, { "0.05": 0.822, "0.1": 0.927 }),
];

Deno.test("paperTable() has the paper's lines and columns", () => {
  const table = paperTable(TABLE_1, { average: "perImage" });
  deepStrictEqual(
    table.groups.map(({ title, threshold, alphas }) => [
      title,
      threshold,
      alphas,
    ]),
    [
      ["PF-PASCAL", "img", ["0.05", "0.1"]],
      ["SPair-71k (T)", "bbox", ["0.1"]],
      ["SPair-71k (F)", "bbox", ["0.1"]],
    ],
  );
  deepStrictEqual(table.rows, [
    {
      method: "SimSC-ResNet101",
      size: "256",
      values: [{ "0.05": 0.844, "0.1": 0.923 }, { "0.1": 0.335 }, {
        "0.1": 0.51,
      }],
    },
    {
      method: "SimSC-ResNet101",
      size: "ori.",
      values: [{ "0.05": 0.822, "0.1": 0.927 }, undefined, undefined],
    },
  ]);
});

Deno.test("paperTable() shows the average it is asked for", () => {
  const table = paperTable(TABLE_1, { average: "perPoint" });
  equal(table.rows[0]?.values[0]?.["0.1"], 0.25);
  equal(table.average, "perPoint");
});

Deno.test("paperTable() names only what differs between readings", () => {
  const methods = (...changes: readonly Partial<EvaluationChoices>[]) =>
    paperTable(changes.map((change) => evaluated(change, { "0.1": 0.5 })), {
      average: "perImage",
    }).rows.map(({ method }) => method);
  deepStrictEqual(methods({ betaEval: 0.02 }, { betaEval: 0.03 }), [
    "resnet101, β 0.02",
    "resnet101, β 0.03",
  ]);
  deepStrictEqual(
    methods(
      { localizer: "nearestNeighbor" },
      { localizer: "softArgmax" },
      { localizer: "kernelSoftArgmax" },
    ),
    [
      "resnet101, nearestNeighbor",
      "resnet101, softArgmax",
      "resnet101, kernelSoftArgmax",
    ],
  );
  deepStrictEqual(methods({ model: "a" }, { model: "b" }), ["a", "b"]);
});

Deno.test("paperTable() keeps folders, thresholds and spaces apart", () => {
  const titles = (...changes: readonly Partial<EvaluationChoices>[]) =>
    paperTable(changes.map((change) => evaluated(change, { "0.1": 0.5 })), {
      average: "perImage",
    }).groups.map(({ title, threshold, space }) => [title, threshold, space]);
  deepStrictEqual(titles({ folder: "x" }, { folder: "y" }), [
    ["PF-PASCAL in x", "img", "evaluation"],
    ["PF-PASCAL in y", "img", "evaluation"],
  ]);
  deepStrictEqual(
    titles({ data: "mine val" }, { threshold: "kps" }, {
      space: "original",
    }),
    [
      ["mine val", "img", "evaluation"],
      ["PF-PASCAL", "kps", "evaluation"],
      ["PF-PASCAL", "img", "original"],
    ],
  );
});

const TABLE = paperTable([
  ...TABLE_1.slice(0, 2),
  evaluated({ model: "A & B_1", transferred: false }, {
    "0.05": NaN,
    "0.1": 0.9,
  }),
], { average: "perImage" });

Deno.test("formatPaperTable() writes text in blocks", () => {
  equal(
    formatPaperTable(TABLE, "text"),
    [
      "                         PF-PASCAL                  SPair-71k (T)",
      "                         θ img, evaluation pixels   θ bbox, evaluation pixels",
      "method            size   0.05   0.1                  0.1",
      "---------------   ----   ----  ----                 ----",
      "SimSC-ResNet101   256    84.4  92.3                 33.5",
      "A & B_1           256       -  90.0                    -",
      "",
    ].join("\n"),
  );
});

Deno.test("formatPaperTable() writes Markdown with the best in bold", () => {
  equal(
    formatPaperTable(TABLE, "markdown"),
    [
      "| method | size | PF-PASCAL, θ img, evaluation pixels @0.05 | PF-PASCAL, θ img, evaluation pixels @0.1 | SPair-71k (T), θ bbox, evaluation pixels @0.1 |",
      "| --- | --- | ---: | ---: | ---: |",
      "| SimSC-ResNet101 | 256 | 84.4 | **92.3** | 33.5 |",
      "| A & B_1 | 256 | - | 90.0 | - |",
      "",
    ].join("\n"),
  );
});

Deno.test("formatPaperTable() writes LaTeX that needs no package", () => {
  equal(
    formatPaperTable(TABLE, "latex"),
    String.raw`\begin{tabular}{llcc|c}
\hline
 &  & \multicolumn{2}{c}{PF-PASCAL} & \multicolumn{1}{c}{SPair-71k (T)} \\
 &  & \multicolumn{2}{c}{$\alpha$ with $\theta_{img}$} & \multicolumn{1}{c}{$\alpha$ with $\theta_{bbox}$} \\
Method & Size & 0.05 & 0.1 & 0.1 \\
\hline
SimSC-ResNet101 & 256 & 84.4 & \textbf{92.3} & 33.5 \\
A \& B\_1 & 256 & - & 90.0 & - \\
\hline
\end{tabular}
`,
  );
});

Deno.test("formatPaperTable() writes CSV in full and quotes what must be", () => {
  const table = paperTable(
    [evaluated({ model: 'a, "b"' }, { "0.1": 1 / 3 })],
    { average: "perImage" },
  );
  equal(
    formatPaperTable(table, "csv"),
    "method,size,PF-PASCAL img evaluation @0.1\n" +
      `"a, ""b""",256,${1 / 3}\n`,
  );
});

Deno.test("formatPaperTable() writes JSON that reads back", () => {
  const table = paperTable(TABLE_1, { average: "perImage" });
  deepStrictEqual(
    JSON.parse(formatPaperTable(table, "json")),
    JSON.parse(JSON.stringify(table)),
  );
});
