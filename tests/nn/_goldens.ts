import { readFile } from "node:fs/promises";
import { deepStrictEqual, fail } from "node:assert/strict";
import type { Backend, TensorMap } from "../../src/backends/backend.ts";
import {
  decodeSafetensors,
  type NamedTensors,
} from "../../src/data/safetensors.ts";

/** A tensor of a reference case. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Tensors of a reference case, by name. */
export type GoldenTensors = Readonly<Record<string, GoldenTensor>>;

const ROOT = new URL("../fixtures/goldens/", import.meta.url);

/** Parses one file of the reference cases. */
export async function golden<G>(path: string): Promise<G> {
  return JSON.parse(await readFile(new URL(path, ROOT), "utf8")) as G;
}

/** Weights of a tiny reference backbone. */
export async function goldenWeights(name: string): Promise<NamedTensors> {
  const file = `models/${name}.safetensors`;
  const bytes = await readFile(new URL(file, ROOT));
  const result = decodeSafetensors(bytes, file);
  return result._tag === "Right"
    ? result.right.tensors
    : fail(result.left.message);
}

/** Puts host tensors on a backend. */
export function upload<T>(
  backend: Backend<T>,
  tensors: Readonly<
    Record<string, { shape: readonly number[]; data: ArrayLike<number> }>
  >,
): TensorMap<T> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => [
      name,
      backend.tensor(data, shape),
    ]),
  );
}

/** Throws unless `|got - want| <= tolerance (1 + |want|)` everywhere and the shapes agree. */
export async function assertGolden<T>(
  backend: Backend<T>,
  got: T,
  want: GoldenTensor,
  tolerance: number,
): Promise<void> {
  deepStrictEqual([...backend.shape(got)], [...want.shape]);
  const [data = []] = await backend.read([got]);
  assertNear(data, want.data, tolerance);
}

/** As {@linkcode assertGolden}, over plain numbers. */
export function assertNear(
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  tolerance: number,
): void {
  deepStrictEqual(got.length, want.length);
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i] ?? NaN, want[i] ?? NaN];
    // Written so that NaN fails too.
    if (!(Math.abs(g - w) <= tolerance * (1 + Math.abs(w)))) {
      fail(`element ${i}: got ${g}, want ${w} within ${tolerance}`);
    }
  }
}
