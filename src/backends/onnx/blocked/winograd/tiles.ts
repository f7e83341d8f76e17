/**
 * Between `maps` and points of tiles, `[6 x 6 points][tile rows x tile columns]
 * [B][C]` in memory: at each point a matrix whose rows are the tiles of the
 * batch. Tiles of a result lie side by side: their cells become points by one
 * product. Those of an input overlap: either axis is transformed by a product
 * with a banded matrix, in an order `[H][W][B][C]`.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../../model_builder.ts";
import type { RuleTarget } from "../_rule_target.ts";
import { gatherRows, reshape, rowOrder } from "../_rows.ts";
import type { Window } from "../_window.ts";
import { type Matrix, product, transposed } from "./_matrix.ts";
import { CELLS, inputBand, OUTPUT, POINTS, tilesAlong } from "./_transforms.ts";

/** Shape of maps, `[B, C, H, W]`. */
export type MapSizes = Pick<Window, "batch" | "channels" | "height" | "width">;

/** Overlapping tiles of what a filter slides over: in `maps`, out `tiles`. */
export function inputTiles(
  { model, block }: RuleTarget,
  maps: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const lanes = batch * channels;
  const count = lanes / block * height * width;
  const cells = gatherRows(model, maps, {
    length: block,
    count,
    order: rowOrder(
      [height * width, lanes / block],
      (cell, map) => map * height * width + cell,
    ),
    shape: [height, width * lanes],
  });
  const down = product(model, inputBand(height), cells);
  const across = product(
    model,
    inputBand(width),
    reshape(model, down, [POINTS * rows, width, lanes]),
  );
  const points = model.op("Transpose", [
    reshape(model, across, [POINTS, rows, POINTS, columns * lanes]),
  ], { perm: [0, 2, 1, 3] });
  return reshape(model, points, [
    POINTS * POINTS,
    rows * columns * batch,
    channels,
  ]);
}

/** The gradient by what {@linkcode inputTiles} reads: in `tiles`, out `maps`. */
export function inputTilesGrad(
  { model, block }: RuleTarget,
  dx: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const lanes = batch * channels;
  const lines = model.op("Transpose", [
    reshape(model, dx, [POINTS, POINTS, rows, columns * lanes]),
  ], { perm: [0, 2, 1, 3] });
  const across = product(
    model,
    transposed(inputBand(width)),
    reshape(model, lines, [POINTS * rows, POINTS * columns, lanes]),
  );
  const cells = product(
    model,
    transposed(inputBand(height)),
    reshape(model, across, [POINTS * rows, width * lanes]),
  );
  const maps = lanes / block;
  return gatherRows(model, cells, {
    length: block,
    count: maps * height * width,
    order: rowOrder([maps, height * width], (map, cell) => cell * maps + map),
    shape: [batch, channels, height, width],
  });
}

/** The result that points of tiles stand for: in `tiles`, out `maps`. */
export function resultMaps(
  { model, block }: RuleTarget,
  tiles: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const cells = transformed(model, OUTPUT, tiles, [
    rows * columns * batch,
    channels,
  ]);
  const maps = batch * channels / block;
  return gatherRows(model, cells, {
    length: block,
    count: CELLS * CELLS * rows * columns * maps,
    order: rowOrder([maps, height, width], (map, y, x) => {
      const cell = y % CELLS * CELLS + x % CELLS;
      const tile = Math.floor(y / CELLS) * columns + Math.floor(x / CELLS);
      return (cell * rows * columns + tile) * maps + map;
    }),
    shape: [batch, channels, height, width],
  });
}

/** The gradient by what {@linkcode resultMaps} reads: in `maps`, out `tiles`. */
export function resultMapsGrad(
  { model, block }: RuleTarget,
  dy: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const maps = batch * channels / block;
  const count = maps * height * width;
  const shape = [rows * columns * batch, channels] as const;
  const cells = gatherRows(model, dy, {
    length: block,
    count,
    order: rowOrder(
      [CELLS, CELLS, rows, columns, maps],
      (cellRow, cellColumn, row, column, map) => {
        const [y, x] = [row * CELLS + cellRow, column * CELLS + cellColumn];
        const isMissing = y >= height || x >= width;
        return isMissing ? count : (map * height + y) * width + x;
      },
    ),
    shape: [CELLS * CELLS, ...shape],
  });
  return transformed(model, transposed(OUTPUT), cells, shape);
}

/** `matrix` times `[columns of it][shape]`: `[rows of it][shape]`. */
function transformed(
  model: ModelBuilder,
  matrix: Matrix,
  x: Value,
  shape: readonly [tiles: number, channels: number],
): Value {
  const flat = reshape(model, x, [matrix[0]!.length, shape[0] * shape[1]]);
  const y = product(model, matrix, flat);
  return reshape(model, y, [matrix.length, ...shape]);
}
