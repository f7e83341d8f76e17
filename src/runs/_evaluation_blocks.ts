import type { ImagePair } from "../data/image_pair.ts";
import { type Picture, pictureKey } from "../data/picture_edit.ts";

/** Pairs that are matched together, and the pictures they need. */
export interface EvaluationBlock {
  /** Places of the pairs in the whole list. */
  readonly places: readonly number[];
  /** Pictures by key. */
  readonly pictures: ReadonlyMap<string, Picture>;
}

/** What one block may hold at most; a single pair is always a block. */
export interface BlockLimits {
  /** Distinct pictures, at least 2. */
  readonly pictures: number;
  /** Queries. */
  readonly queries: number;
}

/** Queries of one block at most: 256 MB at 1,024 channels. */
const BLOCK_QUERIES = 2 ** 16;

/** Limits of a block where `keepImages` pictures are kept at once, 512 by default. */
export function blockLimits(
  { keepImages = 512 }: { readonly keepImages?: number },
): BlockLimits {
  return { pictures: keepImages, queries: BLOCK_QUERIES };
}

/** A pair and where it is sorted. */
interface Placed {
  readonly pair: ImagePair;
  readonly place: number;
  readonly category: number;
  readonly sourceTile: number;
  readonly targetTile: number;
}

/**
 * Cuts pairs into blocks of bounded memory, so that few pictures are needed in
 * more than one block.
 *
 * Pairs go category by category, since pictures of two are never matched. A
 * category of more pictures than a block holds is a table of sources against
 * targets: it is visited tile by tile, rows of tiles in turns from left and
 * from right, so that of two blocks one after the other half is the same.
 */
export function evaluationBlocks(
  pairs: readonly ImagePair[],
  limits: BlockLimits,
): readonly EvaluationBlock[] {
  const blocks: EvaluationBlock[] = [];
  let places: number[] = [];
  let pictures = new Map<string, Picture>();
  let queries = 0;
  for (const { pair, place } of ordered(pairs, limits)) {
    const sides = [pair.source, pair.target];
    const added = new Set(sides.map(pictureKey).filter((k) => !pictures.has(k)))
      .size;
    const count = pair.source.keypoints.length;
    const isFull = pictures.size + added > limits.pictures ||
      queries + count > limits.queries;
    if (isFull && places.length > 0) {
      blocks.push({ places, pictures });
      [places, pictures, queries] = [[], new Map(), 0];
    }
    places.push(place);
    sides.forEach((side) => pictures.set(pictureKey(side), side));
    queries += count;
  }
  return places.length === 0 ? blocks : [...blocks, { places, pictures }];
}

/** Pictures of the first block, in the order in which they are asked for. */
export function firstPictures(
  pairs: readonly ImagePair[],
  limits: BlockLimits,
): readonly Picture[] {
  const [first] = evaluationBlocks(pairs, limits);
  return [...first?.pictures.values() ?? []];
}

function ordered(
  pairs: readonly ImagePair[],
  limits: BlockLimits,
): readonly Placed[] {
  const side = Math.max(1, Math.floor(limits.pictures / 2));
  const categories = new Map<
    string,
    { readonly index: number; readonly known: Map<string, number> }
  >();
  const placed = pairs.map((pair, place): Placed => {
    const { index: category, known } = categories.get(pair.category) ??
      { index: categories.size, known: new Map<string, number>() };
    categories.set(pair.category, { index: category, known });
    const tile = (picture: Picture): number => {
      const key = pictureKey(picture);
      const index = known.get(key) ?? known.size;
      known.set(key, index);
      return Math.floor(index / side);
    };
    const sourceTile = tile(pair.source);
    return {
      pair,
      place,
      category,
      sourceTile,
      targetTile: tile(pair.target),
    };
  });
  return placed.toSorted((a, b) => {
    if (a.category !== b.category) return a.category - b.category;
    if (a.targetTile !== b.targetTile) return a.targetTile - b.targetTile;
    const sources = a.sourceTile - b.sourceTile;
    if (sources !== 0) return a.targetTile % 2 === 0 ? sources : -sources;
    return a.place - b.place;
  });
}
