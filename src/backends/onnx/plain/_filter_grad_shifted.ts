import type { ModelBuilder, Value } from "../model_builder.ts";
import { batchedProduct, foldedProduct, type Product } from "./_product.ts";

/** A filter gradient with its lengths by name. */
export interface Geometry {
  readonly model: ModelBuilder;
  readonly x: Value;
  readonly dy: Value;
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly kh: number;
  readonly kw: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly padding: number;
}

/** Fewer windows an image than this, and the batch is folded into one product. */
const FOLD_BELOW = 512;

/**
 * Rows of the window are shifts of `dy`, columns shifts of `x`: `kh + kw`
 * copies instead of the `kh kw` of a matrix of windows.
 */
export function shifted(g: Geometry): Value {
  const { model, batch, channels, filters, kh, kw, rows, columns } = g;
  const area = rows * columns;
  const folded = area < FOLD_BELOW;
  const multiply: Product = folded ? foldedProduct : batchedProduct;
  const stacked = model.op("Reshape", [
    shiftedLines(g, folded),
    model.ints(
      folded ? [kh * filters, batch * area] : [batch, kh * filters, area],
    ),
  ]);
  const x = folded ? model.op("Transpose", [g.x], { perm: [1, 0, 2, 3] }) : g.x;
  const products = Array.from({ length: kw }, (_, column) => {
    const moved = model.op("Reshape", [
      shift(model, x, [0, g.padding - column]),
      model.ints(folded ? [channels, batch * area] : [batch, channels, area]),
    ]);
    return model.op("Reshape", [
      multiply(model, stacked, moved),
      model.ints([kh, filters * channels]),
    ]);
  });
  return tapsLast(model, model.op("Concat", products, { axis: 1 }), {
    filters,
    channels,
    taps: [kh, kw],
  });
}

/**
 * `[kh kw, F C]` as `[F, C, kh, kw]`: gathered number by number, on all
 * threads; a `Transpose` runs on one, and ONNX Runtime repeats it for each of
 * its readers.
 */
function tapsLast(
  model: ModelBuilder,
  x: Value,
  { filters, channels, taps: [kh, kw] }: {
    readonly filters: number;
    readonly channels: number;
    readonly taps: readonly [number, number];
  },
): Value {
  const count = kh * kw;
  const pairs = filters * channels;
  const order = Array.from(
    { length: pairs * count },
    (_, i) => (i % count) * pairs + Math.floor(i / count),
  );
  return model.op("Reshape", [
    model.op("Gather", [
      model.op("Reshape", [x, model.ints([-1])]),
      model.indices(order),
    ], { axis: 0 }),
    model.ints([filters, channels, kh, kw]),
  ]);
}

/**
 * The lines of `dy` once for each row of the window, shifted by it: gathered
 * whole, which runs on all threads where `Pad` does not. Lines outside are one
 * line of zeros. In the order row, filter, image where the batch is folded, else image, row,
 * filter.
 */
function shiftedLines(g: Geometry, folded: boolean): Value {
  const { model, batch, filters, kh, rows, columns, padding } = g;
  const count = batch * filters * rows;
  const lines = model.op("Concat", [
    model.op("Reshape", [g.dy, model.ints([count, columns])]),
    model.floats(new Float32Array(columns), [1, columns]),
  ], { axis: 0 });
  const order: number[] = [];
  const plane = (row: number, filter: number, image: number): void => {
    const first = (image * filters + filter) * rows;
    for (let i = 0; i < rows; i++) {
      const from = i - row + padding;
      order.push(from >= 0 && from < rows ? first + from : count);
    }
  };
  const each = (length: number, f: (index: number) => void): void => {
    for (let index = 0; index < length; index++) f(index);
  };
  if (folded) {
    each(
      kh,
      (row) =>
        each(
          filters,
          (filter) => each(batch, (image) => plane(row, filter, image)),
        ),
    );
  } else {
    each(
      batch,
      (image) =>
        each(kh, (row) => each(filters, (filter) => plane(row, filter, image))),
    );
  }
  return model.op("Gather", [lines, model.indices(order)], { axis: 0 });
}

/** `y[.., i, j] = x[.., i - rows, j - columns]`, zero outside. */
function shift(
  model: ModelBuilder,
  x: Value,
  [rows, columns]: readonly [number, number],
): Value {
  if (rows === 0 && columns === 0) return x;
  const before = [0, 0, rows, columns];
  const after = before.map((count) => 0 - count);
  return model.op("Pad", [x, model.ints([...before, ...after])]);
}
