/**
 * A 3x3 convolution at stride 1 by constant filters: its 36 small products are
 * one convolution of 1x1 filters in 36 groups, over tiles in blocks. That reads
 * filters as they lie in the model, where a matrix product would pack them anew
 * in every run. A cell that is not finite spoils the tiles that read it, all of
 * their cells.
 *
 * @module
 */
import type { Value } from "../../model_builder.ts";
import { convolution } from "../_conv.ts";
import type { RuleTarget } from "../_rule_target.ts";
import type { Window } from "../_window.ts";
import { blockedResultMaps } from "./blocked_tiles.ts";
import { biasPoints, filterPoints } from "./_points.ts";
import { BIAS, FILTER, POINTS, tilesAlong } from "./_transforms.ts";
import { isTileable } from "./winograd.ts";

/** Fewer, and reading 36 filters for nine costs what tiles save. */
const FEWEST_TILES = 16;

/** Whether a convolution by a constant filter can be written by groups. */
export function hasGroupedWinograd(g: Window, block: number): boolean {
  const tiles = g.batch * tilesAlong(g.height) * tilesAlong(g.width);
  return isTileable(g, block) && tiles >= FEWEST_TILES;
}

/** Operands of {@linkcode groupedWinogradConv}. */
export interface GroupedConvInputs {
  /** `blockedTiles`. */
  readonly x: Value;
  /** `blockedTaps`. */
  readonly w: Value;
  /** `[O]`. */
  readonly bias?: Value | undefined;
}

/** Writes `conv(x, w) + bias`: in `blockedTiles` and `blockedTaps`, out `maps`. */
export function groupedWinogradConv(
  target: RuleTarget,
  { x, w, bias }: GroupedConvInputs,
  g: Window,
): Value {
  const { model } = target;
  const groups = POINTS * POINTS;
  // In memory `[36][O / L][I][L of O]`.
  const filters = filterPoints(model, w, {
    matrix: FILTER,
    shape: [groups * g.filters, g.channels, 1, 1],
  });
  const tiles = convolution(model, {
    x,
    w: filters,
    bias: bias && biasPoints(model, bias, BIAS),
  }, { kernel_shape: [1, 1], group: groups });
  return blockedResultMaps(target, tiles, { ...g, channels: g.filters });
}
