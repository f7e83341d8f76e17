import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import {
  embedImage,
  GAP,
  HEIGHT,
  matchLines,
  type Placed,
} from "../_draw_matches.ts";
import { right } from "../_result.ts";
import { figurePage, textAt } from "./_figure_page.ts";
import { readPicture } from "./_read_picture.ts";
import type { MatchesFigure, PairMatches } from "./study_figure.ts";

/** Height of a line of text with its distances. */
const LINE = 26;

/** Distance from the edges and between columns. */
const MARGIN = 16;

/** Both images of a row. */
interface Sides {
  readonly source: Placed;
  readonly target: Placed;
}

/** The same pairs matched by several models, side by side. */
export function matchesFigure(
  { columns, rows }: MatchesFigure,
): AsyncResult<DataError, string> {
  return async () => {
    const sides: (Sides | undefined)[] = [];
    for (const [r, { cells }] of rows.entries()) {
      const first = cells.find((cell) => cell !== null);
      const placed = first ? await placeSides(first, r)() : right(undefined);
      if (placed._tag === "Left") return placed;
      sides.push(placed.right);
    }
    const cell = Math.max(
      2 * HEIGHT + GAP,
      ...sides.map((both) => both ? both.target.left + both.target.width : 0),
    );
    const left = (c: number) => MARGIN + c * (cell + 2 * MARGIN);
    const top = (r: number) => MARGIN + LINE + r * (HEIGHT + LINE + MARGIN);
    const heads = columns.map((name, c) =>
      textAt(name, { x: left(c), y: MARGIN + 14, isHead: true })
    );
    const drawn = await Promise.all(rows.map(async ({ title, cells }, r) => {
      const both = sides[r];
      const images = both
        ? await Promise.all([both.source, both.target].map(embedImage))
        : [];
      const parts = cells.map((matches, c) => {
        const right = matches?.correct.filter(Boolean).length ?? 0;
        const said = matches
          ? `${title}: ${right} of ${matches.correct.length} right`
          : `${title}: no matches, the run failed`;
        const lines = matches && both ? cellOf(matches, both) : "";
        return textAt(said, { x: left(c), y: top(r) + 16 }) +
          `<g transform="translate(${left(c)} ${top(r) + LINE})">${lines}</g>`;
      });
      return `<defs>${images.join("")}</defs>${parts.join("")}`;
    }));
    return right(figurePage([...heads, ...drawn].join(""), {
      width: Math.max(left(columns.length), 2 * MARGIN + cell),
      height: top(rows.length),
    }));
  };
}

function placeSides(
  { source, target }: PairMatches,
  row: number,
): AsyncResult<DataError, Sides> {
  return async () => {
    const a = await readPicture(source)();
    if (a._tag === "Left") return a;
    const b = await readPicture(target)();
    if (b._tag === "Left") return b;
    const scaled = ({ width, height }: typeof a.right) =>
      Math.round(width * HEIGHT / height);
    const width = scaled(a.right);
    return right({
      source: { image: a.right, id: `source-${row}`, left: 0, width },
      target: {
        image: b.right,
        id: `target-${row}`,
        left: width + GAP,
        width: scaled(b.right),
      },
    });
  };
}

function cellOf(matches: PairMatches, { source, target }: Sides): string {
  return `<use href="#${source.id}"/>` +
    `<use href="#${target.id}" x="${target.left}"/>` +
    matchLines(matches, matches.predicted, matches.correct, {
      source,
      target,
    });
}
