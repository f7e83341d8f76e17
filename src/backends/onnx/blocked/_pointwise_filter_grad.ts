import { largestDivisor } from "../largest_divisor.ts";
import type { Value } from "../model_builder.ts";
import { sumRows } from "../sum_rows.ts";
import type { RuleTarget } from "./_rule_target.ts";
import {
  blockedOp,
  gatherRows,
  reshape,
  rowOrder,
  transposedBlocks,
} from "./_rows.ts";
import type { Window } from "./_window.ts";

/** Operands of a gradient by the filter. */
export interface FilterGradInputs {
  /** `maps`. */
  readonly x: Value;
  /** `maps`. */
  readonly dy: Value;
}

/** Cells of a map that one filter of the product spans at most: more, and they fall out of the cache. */
const TALLEST = 16;

/**
 * Writes the gradient by a 1x1 filter at stride 1, as in `filterGrad`: each
 * cell is seen once, so cells take the place of rows and columns. Each image is
 * a group of its own, whose gradients are then added: so the maps lie as the
 * filters of the product are wanted. In `maps`, out `filter`.
 */
export function pointwiseFilterGrad(
  { model, block }: RuleTarget,
  { x, dy }: FilterGradInputs,
  { batch, channels, filters, rows, columns }: Window,
): Value {
  const cells = rows * columns;
  const tall = largestDivisor(cells / block, TALLEST);
  const depth = cells / tall;
  const asImage = (maps: Value, count: number): Value => {
    const parts = cells / block;
    const size = [batch * count / block, cells, block] as const;
    const transposed = transposedBlocks(model, maps, size);
    return gatherRows(model, transposed, {
      length: block * block,
      count: batch * count / block * parts,
      order: rowOrder(
        [batch, parts, count / block],
        (image, part, c) => (image * count / block + c) * parts + part,
      ),
      shape: [1, batch * depth, tall, count],
    });
  };
  const asFilters = (maps: Value, count: number): Value =>
    reshape(model, maps, [batch * count, depth, tall, 1]);
  const product = (image: Value, filter: Value): Value => {
    const byImage = blockedOp(model, "Conv", [image, filter], {
      kernel_shape: [tall, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      group: batch,
    });
    if (batch === 1) return byImage;
    const gradients = reshape(model, byImage, [batch, filters * channels]);
    return sumRows(model, gradients, batch);
  };
  const shape = [filters, channels, 1, 1];
  const [inputs, outputs] = [channels / block, filters / block];
  // [O / L][C][L of O]
  if (filters >= channels) {
    const direct = product(asImage(x, channels), asFilters(dy, filters));
    return reshape(model, direct, shape);
  }
  // [C / L][O][L of C], which runs faster; each block is then transposed.
  const swapped = product(asImage(dy, filters), asFilters(x, channels));
  const count = inputs * outputs;
  const transposed = transposedBlocks(model, swapped, [count, block, block]);
  const order = rowOrder([outputs, inputs], (o, c) => c * outputs + o);
  return gatherRows(model, transposed, {
    length: block * block,
    count,
    order,
    shape,
  });
}
