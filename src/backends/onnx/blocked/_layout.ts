/**
 * The orders in which the blocked lowering keeps tensors. `L` is the length of
 * a block: as many floats as ONNX Runtime's convolutions take at once.
 *
 * @module
 */
import type { MemoryOrder } from "../memory_order.ts";

/**
 * | layout        | of `[B, C, H, W]` or `[O, I, kh, kw]`, in memory       |
 * | ------------- | ------------------------------------------------------ |
 * | `plain`       | row-major                                              |
 * | `maps`        | `[B][C / L][H][W][L]`                                  |
 * | `planes`      | four `maps`: even and odd rows by even and odd columns |
 * | `filter`      | `[O / L][I / L][kh][kw][L of I][L of O]`               |
 * | `imageFilter` | `[O / L][I][kh][kw][L of O]`, for fewer than L inputs  |
 */
export type Layout = "plain" | "maps" | "planes" | FilterLayout;

/** Layouts of weights: those of what goes in and comes out of a session. */
export type FilterLayout = "filter" | "imageFilter";

/** The memory orders of weights, by layout. */
export type FilterOrders = Readonly<Record<FilterLayout, MemoryOrder>>;

/** The memory orders of weights in blocks of `block`. */
export function filterOrders(block: number): FilterOrders {
  return {
    filter: order(`filter${block}`, block, block),
    imageFilter: order(`imageFilter${block}`, 1, block),
  };
}

/** Blocks of `inputs` input and `outputs` output channels. */
function order(name: string, inputs: number, outputs: number): MemoryOrder {
  /** Calls `visit` with the row-major place of each element in order. */
  const walk = (
    [o, i, kh, kw]: readonly number[],
    visit: (plain: number, packed: number) => void,
  ): void => {
    const taps = kh! * kw!;
    let packed = 0;
    for (let ob = 0; ob < o!; ob += outputs) {
      for (let ib = 0; ib < i!; ib += inputs) {
        for (let tap = 0; tap < taps; tap++) {
          for (let input = ib; input < ib + inputs; input++) {
            for (let output = ob; output < ob + outputs; output++) {
              visit((output * i! + input) * taps + tap, packed++);
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
