/**
 * A 3x3 convolution at stride 1 and its gradients as 36 small matrix products,
 * a quarter of the multiplications (Lavin and Gray, arXiv 1509.09308). Maps pass
 * into `tiles` and back by linear maps, so that gradients are products of the
 * same points. A cell that is not finite spoils the rows and columns of its map,
 * not its neighbours alone: zeros of a banded matrix meet it too.
 *
 * @module
 */
import type { ModelBuilder, Value } from "../../model_builder.ts";
import type { RuleTarget } from "../_rule_target.ts";
import { reshape } from "../_rows.ts";
import { isSame3x3, type Window } from "../_window.ts";
import { product, transposed } from "./_matrix.ts";
import { filterPoints } from "./_points.ts";
import { inputTilesGrad, resultMaps } from "./tiles.ts";
import { FILTER, POINTS, tilesAlong } from "./_transforms.ts";

/** Fewer channels, and moving the tiles costs what the products save. */
const FEWEST_CHANNELS = 128;

/** Fewer rows of a product, and reading its filters costs what it saves. */
const FEWEST_TILES = 32;

/** More along an axis, and most of a banded matrix is zero. */
const MOST_TILES = 8;

/** Whether a convolution and its gradients are written by tiles. */
export function hasWinograd(g: Window, block: number): boolean {
  const [rows, columns] = [tilesAlong(g.height), tilesAlong(g.width)];
  return isTileable(g, block) && Math.max(rows, columns) <= MOST_TILES &&
    g.batch * rows * columns >= FEWEST_TILES;
}

/** Whether tiles can do a convolution, and have the channels to be worth it. */
export function isTileable(g: Window, block: number): boolean {
  return isSame3x3(g, block) &&
    Math.min(g.channels, g.filters) >= FEWEST_CHANNELS;
}

/** Operands of {@linkcode winogradConv}. */
export interface WinogradConvInputs {
  /** `tiles`. */
  readonly x: Value;
  /** `taps`. */
  readonly w: Value;
}

/** Writes `conv(x, w)`: in `tiles`, out `maps`. */
export function winogradConv(
  target: RuleTarget,
  { x, w }: WinogradConvInputs,
  g: Window,
): Value {
  const { model } = target;
  const tiles = model.op("MatMul", [x, pointMatrices(model, w, g)]);
  return resultMaps(target, tiles, { ...g, channels: g.filters });
}

/** Writes the gradient by the input: in `resultTiles` of `dy`, out `maps`. */
export function winogradInputGrad(
  target: RuleTarget,
  { dy, w }: { readonly dy: Value; readonly w: Value },
  g: Window,
): Value {
  const { model } = target;
  const tiles = fusedMatMul(model, [dy, pointMatrices(model, w, g)], {
    transB: 1,
  });
  return inputTilesGrad(target, tiles, g);
}

/** Writes the gradient by the filter: in `tiles` of `x` and `resultTiles` of `dy`, out `taps`. */
export function winogradFilterGrad(
  { model }: RuleTarget,
  { x, dy }: { readonly x: Value; readonly dy: Value },
  { channels, filters, kh, kw }: Window,
): Value {
  const points = fusedMatMul(model, [x, dy], { transA: 1 });
  const flat = reshape(model, points, [POINTS * POINTS, channels * filters]);
  const taps = product(model, transposed(FILTER), flat);
  return reshape(model, taps, [filters, channels, kh, kw]);
}

/** `[36][I][O]` of `taps`. */
function pointMatrices(
  model: ModelBuilder,
  w: Value,
  { channels, filters }: Window,
): Value {
  return filterPoints(model, w, {
    matrix: FILTER,
    shape: [POINTS * POINTS, channels, filters],
  });
}

/** A product that reads one factor transposed. */
function fusedMatMul(
  model: ModelBuilder,
  factors: readonly Value[],
  transposes: { readonly transA?: number; readonly transB?: number },
): Value {
  return model.op(
    "FusedMatMul",
    factors,
    transposes as Readonly<Record<string, number>>,
    "com.microsoft",
  );
}
