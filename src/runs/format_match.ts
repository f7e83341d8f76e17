import { formatBeta } from "./_format_beta.ts";
import { formatTable } from "./format_table.ts";
import type { PairMatch } from "./match_pair.ts";

/**
 * Matches as a table for people, with what they depend on below.
 *
 * @param match What was found.
 * @returns The text, with a line feed at its end.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { formatMatch } from "@simsc/core/runs";
 *
 * const image = {
 *   width: 2,
 *   height: 1,
 *   data: new Uint8Array(2 * 1 * 3),
 *   decoder: "none",
 * };
 * const picture = {
 *   path: "a.png",
 *   stored: image,
 *   image,
 *   padded: [16, 16],
 * } as const;
 * const text = formatMatch({
 *   points: [{ query: [0, 0], match: [1, 0], similarity: 0.9, confidence: 0.5 }],
 *   beta: 0.02,
 *   choices: {
 *     backbone: "tiny",
 *     layers: [3],
 *     backend: "reference",
 *     size: 256,
 *     coordinates: "simple",
 *     reading: { betaEval: 0.02, sigmaCells: 7 },
 *     decoders: ["none", "none"],
 *   },
 *   images: { source: picture, target: picture },
 * });
 * match(text, /0\.900 +0\.500\n/);
 * match(text, /β 0\.0200 \(betaEval 0\.02\), kernelSoftArgmax, tiny at 256/);
 * ```
 */
export function formatMatch({ points, beta, choices }: PairMatch): string {
  const { reading: { localizer = "kernelSoftArgmax", betaEval } } = choices;
  const size = typeof choices.size === "object"
    ? `longest side ${choices.size.maxSide}`
    : choices.size;
  const norm = choices.finalNorm === undefined
    ? ""
    : ` ${choices.finalNorm ? "behind" : "before"} the final norm`;
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
  return `${table}\nβ ${
    formatBeta(beta)
  } (betaEval ${betaEval}), ${localizer}, ` +
    `${choices.backbone} at ${size}, layers ${choices.layers.join(",")}` +
    `${norm}, coordinates ${choices.coordinates}, ${choices.backend}\n`;
}
