/**
 * The values of a graph in the layouts in which they are wanted, each written
 * once.
 *
 * @module
 */
import type { Shape } from "../../backend.ts";
import type { OnnxTensor } from "../graph.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";
import {
  FILTER_LAYOUTS,
  type FilterLayout,
  filterSizes,
  isFilterLayout,
  type Layout,
  type Stored,
} from "./_layout.ts";
import { blockedOp, reshape } from "./_rows.ts";
import { inputBlockedTiles } from "./winograd/blocked_tiles.ts";
import { inputTiles, resultMapsGrad } from "./winograd/tiles.ts";

type Rank4 = readonly [number, number, number, number];

/** Values by node and layout. */
export interface LayoutValues {
  /** Keeps what was written for `x`. */
  set(x: OnnxTensor, layout: Layout, stored: Stored): void;
  /** Layouts in which `x` is there without another operation. */
  has(x: OnnxTensor, layout: Layout): boolean;
  /** `x` in a layout of one value, reordered where it must be. */
  get(x: OnnxTensor, layout: Exclude<Layout, "planes">): Value;
  /** The four planes of `x`, which must be there. */
  planes(x: OnnxTensor): Stored;
}

/** Starts without values; keys are canonical nodes. */
export function layoutValues(
  model: ModelBuilder,
  block: number,
): LayoutValues {
  const known = new Map<OnnxTensor, Map<Layout, Stored>>();
  const layoutsOf = (x: OnnxTensor): Map<Layout, Stored> => {
    const layouts = known.get(x) ?? new Map<Layout, Stored>();
    known.set(x, layouts);
    return layouts;
  };
  const get = (x: OnnxTensor, layout: Exclude<Layout, "planes">): Value => {
    const layouts = layoutsOf(x);
    const found = layouts.get(layout);
    if (found !== undefined) return found[0]!;
    const value = isFilterLayout(layout)
      ? packFilter(model, get(x, "plain"), { shape: x.shape, layout, block })
      : conversions[layout](x);
    layouts.set(layout, [value]);
    return value;
  };
  const toMaps = (x: OnnxTensor): Value => {
    const planes = layoutsOf(x).get("planes");
    return planes === undefined
      ? blockedOp(model, "ReorderInput", [get(x, "plain")])
      : interleave(model, planes, { shape: x.shape, block });
  };
  const toTiles = (write: typeof inputTiles) => (x: OnnxTensor): Value => {
    const [batch, channels, height, width] = x.shape as Rank4;
    const sizes = { batch, channels, height, width };
    return write({ model, block }, get(x, "maps"), sizes);
  };
  const toPlain = (x: OnnxTensor): Value => {
    const layouts = layoutsOf(x);
    for (const layout of FILTER_LAYOUTS) {
      const [packed] = layouts.get(layout) ?? [];
      if (packed === undefined) continue;
      return unpackFilter(model, packed, { shape: x.shape, layout, block });
    }
    const channels = x.shape[1]!;
    return blockedOp(model, "ReorderOutput", [get(x, "maps")], { channels });
  };
  const conversions = {
    plain: toPlain,
    maps: toMaps,
    tiles: toTiles(inputTiles),
    blockedTiles: toTiles(inputBlockedTiles),
    resultTiles: toTiles(resultMapsGrad),
  };
  return {
    set: (x, layout, stored) => layoutsOf(x).set(layout, stored),
    has: (x, layout) => layoutsOf(x).has(layout),
    get,
    planes: (x) => layoutsOf(x).get("planes")!,
  };
}

/** Maps that four planes make. */
export interface InterleavedMaps {
  /** `[B, C, H, W]`. */
  readonly shape: Shape;
  /** Floats of a block. */
  readonly block: number;
}

/** Four planes `[B, C, H / 2, W / 2]` to maps. */
export function interleave(
  model: ModelBuilder,
  planes: Stored,
  { shape, block }: InterleavedMaps,
): Value {
  const [batch, channels, height, width] = shape as Rank4;
  const lines = batch * channels / block * (height / 2);
  const pair = (a: Value, b: Value, rows: number, length: number): Value =>
    model.op(
      "Concat",
      [a, b].map((x) => reshape(model, x, [rows, 1, length])),
      { axis: 1 },
    );
  const [even, odd] = [0, 2].map((i) =>
    pair(planes[i]!, planes[i + 1]!, lines * width / 2, block)
  );
  return reshape(model, pair(even!, odd!, lines, width * block), shape);
}

interface Packing {
  readonly shape: Shape;
  readonly layout: FilterLayout;
  readonly block: number;
}

/** Row-major filters into blocks. */
function packFilter(model: ModelBuilder, x: Value, packing: Packing): Value {
  const { shape, layout, block } = packing;
  const sizes = filterSizes(layout, shape, block);
  const { leadingTaps, outputBlocks, inputBlocks, taps, inputs, outputs } =
    sizes;
  const outer = [outputBlocks, outputs, inputBlocks, inputs];
  const split = reshape(model, x, [...outer, leadingTaps, taps]);
  const packed = model.op("Transpose", [split], { perm: [4, 0, 2, 5, 3, 1] });
  return reshape(model, packed, shape);
}

/** Blocks of filters into row-major ones. */
function unpackFilter(model: ModelBuilder, x: Value, packing: Packing): Value {
  const { shape, layout, block } = packing;
  const sizes = filterSizes(layout, shape, block);
  const { leadingTaps, outputBlocks, inputBlocks, taps, inputs, outputs } =
    sizes;
  const outer = [leadingTaps, outputBlocks, inputBlocks];
  const split = reshape(model, x, [...outer, taps, inputs, outputs]);
  const plain = model.op("Transpose", [split], { perm: [1, 5, 2, 4, 0, 3] });
  return reshape(model, plain, shape);
}
