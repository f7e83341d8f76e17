import type { Value } from "../model_builder.ts";
import type { RuleTarget } from "./_conv.ts";
import type { FilterGradInputs } from "./_filter_grad.ts";
import { blockedOp, gatherRows, range, reshape, rowOrder } from "./_rows.ts";
import type { Window } from "./_window.ts";

/** Cells of a map that one filter of the product spans at most. */
const TALLEST = 64;

/**
 * Writes the gradient by a 1x1 filter at stride 1, as in `filterGrad`: each
 * cell is seen once, so cells take the place of rows and columns. In `maps`,
 * out `filter`.
 */
export function pointwiseFilterGrad(
  { model, block }: RuleTarget,
  { x, dy }: FilterGradInputs,
  { batch, channels, filters, rows, columns }: Window,
): Value {
  const cells = rows * columns;
  const parts = cells / block;
  const tall = largestDivisor(parts, TALLEST);
  const depth = batch * cells / tall;
  const asImage = (maps: Value, count: number): Value =>
    reshape(
      model,
      blockedOp(model, "ReorderInput", [
        reshape(
          model,
          blockedOp(model, "ReorderOutput", [maps], {
            channels: count,
            channels_last: 1,
          }),
          [batch, cells, count, 1],
        ),
      ]),
      [1, depth, tall, count],
    );
  const asFilters = (maps: Value, count: number): Value => {
    const blocks = count / block;
    const order = rowOrder([blocks, batch], (c, image) => image * blocks + c);
    return gatherRows(model, maps, {
      length: cells * block,
      count: batch * blocks,
      order,
      shape: [count, depth, tall, 1],
    });
  };
  const product = (image: Value, filter: Value): Value =>
    blockedOp(model, "Conv", [image, filter], {
      kernel_shape: [tall, 1],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
    });
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
  const transposed = blockedOp(model, "ReorderInput", [
    reshape(model, swapped, [count, block, block, 1]),
  ]);
  const order = rowOrder([outputs, inputs], (o, c) => c * outputs + o);
  return gatherRows(model, transposed, {
    length: block * block,
    count,
    order,
    shape,
  });
}

function largestDivisor(length: number, limit: number): number {
  return range(Math.min(limit, length)).map((i) => i + 1)
    .findLast((d) => length % d === 0)!;
}
