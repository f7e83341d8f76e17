/**
 * Draws `docs/matches.svg` from the report of a run:
 * `deno run --allow-read --allow-write docs/make_figure.ts RUN [PAIR]...`,
 * pairs counted from 0 in the order of the report.
 *
 * @module
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

const WIDTH = 496;
const HEIGHT = 240;
const GAP = 24;
const LABEL = 34;

const STYLE = `
  text { font: 17px system-ui, sans-serif; fill: #4a5563 }
  @media (prefers-color-scheme: dark) { text { fill: #c3cbd6 } }
  .right, .wrong { fill: none; stroke-width: 2.2 }
  .right { stroke: #00a86b }
  .wrong { stroke: #e5383b; stroke-dasharray: 7 4 }
  .halo { fill: none; stroke: #fff; stroke-width: 3.4; stroke-opacity: .5 }
  .mark { stroke: #fff; stroke-width: 1.2; stroke-dasharray: none }
  .right.mark { fill: #00a86b }
  .wrong.mark { fill: #e5383b }
  .truth { fill: none; stroke: #fff; stroke-width: 1.6 }
  .truth.under { stroke: #000; stroke-width: 3.6 }
`;

const [run, ...chosen] = process.argv.slice(2);
if (run === undefined) throw new Error("make_figure RUN [PAIR]...");
const report = await readFile(join(run, "report.html"), "utf8");
const figures = [...report.matchAll(/<figure class="pair">[^]*?<\/figure>/g)];

const columns = (chosen.length > 0 ? chosen : ["0", "1", "2"]).map(
  (index, column) => {
    const [figure] = figures[Number(index)] ?? [];
    if (figure === undefined) {
      throw new Error(`the report has no pair ${index}`);
    }
    const category = figure.match(/<b>(.*?)<\/b>/)?.[1];
    const images = figure.match(/<defs>[^]*?<\/defs>/)?.[0] ?? "";
    const rows = [
      ...figure.matchAll(
        /<p>(.*?) <b>(.*?)<\/b><\/p><svg[^>]*>([^]*?)<\/svg>/g,
      ),
    ].map(([, name, share, drawing], row) => {
      const y = row * (LABEL + HEIGHT + GAP / 2);
      return `<text y="${y + 22}">${category}, ${name}: ${share}</text>` +
        `<g transform="translate(0 ${y + LABEL})">${drawing}</g>`;
    });
    const x = column * (WIDTH + GAP);
    return `${images}<g transform="translate(${x} 0)">${rows.join("")}</g>`;
  },
);

const width = columns.length * (WIDTH + GAP) - GAP;
const height = 2 * (LABEL + HEIGHT) + GAP / 2;
const file = new URL("matches.svg", import.meta.url);
await writeFile(
  file,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">` +
    `<style>${STYLE}</style>${columns.join("")}</svg>\n`,
);
