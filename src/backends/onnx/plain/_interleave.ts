import type { Shape } from "../../backend.ts";
import type { ModelBuilder, Value } from "../model_builder.ts";

/** What one cell of a sliding window adds: `[B, C, H', W']`, one value a window. */
export interface Tap {
  /** Row inside the window. */
  readonly row: number;
  /** Column inside the window. */
  readonly column: number;
  /** The values. */
  readonly value: Value;
}

/**
 * Puts the cells of overlapping windows back where they came from and adds
 * what meets: `y[b, c, i s + row - offset, j s + column - offset] += tap[b, c, i, j]`.
 *
 * Taps of one residue modulo the stride are added on a dense plane each, and
 * the `stride²` planes are woven together once; nothing is scattered.
 */
export function interleave(
  model: ModelBuilder,
  taps: readonly Tap[],
  geometry: {
    readonly stride: number;
    readonly offset: readonly [number, number];
    /** `[B, C, H', W']` of a tap. */
    readonly window: Shape;
    /** `[B, C, H, W]` of the result. */
    readonly shape: Shape;
  },
): Value {
  const { stride, offset, window, shape } = geometry;
  const [batch, channels, rows, columns] = window as number[];
  const last = (side: "row" | "column") =>
    Math.max(...taps.map((tap) => Math.floor(tap[side] / stride)));
  const height = Math.max(
    rows! + last("row"),
    Math.ceil((shape[2]! + offset[0]) / stride),
  );
  const width = Math.max(
    columns! + last("column"),
    Math.ceil((shape[3]! + offset[1]) / stride),
  );
  const plane = (rowResidue: number, columnResidue: number): Value => {
    const parts = taps
      .filter(({ row, column }) =>
        row % stride === rowResidue && column % stride === columnResidue
      )
      .map(({ row, column, value }) => {
        const [top, left] = [row, column].map((k) => Math.floor(k / stride));
        return model.op("Pad", [
          value,
          model.ints([
            0,
            0,
            top!,
            left!,
            0,
            0,
            height - rows! - top!,
            width - columns! - left!,
          ]),
        ]);
      });
    const size = [batch!, channels!, height, width];
    if (parts.length === 0) {
      return model.op("Expand", [model.scalar(0), model.ints(size)]);
    }
    return parts.reduce((a, b) => model.op("Add", [a, b]));
  };
  const woven = stride === 1 ? plane(0, 0) : weave();
  return model.op("Slice", [
    woven,
    model.ints(offset),
    model.ints([offset[0] + shape[2]!, offset[1] + shape[3]!]),
    model.ints([2, 3]),
  ]);

  function weave(): Value {
    const residues = Array.from({ length: stride }, (_, i) => i);
    const cells = model.ints([batch! * channels! * height, 1, width, 1]);
    const lines = model.ints([batch! * channels! * height, 1, width * stride]);
    const bands = residues.map((row) =>
      model.op("Reshape", [
        model.op(
          "Concat",
          residues.map((column) =>
            model.op("Reshape", [plane(row, column), cells])
          ),
          { axis: 3 },
        ),
        lines,
      ])
    );
    return model.op("Reshape", [
      model.op("Concat", bands, { axis: 1 }),
      model.ints([batch!, channels!, height * stride, width * stride]),
    ]);
  }
}
