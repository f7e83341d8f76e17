import type { Backend, TensorMap } from "../backends/backend.ts";
import { ShapeError } from "../core/errors.ts";
import { convNorm } from "./_conv_norm.ts";
import type { Network } from "./_network.ts";
import { parameter } from "./_parameter.ts";
import { upsampleCells } from "./_upsample_cells.ts";
import { basicBlock } from "./basic_block.ts";
import { bottleneckBlock } from "./bottleneck_block.ts";
import { resnetBlocks } from "./resnet_blocks.ts";
import type { ResnetConfig } from "./resnet_config.ts";

/** A ResNet up to the last of `outputs`, layers from 1 to 3. */
export function resnetNetwork<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  config: ResnetConfig & { readonly outputs: readonly number[] },
): Network<T> {
  const run = config.block === "basic" ? basicBlock : bottleneckBlock;
  const ends = config.outputs.map((layer) =>
    config.layers.slice(0, layer).reduce((sum, count) => sum + count, 0) - 1
  );
  const blocks = resnetBlocks(config).slice(0, Math.max(...ends) + 1);
  const [first = 0] = config.outputs;
  return {
    start: (images) => ({ x: stem(backend, parameters, images), grid: [0, 0] }),
    blocks: blocks.map(({ prefix, stride }) => ({ x, grid }) => ({
      x: run(backend, parameters, x, { prefix, stride }),
      grid,
    })),
    outputs: ends,
    map: ({ x }) => x,
    align: (maps) => {
      const [, , rows = 0, columns = 0] = backend.shape(maps[0] as T);
      return maps.map((map, index) => {
        const factor = 2 ** ((config.outputs[index] ?? first) - first);
        return upsampleCells(backend, map, { factor, to: [rows, columns] });
      });
    },
    pack: ({ x }) => ({ x }),
    unpack: (tensors) => ({
      x: parameter("backboneHead", "trunk", tensors, "x"),
      grid: [0, 0],
    }),
  };
}

/** The first convolution and the max-pool, stride 4. */
function stem<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
): T {
  const shape = backend.shape(images);
  if (shape.length !== 4 || shape[1] !== 3) {
    throw new ShapeError("resnet", "images", "[B, 3, H, W]", shape);
  }
  const map = convNorm(backend, parameters, images, {
    fn: "resnet",
    conv: "conv1",
    norm: "bn1",
    stride: 2,
    padding: 3,
  });
  // The ReLU behind the pool gives the same numbers and gradients as before it,
  // on a quarter of the cells.
  return backend.relu(
    backend.maxPool2d(map, { kernelSize: 3, stride: 2, padding: 1 }),
  );
}
