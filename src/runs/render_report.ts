import { counted } from "../data/counted.ts";
import { escapeHtml } from "./_escape_html.ts";
import { reportCurves } from "./_report_curves.ts";
import { reportPairs } from "./_report_pairs.ts";
import { REPORT_STYLE } from "./_report_style.ts";
import {
  reportEvaluation,
  reportHeadline,
  reportList,
  reportTable,
} from "./_report_tables.ts";
import type { LogRow } from "./log_row.ts";
import type { ReportInput } from "./report_input.ts";

/**
 * A report of a run as one HTML page: headline numbers, curves, accuracy by
 * category, matches drawn on image pairs, configuration and environment.
 *
 * The page needs nothing beside itself: pictures are inside it, it has no
 * script, and it forbids itself to load anything. It depends on its input
 * alone. The packages that draw curves and encode pictures are loaded when it
 * is called.
 *
 * @param input What to show.
 * @returns The page.
 * @throws {OptionError} If the lists of a pair differ in length.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { renderReport } from "@simsc/core/runs";
 *
 * const page = await renderReport({
 *   title: "First <run>",
 *   config: { batchSize: 8 },
 *   environment: { device: "onnx-cpu" },
 *   rows: [],
 *   pairs: [],
 * });
 * equal(page.includes("<h1>First &lt;run&gt;</h1>"), true);
 * ```
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const [curves, pairs] = await Promise.all([
    reportCurves(input.rows),
    reportPairs(input.pairs, input.pairAlpha),
  ]);
  const title = escapeHtml(input.title);
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    '<head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>${REPORT_STYLE}</style></head>`,
    `<body><header><h1>${title}</h1><p class="lead">${summary(input.rows)}</p>`,
    `${input.evaluation ? reportHeadline(input.evaluation) : ""}</header>`,
    `<section><h2>How training went</h2>${curves}</section>`,
    input.evaluation ? reportEvaluation(input.evaluation) : "",
    `<section><h2>Matches before and after training</h2>${pairs}</section>`,
    ...(input.tables ?? []).map((table) => reportTable(table)),
    `<div class="lists"><section><h2>Configuration</h2>`,
    `${reportList(input.config)}</section>`,
    `<section><h2>Environment</h2>`,
    `${reportList(input.environment)}</section></div>`,
    "</body></html>",
    "",
  ].join("\n");
}

/** What happened, in one sentence. */
function summary(rows: readonly LogRow[]): string {
  const steps = rows.filter((row) => row.kind === "step");
  const last = steps.at(-1);
  if (last === undefined) return "No training step was logged.";
  const ms = steps.reduce((sum, row) => sum + row.ms, 0);
  const each = ms / steps.length;
  const minutes = ms / 60_000;
  const time = minutes < 1
    ? counted(Math.round(ms / 1000), "second")
    : minutes < 90
    ? counted(Math.round(minutes), "minute")
    : `${(minutes / 60).toFixed(1)} hours`;
  const count = last.step.toLocaleString("en");
  return `${counted(last.step, "training step", count)} in ` +
    `${counted(last.epoch + 1, "epoch")}, ${time} of ` +
    `computing (${each.toFixed(0)} ms a step); loss ` +
    `${last.loss.toFixed(3)} at the last one.`;
}
