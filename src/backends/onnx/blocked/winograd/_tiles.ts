/**
 * Between `maps` and points of tiles, `[6 x 6 points][tile rows x tile columns]
 * [B][C]` in memory: at each point a matrix whose rows are the tiles of the
 * batch. Either axis is transformed by a product with a banded matrix, in an
 * order `[H][W][B][C]` in which neither product needs a copy.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../../model_builder.ts";
import type { RuleTarget } from "../_conv.ts";
import { gatherRows, reshape, rowOrder } from "../_rows.ts";
import { product, transposed } from "./_matrix.ts";
import { inputBand, outputBand, POINTS, tilesAlong } from "./_transforms.ts";

/** Shape of maps, `[B, C, H, W]`. */
export interface MapSizes {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** A banded matrix of an axis of `length` cells. */
type Band = typeof inputBand;

/** Overlapping tiles of what a filter slides over: in `maps`, out `tiles`. */
export function inputTiles(
  target: RuleTarget,
  x: Value,
  sizes: MapSizes,
): Value {
  return toPoints(target, x, { sizes, band: inputBand });
}

/** The gradient by what {@linkcode inputTiles} reads: in `tiles`, out `maps`. */
export function inputTilesGrad(
  target: RuleTarget,
  dx: Value,
  sizes: MapSizes,
): Value {
  const band = (length: number) => transposed(inputBand(length));
  return toMaps(target, toCells(target.model, dx, { sizes, band }), sizes);
}

/** The result that points of tiles stand for, plus a bias `[C]`: in `tiles`, out `maps`. */
export function resultMaps(
  target: RuleTarget,
  { tiles, bias }: { readonly tiles: Value; readonly bias?: Value | undefined },
  sizes: MapSizes,
): Value {
  const { model } = target;
  const cells = toCells(model, tiles, { sizes, band: outputBand });
  const biased = bias ? model.op("Add", [cells, bias]) : cells;
  return toMaps(target, biased, sizes);
}

/** The gradient by what {@linkcode resultMaps} reads: in `maps`, out `tiles`. */
export function resultMapsGrad(
  target: RuleTarget,
  dy: Value,
  sizes: MapSizes,
): Value {
  const band = (length: number) => transposed(outputBand(length));
  return toPoints(target, dy, { sizes, band });
}

interface Transform {
  readonly sizes: MapSizes;
  readonly band: Band;
}

/** Rows, then columns, then points before tiles. */
function toPoints(
  { model, block }: RuleTarget,
  maps: Value,
  { sizes, band }: Transform,
): Value {
  const { batch, channels, height, width } = sizes;
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
  const down = product(model, band(height), cells);
  const across = product(
    model,
    band(width),
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

/** The way back, to `[H][W][B][C]`. */
function toCells(
  model: ModelBuilder,
  tiles: Value,
  { sizes: { batch, channels, height, width }, band }: Transform,
): Value {
  const [rows, columns] = [tilesAlong(height), tilesAlong(width)];
  const lanes = batch * channels;
  const lines = model.op("Transpose", [
    reshape(model, tiles, [POINTS, POINTS, rows, columns * lanes]),
  ], { perm: [0, 2, 1, 3] });
  const across = product(
    model,
    band(width),
    reshape(model, lines, [POINTS * rows, POINTS * columns, lanes]),
  );
  const down = product(
    model,
    band(height),
    reshape(model, across, [POINTS * rows, width * lanes]),
  );
  return reshape(model, down, [height, width, batch, channels]);
}

/** `[H][W][B][C]` to maps. */
function toMaps(
  { model, block }: RuleTarget,
  cells: Value,
  { batch, channels, height, width }: MapSizes,
): Value {
  const maps = batch * channels / block;
  return gatherRows(model, cells, {
    length: block,
    count: maps * height * width,
    order: rowOrder([maps, height * width], (map, cell) => cell * maps + map),
    shape: [batch, channels, height, width],
  });
}
