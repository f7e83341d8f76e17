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
 * | layout        | of `[B, C, H, W]` or `[O, I, kh, kw]`, in memory       |
 * | ------------- | ------------------------------------------------------ |
 * | `plain`       | row-major                                              |
 * | `maps`        | `[B][C / L][H][W][L]`                                  |
 * | `planes`      | four `maps`: even and odd rows by even and odd columns |
 * | `tiles`       | points of overlapping tiles, `[36][tiles of B][C]`     |
 * | `resultTiles` | points of tiles side by side, of a gradient            |
 * | `filter`      | `[O / L][I / L][kh][kw][L of I][L of O]`               |
 * | `imageFilter` | `[O / L][I][kh][kw][L of O]`, for fewer than L inputs  |
 * | `taps`        | `[kh][kw][I][O]`, for tiles                            |
 */
export type Layout =
  | "plain"
  | "maps"
  | "planes"
  | "tiles"
  | "resultTiles"
  | FilterLayout;

/** One value, or the four planes: even-even, even-odd, odd-even, odd-odd. */
export type Stored = readonly Value[];

/** Layouts of weights: those of what goes in and comes out of a session. */
export type FilterLayout = typeof FILTER_LAYOUTS[number];

/** Their names. */
export const FILTER_LAYOUTS = ["filter", "imageFilter", "taps"] as const;

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
  };
}

/** A filter in memory: `[outputBlocks][inputBlocks][taps][inputs][outputs]`. */
export interface FilterSizes {
  readonly outputBlocks: number;
  readonly inputBlocks: number;
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
  }[layout];
  return {
    outputBlocks: o / outputs,
    inputBlocks: i / inputs,
    taps: kh * kw,
    inputs,
    outputs,
  };
}

function order(
  name: string,
  sizesOf: (shape: Shape) => FilterSizes,
): MemoryOrder {
  /** Calls `visit` with the row-major place of each element in order. */
  const walk = (
    shape: Shape,
    visit: (plain: number, packed: number) => void,
  ): void => {
    const { outputBlocks, inputBlocks, taps, inputs, outputs } = sizesOf(shape);
    let packed = 0;
    for (let ob = 0; ob < outputBlocks; ob++) {
      for (let ib = 0; ib < inputBlocks; ib++) {
        for (let tap = 0; tap < taps; tap++) {
          for (let i = ib * inputs; i < (ib + 1) * inputs; i++) {
            for (let o = ob * outputs; o < (ob + 1) * outputs; o++) {
              visit((o * inputBlocks * inputs + i) * taps + tap, packed++);
            }
          }
        }
      }
    }
  };
  return {
    name,
    pack: (data, shape) => {
      const result = new Float32Array(data.length);
      walk(shape, (plain, packed) => result[packed] = data[plain]!);
      return result;
    },
    unpack: (data, shape) => {
      const result = new Float32Array(data.length);
      walk(shape, (plain, packed) => result[plain] = data[packed]!);
      return result;
    },
  };
}
