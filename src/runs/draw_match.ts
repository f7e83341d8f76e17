/**
 * Matches of two pictures as a drawing that needs nothing beside it.
 *
 * @module
 */

import type { Point } from "../core/point.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import { embedPng } from "./_embed_png.ts";
import { escapeHtml } from "./_escape_html.ts";
import type { LoadedImage } from "./load_image.ts";
import type { PairMatch } from "./match_pair.ts";

/** Height of each picture and the gap between them, in units of the drawing. */
const HEIGHT = 360;
const GAP = 20;

/** Told apart by number too, never by colour alone. */
const COLORS = ["#0067ac", "#c04a00", "#7a3e9d", "#00795c", "#9b1c31"];

const STYLE = "text{font:13px system-ui,sans-serif;text-anchor:middle;" +
  "dominant-baseline:central;fill:#fff}" +
  ".halo{stroke:#fff;stroke-opacity:.6;stroke-width:4;fill:none}" +
  ".line{stroke-width:2.2;fill:none}.mark{stroke:#fff;stroke-width:1.5}";

/**
 * Both pictures side by side in their own proportions, each point numbered and
 * joined with its match; the fainter a line, the less sure the match.
 *
 * @param match What was found.
 * @param options What the drawing is called, and its form.
 * @returns An SVG document, or a page of HTML, with both pictures inside.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { drawMatch } from "@simsc/core/runs";
 *
 * const image = {
 *   width: 2,
 *   height: 1,
 *   data: new Uint8Array(2 * 1 * 3),
 *   decoder: "none",
 * };
 * const picture = {
 *   path: "a.png",
 *   stored: image,
 *   image,
 *   padded: [16, 16],
 * } as const;
 * const svg = await drawMatch({
 *   points: [{ query: [0, 0], match: [1, 0], similarity: 0.9, confidence: 0.5 }],
 *   beta: 0.02,
 *   choices: {
 *     backbone: "tiny",
 *     layers: [3],
 *     backend: "reference",
 *     size: 256,
 *     coordinates: "simple",
 *     reading: { betaEval: 0.02, sigmaCells: 7 },
 *     decoders: ["none", "none"],
 *   },
 *   images: { source: picture, target: picture },
 * }, { title: "From left to right" });
 * equal(svg.match(/<image /g)?.length, 2);
 * equal(svg.match(/class="line"/g)?.length, 1);
 * ```
 */
export async function drawMatch(
  { points, images }: PairMatch,
  options: {
    readonly title: string;
    /** A page around the drawing, or the drawing alone, which is the default. */
    readonly format?: "svg" | "html";
  },
): Promise<string> {
  const { source, target } = images;
  const left = 0;
  const middle = widthOf(source) + GAP;
  const width = middle + widthOf(target);
  const at = (point: Point, image: LoadedImage, x: number): Point => {
    const to = { width: widthOf(image), height: HEIGHT };
    // The centre of a pixel lies half a pixel from its corner.
    const [px, py] = scaleKeypoints([[point[0] + 0.5, point[1] + 0.5]], {
      from: image.stored,
      to,
    })[0] as Point;
    return [rounded(x + px), rounded(py)];
  };
  const drawn = points.map(({ query, match, confidence }, k) => {
    const [x1, y1] = at(query, source, left);
    const [x2, y2] = at(match, target, middle);
    const color = COLORS[k % COLORS.length];
    const opacity = rounded(0.35 + 0.65 * Math.min(1, Math.sqrt(confidence)));
    const d = `M${x1},${y1}L${x2},${y2}`;
    const mark = (x: number, y: number): string =>
      `<circle class="mark" cx="${x}" cy="${y}" r="9" fill="${color}"/>` +
      `<text x="${x}" y="${y}">${k + 1}</text>`;
    return {
      line: `<path class="halo" d="${d}"/><path class="line" ` +
        `stroke="${color}" stroke-opacity="${opacity}" d="${d}"/>`,
      marks: mark(x1, y1) + mark(x2, y2),
    };
  });
  const pictures = await Promise.all(
    ([[source, left], [target, middle]] as const).map(([image, x]) =>
      embedPng(image.image, { x, width: widthOf(image), height: HEIGHT })
    ),
  );
  const title = escapeHtml(options.title);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" ` +
    `viewBox="0 0 ${width} ${HEIGHT}" role="img" ` +
    `aria-label="${title}"><style>${STYLE}</style>` +
    pictures.join("") + drawn.map(({ line }) => line).join("") +
    drawn.map(({ marks }) => marks).join("") + "</svg>\n";
  return options.format === "html"
    ? `<!doctype html>\n<meta charset="utf-8">\n<title>${title}</title>\n${svg}`
    : svg;
}

/** A resized picture is shown as it was stored. */
function widthOf({ stored }: LoadedImage): number {
  return Math.round(HEIGHT * stored.width / stored.height);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
