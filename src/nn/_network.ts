import type { Backend, TensorMap } from "../backends/backend.ts";
import { l2Normalize } from "../core/l2_normalize.ts";

/** What goes from block to block. */
export interface Flow<T> {
  /** A map `[B, C, h, w]` of a ResNet, or tokens `[B, N, D]` of a ViT. */
  readonly x: T;
  /** `[h, w]` of the patches among the tokens; not read of a ResNet. */
  readonly grid: readonly [rows: number, columns: number];
}

/**
 * A backbone as blocks in a row, so that it can be cut between any two. No
 * block runs behind the last one that is read.
 */
export interface Network<T> {
  /** From images `[B, 3, H, W]` to what the first block reads. */
  readonly start: (images: T) => Flow<T>;
  /** The blocks in the order they run. */
  readonly blocks: readonly ((flow: Flow<T>) => Flow<T>)[];
  /** Indices of the blocks behind which features are read, ascending. */
  readonly outputs: readonly number[];
  /** Features `[B, C, h, w]` behind a block. */
  readonly map: (flow: Flow<T>) => T;
  /** Brings the maps of `outputs` onto the grid of the first. */
  readonly align: (maps: readonly T[]) => readonly T[];
  /** A flow as tensors with `B` in front, whose shapes alone tell the grid. */
  readonly pack: (flow: Flow<T>) => TensorMap<T>;
  /** The inverse of `pack`. */
  readonly unpack: (tensors: TensorMap<T>) => Flow<T>;
}

/** A place in a network, and the maps that were read on the way there. */
export interface Progress<T> {
  /** What the next block reads. */
  readonly flow: Flow<T>;
  /** Features of the outputs that were passed. */
  readonly maps: readonly T[];
}

/** Runs the blocks from index `from` up to, not with, `to`. */
export function runBlocks<T>(
  network: Network<T>,
  start: Progress<T>,
  { from, to }: { readonly from: number; readonly to: number },
): Progress<T> {
  return network.blocks.slice(from, to).reduce<Progress<T>>(
    ({ flow, maps }, block, index) => {
      const next = block(flow);
      const isRead = network.outputs.includes(from + index);
      return {
        flow: next,
        maps: isRead ? [...maps, network.map(next)] : maps,
      };
    },
    start,
  );
}

/** One output as it is; several aligned, L2-normalised and concatenated. */
export function mergeMaps<T>(
  backend: Backend<T>,
  network: Network<T>,
  maps: readonly T[],
): T {
  const [only] = maps;
  if (maps.length === 1 && only !== undefined) return only;
  const aligned = network.align(maps);
  return backend.concat(aligned.map((map) => l2Normalize(backend, map)), 1);
}

/** Features of images, straight through. */
export function runNetwork<T>(
  backend: Backend<T>,
  network: Network<T>,
  images: T,
): T {
  const start = { flow: network.start(images), maps: [] };
  const end = { from: 0, to: network.blocks.length };
  return mergeMaps(backend, network, runBlocks(network, start, end).maps);
}
