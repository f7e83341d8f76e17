import type { Result } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import { right } from "../_result.ts";
import { chartFigure } from "./_chart_figure.ts";
import type { StudyFigure } from "./study_figure.ts";

/** A figure as one SVG that needs nothing beside it. */
export async function renderFigure(
  figure: StudyFigure,
): Promise<Result<DataError, string>> {
  return right(await chartFigure(figure as never));
}
