/**
 * Between `maps` and `blockedTiles`, `[6 x 6 points][C / L][tiles of B][L]` in
 * memory: at each point a map in blocks whose cells are the tiles of the batch.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../../model_builder.ts";
import type { RuleTarget } from "../_rule_target.ts";
import { reshape, rowOrder } from "../_rows.ts";
import { product } from "./_matrix.ts";
import type { MapSizes } from "./tiles.ts";
import { CELLS, INPUT, OUTPUT, POINTS, tilesAlong } from "./_transforms.ts";

/** Overlapping tiles of what a filter slides over: in `maps`, out `blockedTiles`. */
export function inputBlockedTiles(
  { model, block }: RuleTarget,
  maps: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const blocks = channels / block;
  const area = height * width;
  // A row of zeros behind each map stands for the padding around it.
  const zeros = [batch * blocks, 1, block];
  const padded = model.op("Concat", [
    reshape(model, maps, [batch * blocks, area, block]),
    model.floats(new Float32Array(batch * channels), zeros),
  ], { axis: 1 });
  const windows = gatherRuns(
    model,
    reshape(model, padded, [batch * blocks * (area + 1), block]),
    {
      starts: rowOrder(
        [blocks, batch],
        (b, image) => (image * blocks + b) * (area + 1),
      ),
      runs: rowOrder(
        [POINTS, POINTS, rows, columns],
        (down, across, row, column) => {
          const y = row * CELLS + down - 1;
          const x = column * CELLS + across - 1;
          const isBeside = y < 0 || y >= height || x < 0 || x >= width;
          return isBeside ? area : y * width + x;
        },
      ),
      length: rows * columns,
    },
  );
  const numbers = channels * batch * rows * columns;
  const flat = reshape(model, windows, [POINTS * POINTS, numbers]);
  return reshape(model, product(model, INPUT, flat), [
    1,
    POINTS * POINTS * channels,
    batch * rows,
    columns,
  ]);
}

/** The result that points of tiles stand for: in `blockedTiles`, out `maps`. */
export function blockedResultMaps(
  { model, block }: RuleTarget,
  tiles: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const blocks = channels / block;
  const count = batch * rows * columns;
  const points = reshape(model, tiles, [POINTS * POINTS, channels * count]);
  const cells = reshape(model, product(model, OUTPUT, points), [
    CELLS * CELLS * blocks * count,
    block,
  ]);
  const maps = gatherRuns(model, cells, {
    starts: rowOrder(
      [batch, blocks],
      (image, b) => (b * batch + image) * rows * columns,
    ),
    runs: rowOrder([height, width], (y, x) => {
      const cell = y % CELLS * CELLS + x % CELLS;
      const tile = Math.floor(y / CELLS) * columns + Math.floor(x / CELLS);
      return cell * blocks * count + tile;
    }),
    length: height * width,
  });
  return reshape(model, maps, [batch, channels, height, width]);
}

/** Which rows {@linkcode gatherRuns} reads. */
interface RowRuns {
  /** First rows. */
  readonly starts: Int32Array;
  /** Runs of `length` rows, counted from a first one. */
  readonly runs: Int32Array;
  readonly length: number;
}

/**
 * Copies runs of rows: `[runs][starts][length]`. Their numbers, `start + row`,
 * are added in the model, which holds two short lists in place of all sums.
 */
function gatherRuns(
  model: ModelBuilder,
  x: Value,
  { starts, runs, length }: RowRuns,
): Value {
  const order = model.op("Add", [
    reshape(model, model.indices(starts), [starts.length, 1]),
    reshape(model, model.indices(runs), [runs.length / length, 1, length]),
  ]);
  return model.op("Gather", [x, order], { axis: 0 });
}
