/**
 * Figures of studies as plain data.
 *
 * @module
 */

import type { Point } from "../../core/point.ts";
import type { Picture } from "../../data/picture_edit.ts";

/** A point of a series; numbers that are not finite are left out. */
export interface SeriesPoint {
  /** Place along the horizontal axis: a number, or a name on an axis of names. */
  readonly x: number | string;
  /** Value. */
  readonly y: number;
  /** Half the length of its error bar; none by default. */
  readonly spread?: number;
}

/** Points of one name. */
export interface Series {
  /** Name in the legend. */
  readonly name: string;
  /** Points in order. */
  readonly points: readonly SeriesPoint[];
  /** How they are drawn; `level` is one line across at the first point's value. */
  readonly mark: "line" | "marked" | "bar" | "level";
}

/** An axis of a panel. */
export interface Axis {
  /** What it measures, with its unit. */
  readonly title: string;
  /** How it is divided; `names` only horizontally. */
  readonly scale: "linear" | "log" | "names";
}

/** One chart of a figure. */
export interface Panel {
  /** Heading. */
  readonly title: string;
  /** Horizontal axis. */
  readonly x: Axis;
  /** Vertical axis. */
  readonly y: Axis;
  /** At most six. */
  readonly series: readonly Series[];
}

/** Charts side by side. */
export interface ChartFigure {
  /** Tells it apart. */
  readonly kind: "chart";
  /** From left to right, two a row. */
  readonly panels: readonly Panel[];
}

/** Matches of one pair by one model, in pixels of the stored pictures. */
export interface PairMatches {
  /** Name of the pair. */
  readonly id: string;
  /** What both images show. */
  readonly category: string;
  /** Picture with the queries. */
  readonly source: Picture;
  /** Picture with the answers. */
  readonly target: Picture;
  /** `K` queries. */
  readonly queries: readonly Point[];
  /** Their true matches. */
  readonly truth: readonly Point[];
  /** Matches found. */
  readonly predicted: readonly Point[];
  /** Whether each counts as right at α = 0.1. */
  readonly correct: readonly boolean[];
}

/** Matches of the same pairs by several models. */
export interface MatchesFigure {
  /** Tells it apart. */
  readonly kind: "matches";
  /** Models from left to right. */
  readonly columns: readonly string[];
  /** Pairs from top to bottom, a cell a model; `null` where it failed. */
  readonly rows: readonly {
    readonly title: string;
    readonly cells: readonly (PairMatches | null)[];
  }[];
}

/** An image, or a map over one, with a mark. */
export interface DrawnMap {
  /** What it is. */
  readonly title: string;
  /** A picture, or `[h, w]` values, the least dark and the greatest bright. */
  readonly content: Picture | {
    readonly values: readonly number[];
    readonly height: number;
    readonly width: number;
  };
  /** Marked place, as a share of width and height; none by default. */
  readonly mark?: Point;
}

/** Maps in rows. */
export interface MapsFigure {
  /** Tells it apart. */
  readonly kind: "maps";
  /** From top to bottom. */
  readonly rows: readonly {
    readonly title: string;
    readonly cells: readonly DrawnMap[];
  }[];
}

/** Any figure of a study. */
export type StudyFigure = ChartFigure | MatchesFigure | MapsFigure;
