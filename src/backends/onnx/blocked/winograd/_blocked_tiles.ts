/**
 * Between `maps` and `blockedTiles`, `[6 x 6 points][C / L][tiles of B][L]` in
 * memory: at each point a map in blocks whose cells are the tiles of the batch.
 *
 * @module
 */
import type { Value } from "../../model_builder.ts";
import type { RuleTarget } from "../_conv.ts";
import { gatherRows, reshape, rowOrder } from "../_rows.ts";
import { product } from "./_matrix.ts";
import type { MapSizes } from "./_tiles.ts";
import { CELLS, INPUT, OUTPUT, POINTS, tilesAlong } from "./_transforms.ts";

/** Overlapping tiles of what a filter slides over: in `maps`, out `blockedTiles`. */
export function inputBlockedTiles(
  { model, block }: RuleTarget,
  maps: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const blocks = channels / block;
  const count = batch * blocks * height * width;
  const cells = rowOrder(
    [POINTS, POINTS, rows, columns],
    (down, across, row, column) => {
      const [y, x] = [row * CELLS + down - 1, column * CELLS + across - 1];
      const isBeside = y < 0 || y >= height || x < 0 || x >= width;
      return isBeside ? BESIDE : y * width + x;
    },
  );
  const starts = rowOrder(
    [blocks, batch],
    (b, image) => (image * blocks + b) * height * width,
  );
  const windows = gatherRows(model, maps, {
    length: block,
    count,
    order: placesFrom(starts, cells, { run: rows * columns, beside: count }),
    shape: [POINTS * POINTS, channels * batch * rows * columns],
  });
  return reshape(model, product(model, INPUT, windows), [
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
  const places = batch * rows * columns;
  const points = reshape(model, tiles, [POINTS * POINTS, channels * places]);
  const cells = rowOrder([height, width], (y, x) => {
    const cell = y % CELLS * CELLS + x % CELLS;
    const tile = Math.floor(y / CELLS) * columns + Math.floor(x / CELLS);
    return cell * blocks * places + tile;
  });
  const starts = rowOrder(
    [batch, blocks],
    (image, b) => (b * batch + image) * rows * columns,
  );
  return gatherRows(model, product(model, OUTPUT, points), {
    length: block,
    count: CELLS * CELLS * blocks * places,
    order: placesFrom(starts, cells, { run: height * width }),
    shape: [batch, channels, height, width],
  });
}

/** Stands for a cell beside the map. */
const BESIDE = -1;

/**
 * Each run of `cells` from each of `starts`: `[runs][starts][run]`. The places
 * of a map are those of every other, and to ask for each takes longer.
 */
function placesFrom(
  starts: Int32Array,
  cells: Int32Array,
  { run, beside = 0 }: { readonly run: number; readonly beside?: number },
): Int32Array {
  const places = new Int32Array(starts.length * cells.length);
  let at = 0;
  for (let first = 0; first < cells.length; first += run) {
    for (const start of starts) {
      for (let i = first; i < first + run; i++) {
        const cell = cells[i]!;
        places[at++] = cell === BESIDE ? beside : start + cell;
      }
    }
  }
  return places;
}
