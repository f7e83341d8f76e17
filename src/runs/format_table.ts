/** A column of {@linkcode formatTable}. */
export interface TableColumn<R> {
  /** Head of the column. */
  readonly title: string;
  /** What the row shows there. */
  readonly value: (row: R) => string | number;
  /** Digits behind the point of a number; as many as it takes where left out. */
  readonly digits?: number;
}

/** Options of {@linkcode formatTable}. */
export interface TableOptions {
  /** Rows above which a line is drawn, by index, such as that of a total. */
  readonly rulesBefore?: readonly number[];
}

/**
 * A table as plain text: columns two spaces apart, text to the left, columns
 * that hold a number to the right, a line under the heads.
 *
 * @typeParam R Any row.
 * @param rows Rows in order.
 * @param columns Columns from left to right.
 * @param options Where to draw lines.
 * @returns The lines, each with its line feed and no blanks at its end.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatTable } from "@simsc/core/runs";
 *
 * const rows = [{ name: "duck", pck: 41.25 }, { name: "car", pck: 9 }];
 * equal(
 *   formatTable(rows, [
 *     { title: "category", value: (row) => row.name },
 *     { title: "PCK", value: (row) => row.pck, digits: 1 },
 *   ]),
 *   [
 *     "category   PCK",
 *     "--------  ----",
 *     "duck      41.3",
 *     "car        9.0",
 *     "",
 *   ].join("\n"),
 * );
 * ```
 */
export function formatTable<R>(
  rows: readonly R[],
  columns: readonly TableColumn<R>[],
  options: TableOptions = {},
): string {
  const cells = columns.map(({ title, value, digits }) => {
    const values = rows.map(value);
    const texts = values.map((x) =>
      typeof x === "number" && digits !== undefined
        ? x.toFixed(digits)
        : String(x)
    );
    const width = Math.max(...[title, ...texts].map(columnsOf));
    const isNumeric = values.some((x) => typeof x === "number");
    const pad = (text: string, toRight: boolean): string => {
      const blanks = " ".repeat(width - columnsOf(text));
      return toRight ? blanks + text : text + blanks;
    };
    return {
      head: pad(title, isNumeric),
      rule: "-".repeat(width),
      body: texts.map((text) => pad(text, isNumeric)),
    };
  });
  const line = (parts: readonly string[]) => parts.join("  ").trimEnd() + "\n";
  const rule = line(cells.map((column) => column.rule));
  const body = rows.map((_, i) => {
    const text = line(cells.map((column) => column.body[i]!));
    return options.rulesBefore?.includes(i) ? rule + text : text;
  });
  return [line(cells.map((column) => column.head)), rule, ...body].join("");
}

/** Characters, not UTF-16 units: category names come from data sets. */
function columnsOf(text: string): number {
  return [...text].length;
}
