/**
 * What a report page is drawn from, as plain data.
 *
 * @module
 */

import type { Point } from "../data/image_pair.ts";
import type { RgbImage } from "../data/rgb_image.ts";
import type { Evaluation } from "./format_evaluation.ts";
import type { JsonObject } from "./json.ts";
import type { LogRow } from "./log_row.ts";

/** One image pair, matched before and after training. */
export interface ReportPair {
  /** What both images show. */
  readonly category: string;
  /** Image with the queries. */
  readonly source: RgbImage;
  /** Image with the answers. */
  readonly target: RgbImage;
  /** `K` query points in pixels of the source image. */
  readonly queries: readonly Point[];
  /** Their true matches in pixels of the target image. */
  readonly truth: readonly Point[];
  /** Matches found with the weights that training started from. */
  readonly before: readonly Point[];
  /** Matches found with the trained weights. */
  readonly after: readonly Point[];
  /** Whether each match of `before` counts as correct. */
  readonly correctBefore: readonly boolean[];
  /** Whether each match of `after` counts as correct. */
  readonly correctAfter: readonly boolean[];
}

/** PCK before and after training. */
export interface ReportEvaluation {
  /** How it was measured: data, split, reference length, averaging, image size. */
  readonly caption: string;
  /** With the weights that training started from, where measured. */
  readonly before?: Evaluation;
  /** With the trained weights; the first row of `overall` is shown as the headline. */
  readonly after: Evaluation;
}

/** Any other table. */
export interface ReportTable {
  /** Heading. */
  readonly title: string;
  /** What the numbers mean. */
  readonly caption?: string;
  /** Heads of the columns. */
  readonly columns: readonly string[];
  /** Cells, a row as long as `columns`; numbers are shown as they are. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Everything on a report page. */
export interface ReportInput {
  /** Heading of the page. */
  readonly title: string;
  /** Configuration of the run. */
  readonly config: JsonObject;
  /** Where it ran: device, versions, duration, seed. */
  readonly environment: Readonly<Record<string, string | number>>;
  /** The log. */
  readonly rows: readonly LogRow[];
  /** Accuracy, where it was measured. */
  readonly evaluation?: ReportEvaluation;
  /** Image pairs to draw, a handful. */
  readonly pairs: readonly ReportPair[];
  /** Length, relative to the reference, up to which the matches of `pairs` count as correct. */
  readonly pairAlpha?: number;
  /** More tables. */
  readonly tables?: readonly ReportTable[];
}
