import { OptionError } from "../core/errors.ts";
import type { Point } from "../data/image_pair.ts";
import type { RgbImage } from "../data/rgb_image.ts";
import {
  embedImage,
  GAP,
  HEIGHT,
  matchLines,
  type Placed,
} from "./_draw_matches.ts";
import { escapeHtml } from "./_escape_html.ts";
import type { ReportPair } from "./report_input.ts";

/** Section with the matches of image pairs. */
export async function reportPairs(
  pairs: readonly ReportPair[],
  alpha: number | undefined,
): Promise<string> {
  if (pairs.length === 0) return "<p>No image pairs were drawn.</p>";
  const within = alpha === undefined
    ? "close enough to the true match to count as correct"
    : `within ${
      escapeHtml(alpha)
    } times the reference length of the true match`;
  const drawn = await Promise.all(pairs.map(reportPair));
  return `<p>Each line starts at a keypoint of the left image and ends where ` +
    `the model finds the same part in the right image. The upper drawing ` +
    `shows the weights that training started from, the lower one the trained ` +
    `weights.</p>${legend(within)}<div class="pairs">${drawn.join("")}</div>`;
}

async function reportPair(pair: ReportPair, index: number): Promise<string> {
  checkLengths(pair);
  const scaled = (image: RgbImage) =>
    Math.round(image.width * HEIGHT / image.height);
  const source: Placed = {
    image: pair.source,
    id: `pair-${index}-source`,
    left: 0,
    width: scaled(pair.source),
  };
  const target: Placed = {
    image: pair.target,
    id: `pair-${index}-target`,
    left: source.width + GAP,
    width: scaled(pair.target),
  };
  const width = target.left + target.width;
  const images = await Promise.all([source, target].map(embedImage));
  const row = (
    name: string,
    predicted: readonly Point[],
    correct: readonly boolean[],
  ): string => {
    const share = `${
      correct.filter(Boolean).length
    } of ${correct.length} right`;
    const label = `${pair.category}, ${name}: ${share}`;
    return `<div class="row"><p>${name} <b>${share}</b></p>` +
      `<svg viewBox="0 0 ${width} ${HEIGHT}" role="img" ` +
      `aria-label="${escapeHtml(label)}">` +
      `<use href="#${source.id}"/><use href="#${target.id}" x="${target.left}"/>` +
      matchLines(pair, predicted, correct, { source, target }) + "</svg></div>";
  };
  return `<figure class="pair"><figcaption><b>${
    escapeHtml(pair.category)
  }</b>` +
    `</figcaption><svg class="store" aria-hidden="true"><defs>${
      images.join("")
    }` +
    `</defs></svg>${row("before training", pair.before, pair.correctBefore)}` +
    `${row("after training", pair.after, pair.correctAfter)}</figure>`;
}

function legend(within: string): string {
  const glyph = (content: string) =>
    `<svg viewBox="0 0 44 16" width="44" height="16" aria-hidden="true">${content}</svg>`;
  return `<ul class="legend">` +
    `<li>${
      glyph(
        '<path class="right" d="M3,8L35,8"/><circle class="right mark" cx="36" cy="8" r="4.5"/>',
      )
    } right: solid green line, round end, ${within}</li>` +
    `<li>${
      glyph(
        '<path class="wrong" d="M3,8L35,8"/><path class="wrong mark" d="M36,2l6,6-6,6-6-6Z"/>',
      )
    } wrong: dashed red line, diamond end</li>` +
    `<li>${
      glyph(
        '<path class="truth under" d="M17,8h10M22,3v10"/><path class="truth" d="M17,8h10M22,3v10"/>',
      )
    } true match: white cross</li></ul>`;
}

function checkLengths(pair: ReportPair): void {
  const names = [
    "truth",
    "before",
    "after",
    "correctBefore",
    "correctAfter",
  ] as const;
  for (const name of names) {
    if (pair[name].length !== pair.queries.length) {
      throw new OptionError(
        "renderReport",
        `pairs.${name}`,
        `as long as the ${pair.queries.length} queries`,
        pair[name].length,
      );
    }
  }
}
