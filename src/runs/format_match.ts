import { formatTable } from "./format_table.ts";
import type { PairMatch } from "./match_pair.ts";

/**
 * Matches as a table for people, with what they depend on below.
 *
 * @param match What was found.
 * @returns The text, with a line feed at its end.
 */
export function formatMatch({ points, beta, choices }: PairMatch): string {
  const { reading: { localizer = "kernelSoftArgmax", betaEval } } = choices;
  const size = typeof choices.size === "object"
    ? `longest side ${choices.size.maxSide}`
    : choices.size;
  const table = formatTable(
    points.map((each, k) => ({ ...each, number: k + 1 })),
    [
      { title: "point", value: ({ number }) => number },
      { title: "x", value: ({ query }) => query[0], digits: 1 },
      { title: "y", value: ({ query }) => query[1], digits: 1 },
      { title: "match x", value: ({ match }) => match[0], digits: 1 },
      { title: "match y", value: ({ match }) => match[1], digits: 1 },
      { title: "similarity", value: (row) => row.similarity, digits: 3 },
      { title: "confidence", value: (row) => row.confidence, digits: 3 },
    ],
  );
  return `${table}\nβ ${beta.toFixed(4)} (${betaEval}), ${localizer}, ` +
    `${choices.backbone} at ${size}, coordinates ${choices.coordinates}, ` +
    `${choices.backend}\n`;
}
