import { evaluationAt, shown, simscConfig } from "./_models.ts";
import type { PairMaps } from "./pair_maps.ts";
import type { Study } from "./study.ts";
import type { DrawnMap } from "./study_figure.ts";

/**
 * Score and probability maps of one query with and without L2-normalised
 * features and temperature, and the sub-pixel target (SimSC, Figs. 3 and 5).
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { smoothnessStudy } from "@simsc/core/runs";
 *
 * equal(smoothnessStudy.name, "smoothness");
 * ```
 */
export const smoothnessStudy: Study = {
  name: "smoothness",
  title: "Maps of a query, over-smooth and not, and the target",
  paper: "Figs. 3 and 5",
  runs: (settings) => [{
    key: "simsc",
    label: "SimSC",
    config: simscConfig(settings),
    isTrained: true,
    evaluations: {},
    maps: {
      test: evaluationAt(settings, "auto").test,
      count: settings.drawnPairs,
    },
  }],
  page: (results) => {
    const outcome = results["simsc"];
    const all = outcome?.kind === "done" ? outcome.maps : [];
    return {
      table: {
        title: "Greatest probability of a cell; 1 / cells where all are equal",
        columns: ["pair", "1 / cells", "β = 1", "learned β", "its softmax"],
        rows: all.length === 0 ? [["none", "–", "–", "–", "–"]] : all.map((
          { id, smooth, sharp, beta },
        ) => [
          id,
          shown(1 / smooth.length, 4),
          shown(Math.max(...smooth), 4),
          shown(beta, 4),
          shown(Math.max(...sharp), 4),
        ]),
      },
      figure: {
        kind: "maps",
        rows: all.map((maps) => ({
          title: `${maps.category}, learned β = ${shown(maps.beta, 4)}`,
          cells: cellsOf(maps),
        })),
      },
    };
  },
};

function cellsOf(maps: PairMaps): readonly DrawnMap[] {
  const [height, width] = maps.grid;
  const map = (title: string, values: readonly number[]): DrawnMap => ({
    title,
    content: { values, height, width },
    mark: maps.truth,
  });
  return [
    { title: "query", content: maps.source, mark: maps.query },
    { title: "true match", content: maps.target, mark: maps.truth },
    map("scores, no L2 norm", maps.plain),
    map("scores, L2 norm", maps.normalized),
    // Each map has its own scale: what is flat is told by the table.
    map(`softmax, β = 1 (to ${peak(maps.smooth)})`, maps.smooth),
    map(`softmax, learned β (to ${peak(maps.sharp)})`, maps.sharp),
    map("target of training", maps.truthMap),
  ];
}

function peak(values: readonly number[]): string {
  return shown(Math.max(...values), 3);
}
