import type { Backend } from "../backends/backend.ts";
import type { Grid } from "../core/bilinear_weights.ts";
import { flowPck, type FlowPckResult } from "../core/flow_pck.ts";
import type { Point } from "../core/point.ts";
import type { Result } from "../core/result.ts";
import type { DataError } from "../data/data_error.ts";
import { type PairFlowData, readPairFlow } from "../data/read_pair_flow.ts";
import { scaleKeypoints } from "../data/scale_keypoints.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { cornersOf } from "./_corners.ts";
import type { BlockPair } from "./_block_pairs.ts";
import { matchBlock } from "./_match_block.ts";
import {
  type CellRule,
  cellsToResized,
  heightWidth,
  type PictureSizes,
  storedToCells,
} from "./_pixel_cells.ts";
import { right } from "./_result.ts";
import type {
  EvaluationInputs,
  EvaluationOptions,
} from "./evaluation_inputs.ts";

/** What of the choices a flow is measured by. */
export type FlowChoices = Pick<EvaluationOptions, "space" | "alphas">;

/**
 * Matches every cell of a pair's source, mixes the flow of the four cells
 * around each pixel of its mask bilinearly, and measures it against the truth:
 * by each reading, or nothing where the pair has no flow.
 */
export async function measureFlow<T>(
  backend: Backend<T>,
  model: Pick<EvaluationInputs<T>, "config" | "predictor">,
  each: BlockPair<T>,
  choices: FlowChoices,
): Promise<Result<DataError, readonly FlowPckResult[] | undefined>> {
  const { pair, source, target } = each;
  const { flow } = pair;
  if (flow === undefined) return right(undefined);
  const truth = await readPairFlow({ ...pair, flow }, source.stored)();
  if (truth._tag === "Left") return truth;
  const { coordinates, backbone } = model.config;
  const rule = { rule: coordinates, stride: backboneStride(backbone) };
  const cells = allCells(gridOf(source, rule));
  const dense = {
    ...each,
    pair: {
      ...pair,
      source: { ...pair.source, keypoints: cellsToStored(cells, source, rule) },
    },
  };
  const measured: FlowPckResult[] = [];
  for await (const group of matchBlock(backend, model, [dense])) {
    for (const matched of group) {
      for (const matches of matched.cells) {
        measured.push(
          measureMatches({ matches, source, target }, rule, {
            ...choices,
            truth: truth.right,
          }),
        );
      }
    }
  }
  return right(measured);
}

/** Matches of all cells of a picture, and how good the flow between them is. */
export function measureMatches(
  { matches, source, target }: {
    /** (x, y) in cells of the target, by cell of the source, row-major. */
    readonly matches: readonly Point[];
    readonly source: PictureSizes;
    readonly target: PictureSizes;
  },
  rule: CellRule,
  { truth, space, alphas }: FlowChoices & { readonly truth: PairFlowData },
): FlowPckResult {
  const { field, mask } = truth;
  const to = space === "original" ? target.stored : target.resized;
  const scale = [
    to.width / target.stored.width,
    to.height / target.stored.height,
  ] as const;
  const pixels: Point[] = [];
  mask.forEach((isInside, i) => {
    if (isInside) pixels.push([i % field.width, Math.floor(i / field.width)]);
  });
  const [h, w] = gridOf(source, rule);
  // Beyond the outermost cells the flow goes on as it is there.
  const cells = storedToCells(pixels, source, rule).map(([x, y]): Point => [
    Math.min(Math.max(x, 0), w - 1),
    Math.min(Math.max(y, 0), h - 1),
  ]);
  const from = cellsToStored(cells, source, rule);
  const mixed = cells.map((cell) => mixedMatch(cell, [h, w], matches));
  const landed = cellsToStored(mixed, target, rule);
  const predicted = new Float32Array(field.data.length);
  pixels.forEach(([x, y], i) => {
    const at = 2 * (y * field.width + x);
    const [[fx, fy], [tx, ty]] = [from[i] as Point, landed[i] as Point];
    predicted[at] = (tx - fx) * scale[0];
    predicted[at + 1] = (ty - fy) * scale[1];
  });
  return flowPck({
    predicted,
    truth: field.data.map((value, i) => value * (scale[i % 2] as number)),
  }, { imageSize: heightWidth(to), alphas, mask });
}

function mixedMatch(
  cell: Point,
  grid: Grid,
  matches: readonly Point[],
): Point {
  const { cells, shares } = cornersOf(cell, grid);
  let [x, y] = [0, 0];
  cells.forEach(([cx, cy], i) => {
    const [mx, my] = matches[cy * grid[1] + cx] as Point;
    x += (shares[i] as number) * mx;
    y += (shares[i] as number) * my;
  });
  return [x, y];
}

function gridOf({ padded }: PictureSizes, { stride }: CellRule): Grid {
  return [padded[0] / stride, padded[1] / stride];
}

function allCells([h, w]: Grid): readonly Point[] {
  return Array.from(
    { length: h * w },
    (_, i): Point => [i % w, Math.floor(i / w)],
  );
}

function cellsToStored(
  cells: readonly Point[],
  sizes: PictureSizes,
  rule: CellRule,
): readonly Point[] {
  return scaleKeypoints(cellsToResized(cells, sizes, rule), {
    from: sizes.resized,
    to: sizes.stored,
  });
}
