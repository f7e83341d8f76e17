import { escapeHtml } from "./_escape_html.ts";
import { isObject } from "./_is_object.ts";
import { percent } from "./_percent.ts";
import type { EvaluationRow } from "./format_evaluation.ts";
import type { JsonObject } from "./json.ts";
import type { ReportEvaluation, ReportTable } from "./report_input.ts";

/** A table, numbers to the right, the rows from `overallFrom` on set apart. */
export function reportTable(
  { title, caption, columns, rows }: ReportTable,
  overallFrom: number = rows.length,
): string {
  const head = columns.map((column, i) =>
    `<th${isNumeric(rows, i) ? ' class="number"' : ""}>${
      escapeHtml(column)
    }</th>`
  );
  const body = rows.map((row, y) =>
    `<tr${y >= overallFrom ? ' class="overall"' : ""}>${
      row.map((cell, i) =>
        `<td${isNumeric(rows, i) ? ' class="number"' : ""}>${
          escapeHtml(cell)
        }</td>`
      ).join("")
    }</tr>`
  );
  return `<section><h2>${escapeHtml(title)}</h2>` +
    (caption === undefined ? "" : `<p>${escapeHtml(caption)}</p>`) +
    `<div class="scroll"><table><thead><tr>${head.join("")}</tr></thead>` +
    `<tbody>${body.join("")}</tbody></table></div></section>`;
}

/** PCK by category and threshold, before and after side by side. */
export function reportEvaluation(evaluation: ReportEvaluation): string {
  const { caption, before, after } = evaluation;
  const { categories, overall = [] } = after;
  const alphas = alphasOf([...categories, ...overall]);
  const cells = (
    row: EvaluationRow,
    earlier: readonly EvaluationRow[] = [],
  ): readonly (string | number)[] => {
    const old = earlier.find(({ category }) => category === row.category);
    return [
      row.category,
      row.pairs,
      ...alphas.flatMap((alpha) => [
        ...(before ? [percentOrDash(old?.pck[alpha])] : []),
        percentOrDash(row.pck[alpha]),
      ]),
    ];
  };
  return reportTable(
    {
      title: "Accuracy by category",
      caption: `${caption} Numbers are PCK in percent` +
        (before
          ? ": before training, then after it."
          : ", with the trained weights."),
      columns: [
        "category",
        "pairs",
        ...alphas.flatMap((alpha) =>
          before ? [`PCK@${alpha} before`, "after"] : [`PCK@${alpha}`]
        ),
      ],
      rows: [
        ...categories.map((row) => cells(row, before?.categories)),
        ...overall.map((row) => cells(row, before?.overall)),
      ],
    },
    categories.length,
  );
}

/** Tiles with the first overall row. */
export function reportHeadline(evaluation: ReportEvaluation): string {
  const after = evaluation.after.overall?.[0];
  if (after === undefined) return "";
  const before = evaluation.before?.overall?.find(({ category }) =>
    category === after.category
  );
  const tiles = alphasOf([after]).map((alpha) =>
    `<div class="tile"><span>PCK@${escapeHtml(alpha)}</span>` +
    `<strong>${percentOrDash(after.pck[alpha])} %</strong>` +
    (before
      ? `<span>before training ${percentOrDash(before.pck[alpha])} %</span>`
      : "") +
    "</div>"
  );
  return `<div class="tiles">${tiles.join("")}</div>`;
}

/** Names and values; nested members become `outer.inner`. */
export function reportList(values: JsonObject): string {
  const items = flatten(values, "").map(([name, value]) =>
    `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`
  );
  return `<dl>${items.join("")}</dl>`;
}

function flatten(
  values: JsonObject,
  prefix: string,
): readonly (readonly [string, string])[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    return isObject(value) ? flatten(value, `${prefix}${name}.`) : [[
      prefix + name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]];
  });
}

function alphasOf(rows: readonly EvaluationRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ pck }) => Object.keys(pck)))]
    .sort((a, b) => Number(a) - Number(b));
}

function percentOrDash(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "–" : percent(value);
}

/** A column is one of numbers if its cells read as such, dashes aside. */
function isNumeric(rows: ReportTable["rows"], column: number): boolean {
  return rows.length > 0 && rows.every((row) => {
    const cell = row[column] ?? "–";
    return typeof cell === "number" || /^(–|-?[\d.,]+ ?%?)$/.test(cell);
  });
}
