/**
 * Tables of the paper's layout as text, Markdown, LaTeX, CSV and JSON.
 *
 * @module
 */

import { percent } from "./_percent.ts";
import type { PaperTable, PaperTableGroup } from "./paper_table.ts";

/** Forms that {@linkcode formatPaperTable} writes. */
export const TABLE_FORMATS = [
  "text",
  "markdown",
  "latex",
  "csv",
  "json",
] as const;

/** One of {@linkcode TABLE_FORMATS}. */
export type TableFormat = typeof TABLE_FORMATS[number];

/** A number in percent, and whether it is the best of its column. */
interface Cell {
  readonly text: string;
  readonly isBest: boolean;
}

/**
 * A table in one of five forms: PCK in percent with one digit, `-` where it was
 * not measured. Markdown and LaTeX set the best of a column in bold where there
 * are at least two; LaTeX needs no package. CSV has one line of heads and
 * fractions from 0 to 1 in full; JSON is the table itself.
 *
 * @param table The table.
 * @param format Which form.
 * @returns The text, with a line feed at its end.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { formatPaperTable } from "@simsc/core/runs";
 *
 * const group = { title: "PF-WILLOW", threshold: "kps", space: "evaluation" } as const;
 * const table = {
 *   average: "perImage",
 *   groups: [{ ...group, alphas: ["0.1"] }],
 *   rows: [{ method: "SimSC", size: "256", values: [{ "0.1": 0.654 }] }],
 * } as const;
 * equal(
 *   formatPaperTable(table, "csv"),
 *   "method,size,PF-WILLOW kps evaluation @0.1\nSimSC,256,0.654\n",
 * );
 * ```
 */
export function formatPaperTable(
  table: PaperTable,
  format: TableFormat,
): string {
  switch (format) {
    case "text":
      return text(table);
    case "markdown":
      return markdown(table);
    case "latex":
      return latex(table);
    case "csv":
      return csv(table);
    case "json":
      return `${JSON.stringify(table, null, 1)}\n`;
  }
}

/** Each group is a block of columns under its title and its θ. */
function text(table: PaperTable): string {
  const cells = cellsOf(table);
  const name = (title: string, values: readonly string[]) =>
    padded(["", "", title, "-".repeat(widest([title, ...values])), ...values]);
  const starts = table.groups.map((_, g) =>
    table.groups.slice(0, g).reduce((n, { alphas }) => n + alphas.length, 0)
  );
  const blocks = table.groups.map(({ title, threshold, space, alphas }, g) => {
    const columns = alphas.map((alpha, a) => {
      const values = cells.map((row) =>
        (row[(starts[g] as number) + a] as Cell).text
      );
      const width = Math.max(widest([alpha, ...values]), 4);
      return [alpha, "-".repeat(width), ...values].map((part) =>
        part.padStart(width)
      );
    });
    const lines = (columns[0] ?? []).map((_, l) =>
      columns.map((column) => column[l]).join("  ")
    );
    return padded([title, `θ ${threshold}, ${space} pixels`, ...lines]);
  });
  const all = [
    name("method", table.rows.map(({ method }) => method)),
    name("size", table.rows.map(({ size }) => size)),
    ...blocks,
  ];
  return (all[0] as readonly string[]).map((_, l) =>
    `${all.map((block) => block[l]).join("   ").trimEnd()}\n`
  ).join("");
}

/** Lines of equal width, filled up on the right. */
function padded(lines: readonly string[]): readonly string[] {
  const width = widest(lines);
  return lines.map((line) => line + " ".repeat(width - [...line].length));
}

function widest(lines: readonly string[]): number {
  return Math.max(0, ...lines.map((line) => [...line].length));
}

