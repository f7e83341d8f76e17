import type { Backend, TensorMap } from "../backends/backend.ts";
import { ShapeError } from "../core/errors.ts";
import type { Flow, Network } from "./_network.ts";
import { parameter } from "./_parameter.ts";
import { layerNorm } from "./layer_norm.ts";
import { positionEmbedding } from "./position_embedding.ts";
import { vitBlock } from "./vit_block.ts";
import type { VitConfig } from "./vit_config.ts";

/** Name for messages. */
const FN = "vit";

/** A ViT up to the last of `outputs`, blocks from 0. */
export function vitNetwork<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  config: VitConfig & {
    readonly outputs: readonly number[];
    readonly norm: boolean;
  },
): Network<T> {
  const { heads, outputs, norm, registers } = config;
  const extra = 1 + registers;
  const count = Math.max(...outputs) + 1;
  const get = (name: string) => parameter(FN, "parameters", parameters, name);
  return {
    start: (images) => embed(backend, get, images, config),
    blocks: Array.from({ length: count }, (_, index) => ({ x, grid }) => ({
      x: vitBlock(backend, parameters, x, {
        heads,
        prefix: `blocks.${index}.`,
      }),
      grid,
    })),
    outputs,
    map: (flow) => {
      const last = norm
        ? layerNorm(backend, flow.x, {
          weight: get("norm.weight"),
          bias: get("norm.bias"),
          epsilon: 1e-6,
        })
        : flow.x;
      const [batch = 0, , width = 0] = backend.shape(last);
      const [rows, columns] = flow.grid;
      const patches = backend.slice(
        last,
        [0, extra, 0],
        [batch, rows * columns, width],
      );
      return backend.reshape(
        backend.transpose(patches, [0, 2, 1]),
        [batch, width, rows, columns],
      );
    },
    align: (maps) => maps,
    pack: ({ x, grid: [rows, columns] }) => {
      const [batch = 0, , width = 0] = backend.shape(x);
      const cells = rows * columns;
      const patches = backend.slice(x, [0, extra, 0], [batch, cells, width]);
      return {
        tokens: backend.slice(x, [0, 0, 0], [batch, extra, width]),
        x: backend.reshape(patches, [batch, rows, columns, width]),
      };
    },
    unpack: (tensors) => {
      const of = (name: string) =>
        parameter("backboneHead", "trunk", tensors, name);
      const patches = of("x");
      const [batch = 0, rows = 0, columns = 0, width = 0] = backend.shape(
        patches,
      );
      const flat = backend.reshape(patches, [batch, rows * columns, width]);
      return {
        x: backend.concat([of("tokens"), flat], 1),
        grid: [rows, columns],
      };
    },
  };
}

/** Class token, registers and patches, with positions on all but the registers. */
function embed<T>(
  backend: Backend<T>,
  get: (name: string) => T,
  images: T,
  { patch, grid, positions, registers }: VitConfig,
): Flow<T> {
  const shape = backend.shape(images);
  if (shape.length !== 4 || shape[1] !== 3) {
    throw new ShapeError(FN, "images", "[B, 3, H, W]", shape);
  }
  const map = backend.conv2d(images, get("patch_embed.proj.weight"), {
    stride: patch,
    padding: 0,
    bias: get("patch_embed.proj.bias"),
  });
  const [batch = 0, width = 0, rows = 0, columns = 0] = backend.shape(map);
  const cells = rows * columns;
  const patches = backend.transpose(
    backend.reshape(map, [batch, width, cells]),
    [0, 2, 1],
  );
  const table = positionEmbedding(
    backend,
    backend.reshape(get("pos_embed"), [1 + grid * grid, width]),
    { grid, target: [rows, columns], rule: positions },
  );
  const first = backend.add(
    backend.reshape(get("cls_token"), [1, width]),
    backend.slice(table, [0, 0], [1, width]),
  );
  const places = backend.slice(table, [1, 0], [cells, width]);
  const repeated = (tokens: T, count: number) =>
    backend.broadcastTo(
      backend.reshape(tokens, [1, count, width]),
      [batch, count, width],
    );
  const extra = registers > 0
    ? [repeated(get("register_tokens"), registers)]
    : [];
  const x = backend.concat(
    [repeated(first, 1), ...extra, backend.add(patches, places)],
    1,
  );
  return { x, grid: [rows, columns] };
}
