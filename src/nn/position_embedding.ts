/**
 * Position embeddings of a vision transformer at another image size.
 *
 * @module
 */

import type { Backend } from "../backends/backend.ts";
import { OptionError, ShapeError } from "../core/errors.ts";
import { cubicWeights } from "./_cubic_weights.ts";

/**
 * How a table is resampled: `dino` is a bicubic with the scale
 * `(target + 0.1) / grid` (DINO, iBOT, DINOv2), `size-antialias` an antialiased
 * bicubic to the size (DINOv2 with registers).
 */
export type PositionRule = "dino" | "size-antialias";

/** Options of {@linkcode positionEmbedding}. */
export interface PositionEmbeddingOptions {
  /** Side of the square grid that the table was trained on, in patches. */
  readonly grid: number;
  /** `[rows, columns]` of patches that are wanted. */
  readonly target: readonly [number, number];
  /** How the table is resampled. */
  readonly rule: PositionRule;
}

/**
 * Resamples a table of position embeddings to a rectangle of patches.
 *
 * The class token's row comes first and stays as it is. The table is returned
 * untouched where the target equals the grid. Rows and columns are resampled
 * by two constant matrices, `W_y E W_x^T` for each channel, so gradients reach
 * the table.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param table `[1 + grid^2, D]`.
 * @param options Grid, target and rule.
 * @returns `[1 + rows columns, D]`.
 * @throws {ShapeError} If the table has another shape.
 * @throws {OptionError} If a target is below 1 or there is no such rule.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { positionEmbedding } from "@simsc/core/nn";
 *
 * const backend = referenceBackend();
 * const table = backend.tensor([7, 1, 1, 1, 1], [5, 1]); // class token, then 2 x 2
 * const wider = positionEmbedding(backend, table, {
 *   grid: 2,
 *   target: [1, 3],
 *   rule: "dino",
 * });
 * const [values] = await backend.read([wider]);
 * deepStrictEqual([...values!].map(Math.round), [7, 1, 1, 1]);
 * ```
 */
export function positionEmbedding<T>(
  backend: Backend<T>,
  table: T,
  options: PositionEmbeddingOptions,
): T {
  const { grid, target, rule } = options;
  const [rows, columns] = target;
  const shape = backend.shape(table);
  const [entries, width = 0] = shape;
  if (shape.length !== 2 || entries !== 1 + grid * grid) {
    const expected = `[${1 + grid * grid}, D]`;
    throw new ShapeError("positionEmbedding", "table", expected, shape);
  }
  if (!target.every((side) => Number.isInteger(side) && side >= 1)) {
    throw new OptionError("positionEmbedding", "target", "at least 1", target);
  }
  if (rows === grid && columns === grid) return table;
  const vertical = backend.constant(weights(rows, grid, rule), [rows, grid]);
  const horizontal = backend.constant(
    weights(columns, grid, rule),
    [1, columns, grid],
  );
  const cells = backend.reshape(
    backend.slice(table, [1, 0], [grid * grid, width]),
    [grid, grid * width],
  );
  const tall = backend.reshape(
    backend.matMul(vertical, cells),
    [rows, grid, width],
  );
  const resampled = backend.matMul(
    backend.broadcastTo(horizontal, [rows, columns, grid]),
    tall,
  );
  return backend.concat([
    backend.slice(table, [0, 0], [1, width]),
    backend.reshape(resampled, [rows * columns, width]),
  ], 0);
}

function weights(to: number, from: number, rule: PositionRule): Float64Array {
  switch (rule) {
    case "dino":
      return cubicWeights({
        from,
        to,
        scale: from / (to + 0.1),
        antialias: false,
      });
    case "size-antialias":
      return cubicWeights({ from, to, scale: from / to, antialias: true });
    default:
      throw new OptionError(
        "positionEmbedding",
        "rule",
        '"dino" or "size-antialias"',
        rule,
      );
  }
}
