import { toCells, toPixels } from "../../core/coordinates.ts";
import { pck } from "../../core/pck.ts";
import type { Box, Point } from "../../core/point.ts";
import type { CaseOptions } from "./_options.ts";
import type { CaseResult } from "./_run_program.ts";
import type { CaseTensor, CaseTensors } from "./reference_case.ts";

/** A function of plain numbers, the same whatever the backend. */
export type NumberCase = (
  inputs: CaseTensors,
  options: CaseOptions,
) => CaseResult;

/** Functions of the core that need no tensor. */
export const numberCases: Readonly<Record<string, NumberCase>> = {
  coordinates: (inputs, options) => {
    const pixels = points(inputs["pixels"]);
    const choice = {
      rule: options.choice("rule", ["simple", "center", "alignCorners"]),
      imageSize: options.grid("imageSize"),
      grid: options.grid("grid"),
    };
    const cells = toCells(pixels, choice);
    const back = toPixels(cells, choice).flat();
    const drift = Math.max(
      ...pixels.flat().map((p, i) => Math.abs(p - (back[i] ?? NaN))),
    );
    if (!(drift < 1e-9)) throw new RangeError(`toPixels() is off by ${drift}`);
    return { cells: cells.flat() };
  },
  pck: (inputs, options) => {
    const [x1, y1, x2, y2] = options.numbers("bbox");
    const result = pck({
      predicted: points(inputs["predicted"]),
      truth: points(inputs["truth"]),
    }, {
      threshold: options.choice("threshold", ["img", "kps", "bbox"]),
      space: "evaluation",
      alphas: options.numbers("alphas"),
      imageSize: options.grid("imageSize"),
      box: [x1, y1, x2, y2] as Box,
    });
    const values = Object.entries(result.value)
      .map(([alpha, value]) => [`value.${alpha}`, [value]] as const);
    return { theta: [result.theta], ...Object.fromEntries(values) };
  },
};

function points(tensor: CaseTensor | undefined): readonly Point[] {
  if (tensor === undefined) throw new TypeError("the case must have points");
  const { data } = tensor;
  return Array.from({ length: data.length / 2 }, (_, k) =>
    [
      data[2 * k] as number,
      data[2 * k + 1] as number,
    ] as const);
}
