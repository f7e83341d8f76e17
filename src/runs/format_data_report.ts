import type { DataReport, SplitReport } from "../data/data_report.ts";
import { formatTable, type TableColumn } from "./format_table.ts";

/** Options of {@linkcode formatDataReport}. */
export interface FormatDataReportOptions {
  /** Whether to show the counts of every category; not by default. */
  readonly categories?: boolean;
}

/**
 * A report on a data set as text: a table of its splits, then what was found.
 *
 * @param report What `checkData` found.
 * @param options Whether to show categories.
 * @returns The lines, each with its line feed.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatDataReport } from "@simsc/core/runs";
 *
 * const counts = { pairs: 2, images: 3, keypoints: 8 };
 * const split = {
 *   ...{ split: "test", ...counts, distinctPairs: 2, mirrored: 0 },
 *   publicPairs: 12,
 * };
 * const text = formatDataReport({
 *   root: "data",
 *   format: "spair",
 *   splits: [{ ...split, categories: [] }],
 *   leaks: [],
 *   findings: [],
 * });
 * equal(text.split("\n")[0], "split  pairs  public  distinct  mirrored  images  keypoints");
 * equal(text.split("\n")[2], "test       2      12         2         0       3          8");
 * ```
 */
export function formatDataReport(
  { splits, findings }: DataReport,
  { categories = false }: FormatDataReportOptions = {},
): string {
  const columns: readonly TableColumn<SplitReport>[] = [
    { title: "split", value: ({ split }) => split },
    { title: "pairs", value: ({ pairs }) => pairs },
    { title: "public", value: ({ publicPairs }) => publicPairs ?? "-" },
    { title: "distinct", value: ({ distinctPairs }) => distinctPairs },
    { title: "mirrored", value: ({ mirrored }) => mirrored },
    { title: "images", value: ({ images }) => images },
    { title: "keypoints", value: ({ keypoints }) => keypoints },
  ];
  const parts = [formatTable(splits, columns)];
  if (categories) {
    const rows = splits.flatMap(({ split, categories }) =>
      categories.map((counts) => ({ split, ...counts }))
    );
    parts.push(formatTable(rows, [
      { title: "split", value: ({ split }) => split },
      { title: "category", value: ({ category }) => category },
      { title: "pairs", value: ({ pairs }) => pairs },
      { title: "images", value: ({ images }) => images },
      { title: "keypoints", value: ({ keypoints }) => keypoints },
    ]));
  }
  const lines = findings.flatMap(({ level, split, message, examples }) => [
    `${level}: ${split}: ${message}`,
    ...examples.map((example) => `  ${example}`),
  ]);
  parts.push(`${lines.length === 0 ? "nothing wrong" : lines.join("\n")}\n`);
  return parts.join("\n");
}