function markdown(table: PaperTable): string {
  const heads = [
    "method",
    "size",
    ...flatColumns(table).map(({ alpha, group }) =>
      `${groupHead(table.groups[group] as PaperTableGroup)} @${alpha}`
    ),
  ];
  const line = (parts: readonly string[]): string =>
    `| ${parts.map((part) => part.replaceAll("|", "\\|")).join(" | ")} |\n`;
  const cells = cellsOf(table);
  return line(heads) +
    line(heads.map((_, i) => i < 2 ? "---" : "---:")) +
    table.rows.map(({ method, size }, r) =>
      line([
        method,
        size,
        ...(cells[r] as readonly Cell[]).map(({ text, isBest }) =>
          isBest ? `**${text}**` : text
        ),
      ])
    ).join("");
}

function latex(table: PaperTable): string {
  const cells = cellsOf(table);
  const line = (parts: readonly string[]): string =>
    `${parts.join(" & ")} \\\\\n`;
  const spans = table.groups.map(({ title, alphas }) =>
    `\\multicolumn{${alphas.length}}{c}{${escapeLatex(title)}}`
  );
  const thetas = table.groups.map(({ threshold, alphas }) =>
    `\\multicolumn{${alphas.length}}{c}{$\\alpha$ with $\\theta_{${threshold}}$}`
  );
  const layout = `ll${
    table.groups.map(({ alphas }) => "c".repeat(alphas.length)).join("|")
  }`;
  return `\\begin{tabular}{${layout}}\n\\hline\n` +
    line(["", "", ...spans]) +
    line(["", "", ...thetas]) +
    line(["Method", "Size", ...flatColumns(table).map(({ alpha }) => alpha)]) +
    "\\hline\n" +
    table.rows.map(({ method, size }, r) =>
      line([
        escapeLatex(method),
        escapeLatex(size),
        ...(cells[r] as readonly Cell[]).map(({ text, isBest }) =>
          isBest ? `\\textbf{${text}}` : text
        ),
      ])
    ).join("") +
    "\\hline\n\\end{tabular}\n";
}

function csv(table: PaperTable): string {
  const columns = flatColumns(table);
  const line = (parts: readonly string[]): string =>
    `${parts.map(quoteCsv).join(",")}\n`;
  return line([
    "method",
    "size",
    ...columns.map(({ alpha, group }) => {
      const { title, threshold, space } = table
        .groups[group] as PaperTableGroup;
      return `${title} ${threshold} ${space} @${alpha}`;
    }),
  ]) + table.rows.map(({ method, size, values }) =>
    line([
      method,
      size,
      ...columns.map(({ alpha, group }) =>
        String(values[group]?.[alpha] ?? "")
      ),
    ])
  ).join("");
}

function flatColumns(
  { groups }: PaperTable,
): readonly { readonly group: number; readonly alpha: string }[] {
  return groups.flatMap(({ alphas }, group) =>
    alphas.map((alpha) => ({ group, alpha }))
  );
}

function groupHead({ title, threshold, space }: PaperTableGroup): string {
  return `${title}, θ ${threshold}, ${space} pixels`;
}

/** By line and column. */
function cellsOf(table: PaperTable): readonly (readonly Cell[])[] {
  const columns = flatColumns(table);
  const shown = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? "-" : percent(value);
  const texts = table.rows.map(({ values }) =>
    columns.map(({ group, alpha }) => shown(values[group]?.[alpha]))
  );
  const best = columns.map((_, c) => {
    const known = texts.map((row) => Number(row[c])).filter(Number.isFinite);
    return known.length > 1 ? Math.max(...known) : Infinity;
  });
  return texts.map((row) =>
    row.map((text, c) => ({ text, isBest: Number(text) === best[c] }))
  );
}

function quoteCsv(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function escapeLatex(text: string): string {
  const commands: Readonly<Record<string, string>> = {
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "β": "$\\beta$",
    "σ": "$\\sigma$",
  };
  return text.replace(
    /[\\~^βσ&%$#_{}]/g,
    (sign) => commands[sign] ?? `\\${sign}`,
  );
}
