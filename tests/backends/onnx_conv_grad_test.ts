import type { Backend, Shape, TensorData } from "../../src/backends/backend.ts";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { assertClose, uniform } from "./_numbers.ts";

interface ConvCase {
  readonly x: Shape;
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

// Each takes another way to the gradients than the suite's small shapes.
const cases: Readonly<Record<string, ConvCase>> = {
  "a batch of products": {
    x: [2, 9, 24, 23],
    filters: 10,
    kernelSize: 3,
    stride: 1,
    padding: 1,
  },
  "one folded product": {
    x: [3, 9, 7, 6],
    filters: 8,
    kernelSize: 5,
    stride: 1,
    padding: 2,
  },
  "blocks of lines": {
    x: [2, 3, 101, 96],
    filters: 4,
    kernelSize: 7,
    stride: 2,
    padding: 3,
  },
  "windows, channels last": {
    x: [2, 9, 14, 13],
    filters: 5,
    kernelSize: 3,
    stride: 2,
    padding: 1,
  },
  "cells of a stride": {
    x: [2, 9, 9, 8],
    filters: 5,
    kernelSize: 1,
    stride: 2,
    padding: 0,
  },
};

for (const device of ["cpu", "wasm"] as const) {
  const created = await onnxBackend({ device })();
  for (const [way, each] of Object.entries(cases)) {
    Deno.test({
      name: `conv2d gradients on onnx-${device} by ${way}`,
      ignore: created._tag === "Left",
      fn: async () => {
        if (created._tag === "Left") throw created.left;
        const want = await gradients(referenceBackend(), each);
        const got = await gradients(created.right, each);
        assertClose("by x", got[0]!, want[0]!, 1e-5);
        // Sums over thousands of windows: in proportion to the largest one.
        const scale = Math.max(...want[1]!.map(Math.abs));
        const scaled = (data: TensorData) => [...data].map((v) => v / scale);
        assertClose("by w", scaled(got[1]!), scaled(want[1]!), 1e-5);
      },
    });
  }
}

async function gradients<T>(
  be: Backend<T>,
  { x, filters, kernelSize, stride, padding }: ConvCase,
): Promise<readonly TensorData[]> {
  const [, channels, height, width] = x as [number, number, number, number];
  const image = uniform(1, x);
  const filter = uniform(2, [filters, channels, kernelSize, kernelSize]);
  const input = be.tensor(image.data, image.shape);
  const w = be.tensor(filter.data, filter.shape);
  const shape = be.shape(be.conv2d(input, w, { stride, padding }));
  const dy = be.tensor(uniform(3, shape).data, shape);
  return await be.read([
    be.conv2dInputGrad(dy, w, { stride, padding, inputSize: [height, width] }),
    be.conv2dFilterGrad(input, dy, {
      stride,
      padding,
      kernelSize: [kernelSize, kernelSize],
    }),
  ]);
}
