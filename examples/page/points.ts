/**
 * The points that are marked, as plain values.
 */

import type { Point } from "@simsc/core";
import type { MatchedPoint, ScoreMap } from "@simsc/core/runs";

/**
 * Colours of Okabe and Ito, which stay apart for colour-blind people and in
 * print, and the ink that reads on each. Numbers tell points apart as well.
 */
export const COLORS: readonly (readonly [fill: string, ink: string])[] = [
  ["#0072b2", "#fff"],
  ["#e69f00", "#000"],
  ["#009e73", "#000"],
  ["#d55e00", "#000"],
  ["#cc79a7", "#000"],
  ["#56b4e9", "#000"],
  ["#f0e442", "#000"],
  ["#000000", "#fff"],
];

/** Where a point was found. */
export interface Found extends MatchedPoint {
  /** Scores it was read from. */
  readonly map: ScoreMap;
  /** Temperature. */
  readonly beta: number;
}

/** A point that is marked. */
export interface Marked {
  /** Its number, from 1, which it keeps. */
  readonly id: number;
  /** (x, y) in pixels of the left picture. */
  readonly at: Point;
  /** Its latest match; none before the first. */
  readonly found?: Found;
}

/** All points. */
export interface Points {
  /** In the order they were marked. */
  readonly marked: readonly Marked[];
  /** Number of the point whose scores are shown. */
  readonly selected?: number;
  /** Number of the next one. */
  readonly next: number;
}

/** No point yet. */
export const NO_POINTS: Points = { marked: [], next: 1 };

/** Fill and ink of a point. */
export function colorOf(id: number): readonly [fill: string, ink: string] {
  return COLORS[(id - 1) % COLORS.length] as readonly [string, string];
}

/** One point more, selected. */
export function addPoint({ marked, next }: Points, at: Point): Points {
  return {
    marked: [...marked, { id: next, at }],
    selected: next,
    next: next + 1,
  };
}

/** A point elsewhere, selected; its match stays until the new one is there. */
export function movePoint(points: Points, id: number, at: Point): Points {
  return {
    ...change(points, id, (marked) => ({ ...marked, at })),
    selected: id,
  };
}

/** One point less; the next one to it is selected where it was. */
export function removePoint(points: Points, id: number): Points {
  const place = points.marked.findIndex((each) => each.id === id);
  const marked = points.marked.filter((each) => each.id !== id);
  const { selected, ...rest } = points;
  const heir = selected === id
    ? marked[Math.min(Math.max(place, 0), marked.length - 1)]?.id
    : selected;
  return { ...rest, marked, ...(heir !== undefined && { selected: heir }) };
}

/** Another point is looked at. */
export function selectPoint(points: Points, id: number): Points {
  const isThere = points.marked.some((each) => each.id === id);
  return isThere ? { ...points, selected: id } : points;
}

/** A point's match has come; nothing changes where the point is gone. */
export function foundPoint(points: Points, id: number, found: Found): Points {
  return change(points, id, (marked) => ({ ...marked, found }));
}

/** Whether the match of where a point is now is still to come. */
export function isBehind({ at, found }: Marked): boolean {
  return found === undefined || found.query.some((x, i) => x !== at[i]);
}

/** All matches are out of date: a picture is another. */
export function forgetMatches(points: Points): Points {
  return {
    ...points,
    marked: points.marked.map(({ found: _, ...marked }) => marked),
  };
}

function change(
  points: Points,
  id: number,
  f: (marked: Marked) => Marked,
): Points {
  return {
    ...points,
    marked: points.marked.map((each) => each.id === id ? f(each) : each),
  };
}
