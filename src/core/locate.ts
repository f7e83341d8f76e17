import type { Backend } from "../backends/backend.ts";
import { OptionError } from "./errors.ts";
import { kernelSoftArgmax } from "./kernel_soft_argmax.ts";
import { nearestNeighbor } from "./nearest_neighbor.ts";
import { softArgmax } from "./soft_argmax.ts";
import type { SoftmaxMapOptions } from "./softmax_map.ts";
import { type WindowKind, windowSoftArgmax } from "./window_soft_argmax.ts";

/** How a point is read from a score map: one of four functions and its width. */
export type Localizer =
  | {
    /** {@linkcode nearestNeighbor}: the highest cell. */
    readonly kind: "nearestNeighbor";
  }
  | {
    /** {@linkcode softArgmax}: the mean over all cells. */
    readonly kind: "softArgmax";
  }
  | {
    /** {@linkcode kernelSoftArgmax}: the paper's. */
    readonly kind: "kernelSoftArgmax";
    /** Standard deviation of the kernel in cells, > 0. */
    readonly sigmaCells: number;
  }
  | {
    /** {@linkcode windowSoftArgmax}. */
    readonly kind: "windowSoftArgmax";
    /** Cells the window reaches to each side. */
    readonly radiusCells: number;
    /** What scores outside the window become. */
    readonly outside: WindowKind;
  };

/** Options of {@linkcode locate}. */
export interface LocateOptions<T> extends SoftmaxMapOptions<T> {
  /** How the point is read; a choice that published numbers differ in. */
  readonly localizer: Localizer;
}

/**
 * The match of each map by the localiser that plain data names, so that a
 * configuration can hold it.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param maps `[B, K, h, w]`.
 * @param options Localiser and temperature; the nearest neighbour needs none.
 * @returns `[B, K, 2]`, (x, y) in cells.
 * @throws {ShapeError} If `maps` is not of rank 4.
 * @throws {OptionError} If the localiser is unknown or its width out of range.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { locate, referenceBackend } from "@simsc/core";
 *
 * const backend = referenceBackend();
 * const maps = backend.tensor([0, 3, 1], [1, 1, 1, 3]);
 * const point = locate(backend, maps, { localizer: { kind: "nearestNeighbor" } });
 * const [xy] = await backend.read([point]);
 * deepStrictEqual([...xy!], [1, 0]);
 * ```
 */
export function locate<T>(
  backend: Backend<T>,
  maps: T,
  { localizer, ...softmax }: LocateOptions<T>,
): T {
  switch (localizer.kind) {
    case "nearestNeighbor":
      return nearestNeighbor(backend, maps);
    case "softArgmax":
      return softArgmax(backend, maps, softmax);
    case "kernelSoftArgmax":
      return kernelSoftArgmax(backend, maps, { ...softmax, ...localizer });
    case "windowSoftArgmax":
      return windowSoftArgmax(backend, maps, { ...softmax, ...localizer });
    default: {
      const { kind } = localizer as { readonly kind: unknown };
      const wanted =
        "nearestNeighbor, softArgmax, kernelSoftArgmax, windowSoftArgmax";
      throw new OptionError("locate", "localizer", wanted, kind);
    }
  }
}
