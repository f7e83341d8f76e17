import type { Backend } from "../../src/backends/backend.ts";
import { assertNear, type Numbers, TOLERANCES } from "../_helpers.ts";

/**
 * Numbers that PyTorch makes as well, for values it computed:
 * `torch.sin(torch.arange(start, start + n))`, reshaped.
 */
export function wave(start: number, shape: readonly number[]): Numbers {
  return made(start, shape, (i) => Math.sin(i));
}

/** As {@linkcode wave} of the squares, which have full rank: `torch.sin(i * i)`. */
export function rough(start: number, shape: readonly number[]): Numbers {
  return made(start, shape, (i) => Math.sin(i * i));
}

function made(
  start: number,
  shape: readonly number[],
  at: (i: number) => number,
): Numbers {
  const length = shape.reduce((size, axis) => size * axis, 1);
  return { shape, data: Array.from({ length }, (_, i) => at(start + i)) };
}

/** As `assertClose`, for values of PyTorch that are quoted with ten decimals. */
export async function assertQuoted<T>(
  backend: Backend<T>,
  tensor: T,
  wanted: readonly number[],
): Promise<void> {
  const [got = []] = await backend.read([tensor]);
  const tolerance = Math.max(TOLERANCES[backend.precision], 1e-9);
  assertNear(got, wanted, tolerance);
}
