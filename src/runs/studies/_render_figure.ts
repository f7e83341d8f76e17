import type { AsyncResult } from "../../core/result.ts";
import type { DataError } from "../../data/data_error.ts";
import { right } from "../_result.ts";
import { chartFigure } from "./chart_figure.ts";
import { mapsFigure } from "./_maps_figure.ts";
import { matchesFigure } from "./_matches_figure.ts";
import type { StudyFigure } from "./study_figure.ts";

/** A figure as one SVG that needs nothing beside it, or a picture that is not there. */
export function renderFigure(
  figure: StudyFigure,
): AsyncResult<DataError, string> {
  switch (figure.kind) {
    case "chart":
      return async () => right(await chartFigure(figure));
    case "matches":
      return matchesFigure(figure);
    case "maps":
      return mapsFigure(figure);
  }
}
