import { equal } from "node:assert/strict";
import { formatEvaluation } from "../../src/runs/format_evaluation.ts";
import { formatTable } from "../../src/runs/format_table.ts";

Deno.test("formatTable() aligns numbers right and text left", () => {
  const rows = [["a", 1], ["bcd", 1000]] as const;
  equal(
    formatTable(rows, [
      { title: "x", value: (row) => row[0] },
      { title: "n", value: (row) => row[1] },
    ]),
    "x       n\n---  ----\na       1\nbcd  1000\n",
  );
});

Deno.test("formatTable() counts characters outside the basic plane once", () => {
  const columns = [
    { title: "x", value: (row: string) => row },
    { title: "y", value: () => "z" },
  ];
  equal(formatTable(["𝛽𝛽"], columns), "x   y\n--  -\n𝛽𝛽  z\n");
});

Deno.test("formatTable() shows its heads without rows", () => {
  equal(
    formatTable<never>([], [{ title: "category", value: () => 0 }]),
    "category\n--------\n",
  );
});

Deno.test("formatEvaluation() shows NaN and absent thresholds as a dash", () => {
  equal(
    formatEvaluation({
      categories: [
        { category: "car", pairs: 2, pck: { "0.1": 1, "0.05": NaN } },
        { category: "duck", pairs: 10, pck: { "0.1": 0.0625 } },
      ],
    }),
    [
      "category  pairs  PCK@0.05  PCK@0.1",
      "--------  -----  --------  -------",
      "car           2  -           100.0",
      "duck         10  -             6.3",
      "",
    ].join("\n"),
  );
});
