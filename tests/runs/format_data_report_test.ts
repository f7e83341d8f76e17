import { deepStrictEqual, match } from "node:assert/strict";
import type { DataReport } from "../../src/data/data_report.ts";
import { formatDataReport } from "../../src/runs/format_data_report.ts";

const COUNTS = { pairs: 2, images: 3, keypoints: 8 };
const REPORT: DataReport = {
  root: "data",
  format: "spair",
  splits: [{
    split: "trn",
    ...COUNTS,
    distinctPairs: 1,
    mirrored: 1,
    publicPairs: 53340,
    categories: [{ category: "cat", ...COUNTS }],
  }],
  leaks: [],
  findings: [{
    level: "warning",
    kind: "count",
    split: "trn",
    message: "2 pairs",
    count: 1,
    examples: ["cat: 2"],
  }],
};

Deno.test("formatDataReport() shows splits, then findings with their examples", () => {
  deepStrictEqual(formatDataReport(REPORT).split("\n"), [
    "split  pairs  public  distinct  mirrored  images  keypoints",
    "-----  -----  ------  --------  --------  ------  ---------",
    "trn        2   53340         1         1       3          8",
    "",
    "warning: trn: 2 pairs",
    "  cat: 2",
    "",
  ]);
});

Deno.test("formatDataReport() shows categories where asked, and that nothing is wrong", () => {
  const clean = { ...REPORT, findings: [] };
  const text = formatDataReport(clean, { categories: true });
  match(text, /trn {4}cat {11}2 {7}3 {10}8\n\nnothing wrong\n$/);
});
