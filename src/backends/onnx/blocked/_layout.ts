/**
 * The orders in which the blocked lowering keeps tensors. `L` is the length of
 * a block: as many floats as ONNX Runtime's convolutions take at once.
 *
 * @module
 */
import type { Shape } from "../../backend.ts";
import type { MemoryOrder } from "../memory_order.ts";
import type { Value } from "../model_builder.ts";

/**
 * | layout         | of `[B, C, H, W]` or `[O, I, kh, kw]`, in memory       |
 * | -------------- | ------------------------------------------------------ |
 * | `plain`        | row-major                                              |
 * | `maps`         | `[B][C / L][H][W][L]`                                  |
 * | `planes`       | four `maps`: even and odd rows by even and odd columns |
 * | `tiles`        | points of overlapping tiles, `[36][tiles of B][C]`     |
 * | `blockedTiles` | the same in blocks, `[36][C / L][tiles of B][L]`       |
 * | `resultTiles`  | points of tiles side by side, of a gradient            |
 * | `filter`       | `[O / L][I / L][kh][kw][L of I][L of O]`               |
 * | `imageFilter`  | `[O / L][I][kh][kw][L of O]`, for fewer than L inputs  |
 * | `taps`         | `[kh][kw][I][O]`, for `tiles`                          |
 * | `blockedTaps`  | `[kh][kw][O / L][I][L of O]`, for `blockedTiles`       |
 * | `stripTaps`    | `[kh][O / L][I / L][kw][L of I][L of O]`, for strips   |
 */
export type Layout =
  | "plain"
  | "maps"
  | "planes"
  | "tiles"
  | "blockedTiles"
  | "resultTiles"
  | FilterLayout;

/** One value, or the four planes: even-even, even-odd, odd-even, odd-odd. */
export type Stored = readonly Value[];

/** Layouts of weights: those of what goes in and comes out of a session. */
export type FilterLayout = typeof FILTER_LAYOUTS[number];

/** Their names. */
export const FILTER_LAYOUTS = [
  "filter",
  "imageFilter",
  "taps",
  "blockedTaps",
  "stripTaps",
] as const;

/** Whether weights go in and come out in this layout. */
export function isFilterLayout(layout: Layout): layout is FilterLayout {
  return FILTER_LAYOUTS.some((filter) => filter === layout);
}

/** The memory orders of weights, by layout. */
export type FilterOrders = Readonly<Record<FilterLayout, MemoryOrder>>;

/** The memory orders of weights in blocks of `block`. */
export function filterOrders(block: number): FilterOrders {
  const orderOf = (layout: FilterLayout): MemoryOrder =>
    order(`${layout}${block}`, (shape) => filterSizes(layout, shape, block));
  return {
    filter: orderOf("filter"),
    imageFilter: orderOf("imageFilter"),
    taps: orderOf("taps"),
    blockedTaps: orderOf("blockedTaps"),
    stripTaps: orderOf("stripTaps"),
  };
}

/**
 * A filter in memory:
 * `[leadingTaps][outputBlocks][inputBlocks][taps][inputs][outputs]`.
 */
export interface FilterSizes {
  /** Taps that are the outermost axis: all, their rows, or 1. */
  readonly leadingTaps: number;
  readonly outputBlocks: number;
  readonly inputBlocks: number;
  /** The rest of them, within blocks. */
  readonly taps: number;
  /** Inputs of a block. */
  readonly inputs: number;
  /** Outputs of a block. */
  readonly outputs: number;
}

/** How a filter of `shape` lies in memory. */
export function filterSizes(
  layout: FilterLayout,
  shape: Shape,
  block: number,
): FilterSizes {
  const [o, i, kh, kw] = shape as readonly [number, number, number, number];
  const [outputs, inputs] = {
    filter: [block, block] as const,
    imageFilter: [block, 1] as const,
    taps: [o, i] as const,
    blockedTaps: [block, i] as const,
    stripTaps: [block, block] as const,
  }[layout];
  const leadingTaps = layout === "blockedTaps"
    ? kh * kw
    : layout === "stripTaps"
    ? kh
    : 1;
  return {
    leadingTaps,
    outputBlocks: o / outputs,
    inputBlocks: i / inputs,
    taps: kh * kw / leadingTaps,
    inputs,
    outputs,
  };
}

function order(
  name: string,
  sizesOf: (shape: Shape) => FilterSizes,
): MemoryOrder {
  return {
    name,
    pack: (data, shape) => moved(data, sizesOf(shape), true),
    unpack: (data, shape) => moved(data, sizesOf(shape), false),
  };
}

/** A filter from row-major to packed, or back. */
function moved(
  data: Float32Array,
  sizes: FilterSizes,
  isPacking: boolean,
): Float32Array {
  const { leadingTaps, outputBlocks, inputBlocks, inputs, outputs } = sizes;
  const taps = leadingTaps * sizes.taps;
  const blockSize = inputs * outputs;
  const channels = inputBlocks * inputs;
  const tapSize = outputBlocks * outputs * channels;
  const rowStride = channels * taps;
  const result = new Float32Array(data.length);
  for (let ob = 0; ob < outputBlocks; ob++) {
    for (let i = 0; i < channels; i++) {
      const ib = Math.floor(i / inputs);
      const row = (ob * inputBlocks + ib) * sizes.taps * blockSize +
        (i - ib * inputs) * outputs;
      const first = ob * outputs * rowStride + i * taps;
      // Outputs run fastest, so that whole lines of the packed side are met.
      for (let tap = 0; tap < taps; tap++) {
        const leading = Math.floor(tap / sizes.taps);
        let packed = row + leading * sizes.taps * tapSize +
          (tap - leading * sizes.taps) * blockSize;
        const end = packed + outputs;
        let plain = first + tap;
        if (isPacking) {
          for (; packed < end; packed++, plain += rowStride) {
            result[packed] = data[plain]!;
          }
        } else {
          for (; packed < end; packed++, plain += rowStride) {
            result[plain] = data[packed]!;
          }
        }
      }
    }
  }
  return result;
}
