import type { Point } from "../data/image_pair.ts";
import type { RgbImage } from "../data/rgb_image.ts";
import { embedPng } from "./_embed_png.ts";

/** Height of a drawn image, in units of the drawing. */
export const HEIGHT = 240;

/** Gap between two images. */
export const GAP = 16;

/** Where an image lies in the drawing. */
export interface Placed {
  /** The image. */
  readonly image: RgbImage;
  /** What it is referred to by. */
  readonly id: string;
  /** Its left side. */
  readonly left: number;
  /** Its width. */
  readonly width: number;
}

/** Queries and their true matches, in pixels of the drawn images. */
export interface Annotated {
  /** Queries. */
  readonly queries: readonly Point[];
  /** True matches. */
  readonly truth: readonly Point[];
}

/** Matches from the queries of one image to the other, wrong ones below. */
export function matchLines(
  { queries, truth }: Annotated,
  predicted: readonly Point[],
  correct: readonly boolean[],
  { source, target }: { readonly source: Placed; readonly target: Placed },
): string {
  const matches = queries.map((query, k) => ({
    from: place(query, source),
    to: place(predicted[k]!, target),
    truth: place(truth[k]!, target),
    isRight: correct[k]!,
  })).filter(({ from, to }) => [...from, ...to].every(Number.isFinite));
  // Wrong lines go below right ones, and every marker above every line.
  const ordered = matches.toSorted((a, b) =>
    Number(a.isRight) - Number(b.isRight)
  );
  const strokes = ordered.map(({ from, to, isRight }) => {
    const d = `M${show(from)}L${show(to)}`;
    return `<path class="halo" d="${d}"/>` +
      `<path class="${isRight ? "right" : "wrong"}" d="${d}"/>`;
  });
  const markers = ordered.map(({ from, to, truth, isRight }) => {
    const kind = isRight ? "right" : "wrong";
    const [x, y] = to;
    const end = isRight
      ? `<circle class="${kind} mark" cx="${x}" cy="${y}" r="4.5"/>`
      : `<path class="${kind} mark" d="M${x},${y - 6}l6,6-6,6-6-6Z"/>`;
    const [tx, ty] = truth;
    const d = `M${tx - 5},${ty}h10M${tx},${ty - 5}v10`;
    return `<circle class="${kind} mark" cx="${from[0]}" cy="${
      from[1]
    }" r="3.5"/>` +
      `${end}<path class="truth under" d="${d}"/><path class="truth" d="${d}"/>`;
  });
  return strokes.join("") + markers.join("");
}

/** The centre of a pixel lies half a pixel from its corner. */
function place([x, y]: Point, { image, left }: Placed): Point {
  const scale = HEIGHT / image.height;
  const round = (value: number) => Math.round(value * 10) / 10;
  return [round(left + (x + 0.5) * scale), round((y + 0.5) * scale)];
}

function show([x, y]: Point): string {
  return `${x},${y}`;
}

/** The image as PNG inside the drawing. */
export function embedImage({ image, id, width }: Placed): Promise<string> {
  return embedPng(image, { id, width, height: HEIGHT });
}
