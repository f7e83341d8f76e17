import type { Backend } from "../backends/backend.ts";
import { axes } from "./_shape.ts";
import { OptionError } from "./errors.ts";
import { nearestNeighbor } from "./nearest_neighbor.ts";
import { softArgmax } from "./soft_argmax.ts";
import type { SoftmaxMapOptions } from "./softmax_map.ts";

/**
 * What scores outside the window become: `masked` multiplies them by 0, so
 * that they still take part in the softmax; `cropped` leaves them out of it.
 */
export type WindowKind = "masked" | "cropped";

/** Options of {@linkcode windowSoftArgmax}. */
export interface WindowSoftArgmaxOptions<T> extends SoftmaxMapOptions<T> {
  /** Cells the square window reaches to each side, a whole number >= 0; 7 is 15 × 15. */
  readonly radiusCells: number;
  /** What scores outside the window become. */
  readonly outside: WindowKind;
}

/** Stands for minus infinity: far below any score, and 0 times it is 0. */
const EXCLUDED = -1e9;

/**
 * Expected position inside a square window around the highest cell
 * `n*` (the lowest index on a tie) of each map:
 * `Σ_n φ(M' / β)[n] (x_n, y_n)`, `M' = M` where `|x - x*| <= r` and
 * `|y - y*| <= r`.
 *
 * `masked` (GeoAware) sets `M' = 0` elsewhere: where the peak is low the many
 * zeros pull towards the centre of the map. `cropped` gives what lies outside
 * no probability at all. A window that crosses the border is cut off there.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`, scores with or without their temperature, above
 *   -1e8.
 * @param options Window, and the temperature still to apply.
 * @returns `[B, K, 2]`, (x, y) in cells.
 * @throws {ShapeError} If `maps` is not of rank 4.
 * @throws {OptionError} If an option lies outside its range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend, windowSoftArgmax } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([2, 2, 0, 0, 1.9], [1, 1, 1, 5]);
 * const point = windowSoftArgmax(backend, maps, {
 *   radiusCells: 1,
 *   outside: "cropped",
 * });
 * const [xy] = await backend.read([point]);
 * deepStrictEqual([...xy!], [0.5, 0]); // the far 1.9 does not pull
 * ```
 */
export function windowSoftArgmax<T>(
  backend: Backend<T>,
  maps: T,
  options: WindowSoftArgmaxOptions<T>,
): T {
  const fn = "windowSoftArgmax";
  const { radiusCells, outside } = options;
  if (!(Number.isInteger(radiusCells) && radiusCells >= 0)) {
    const wanted = "a whole number >= 0";
    throw new OptionError(fn, "radiusCells", wanted, radiusCells);
  }
  if (outside !== "masked" && outside !== "cropped") {
    throw new OptionError(fn, "outside", "masked or cropped", outside);
  }
  const shape = backend.shape(maps);
  const [b, k, h, w] = axes(fn, "maps", shape, ["B", "K", "h", "w"]);
  const peak = nearestNeighbor(backend, maps);
  const near = (axis: number, cells: number): T => {
    const center = backend.slice(peak, [0, 0, axis], [b, k, 1]);
    const indices = Float64Array.from({ length: cells }, (_, i) => i);
    const distance = backend.abs(
      backend.sub(backend.constant(indices, [cells]), center),
    );
    // Distances are whole numbers, so half a cell decides.
    return backend.step(backend.sub(radiusCells + 0.5, distance));
  };
  const inside = backend.mul(
    backend.reshape(near(1, h), [b, k, h, 1]),
    backend.reshape(near(0, w), [b, k, 1, w]),
  );
  const windowed = outside === "masked"
    ? backend.mul(maps, inside)
    : backend.where(inside, maps, EXCLUDED);
  return softArgmax(backend, windowed, options);
}
