import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import { resizeBilinear } from "../../data/resize_bilinear.ts";
import type { RgbImage } from "../../data/rgb_image.ts";
import { embedImage, HEIGHT } from "../_draw_matches.ts";
import { right } from "../_result.ts";
import { figurePage, textAt } from "./_figure_page.ts";
import { readPicture } from "./_read_picture.ts";
import type { DrawnMap, MapsFigure } from "./study_figure.ts";

/** Side that every image and map is drawn at. */
const SIDE = HEIGHT;

/** Height of a line of text with its distances. */
const LINE = 24;

/** Distance between cells and from the edges. */
const MARGIN = 16;

/** Colours of a map from its least value to its greatest: equal steps look equal. */
const COLORS = [
  [13, 8, 60],
  [84, 18, 120],
  [158, 42, 108],
  [219, 82, 72],
  [250, 150, 40],
  [252, 236, 150],
] as const;

/** Pixels of a cell of a map: browsers blur what they enlarge. */
const CELL = 12;

/** Images and maps over them, in rows. */
export function mapsFigure(
  { rows }: MapsFigure,
): AsyncResult<DataError, string> {
  return async () => {
    const parts: string[] = [];
    for (const [r, { title, cells }] of rows.entries()) {
      const y = MARGIN + r * (SIDE + 2 * LINE + MARGIN);
      parts.push(textAt(title, { x: MARGIN, y: y + 16, isHead: true }));
      for (const [c, cell] of cells.entries()) {
        const drawn = await drawCell(cell, `cell-${r}-${c}`)();
        if (drawn._tag === "Left") return drawn;
        const x = MARGIN + c * (SIDE + MARGIN);
        parts.push(
          textAt(cell.title, { x, y: y + LINE + 16 }),
          `<g transform="translate(${x} ${y + 2 * LINE})">${drawn.right}</g>`,
        );
      }
    }
    const columns = Math.max(1, ...rows.map(({ cells }) => cells.length));
    return right(figurePage(parts.join(""), {
      width: MARGIN + columns * (SIDE + MARGIN),
      height: MARGIN + rows.length * (SIDE + 2 * LINE + MARGIN),
    }));
  };
}

function drawCell(
  { content, mark }: DrawnMap,
  id: string,
): AsyncResult<DataError, string> {
  return async () => {
    const read = "values" in content
      ? right(colored(content))
      : await readPicture(content)();
    if (read._tag === "Left") return read;
    // Models see squares, so squares are shown.
    const image = "values" in content
      ? read.right
      : resizeBilinear(read.right, { width: 2 * SIDE, height: 2 * SIDE });
    const drawn = await embedImage({ image, id, left: 0, width: SIDE });
    if (mark === undefined) return right(drawn);
    const [x, y] = mark.map((share) => Math.round(share * SIDE * 10) / 10);
    const d = `M${x! - 6},${y}h12M${x},${y! - 6}v12`;
    return right(
      `${drawn}<path class="truth under" d="${d}"/>` +
        `<path class="truth" d="${d}"/>`,
    );
  };
}

/** A map in colours, each cell a square; one of equal values is dark. */
function colored(
  { values, height, width }: {
    readonly values: readonly number[];
    readonly height: number;
    readonly width: number;
  },
): RgbImage {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  const data = new Uint8Array(height * width * CELL * CELL * 3);
  for (let y = 0; y < height * CELL; y++) {
    for (let x = 0; x < width * CELL; x++) {
      const cell = Math.floor(y / CELL) * width + Math.floor(x / CELL);
      const share = range > 0 ? (values[cell]! - least) / range : 0;
      data.set(colorOf(share), (y * width * CELL + x) * 3);
    }
  }
  return {
    width: width * CELL,
    height: height * CELL,
    data,
    decoder: "none",
  };
}

function colorOf(share: number): readonly number[] {
  const place = share * (COLORS.length - 1);
  const index = Math.min(COLORS.length - 2, Math.floor(place));
  const [from, to] = [COLORS[index]!, COLORS[index + 1]!];
  return from.map((value, i) =>
    Math.round(value + (place - index) * (to[i]! - value))
  );
}
