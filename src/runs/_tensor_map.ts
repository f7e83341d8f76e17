import type { TensorMap } from "../backends/backend.ts";

/** Tensors whose name starts with `prefix`, without it. */
export function select<T>(
  tensors: TensorMap<T>,
  prefix: string,
): TensorMap<T> {
  return Object.fromEntries(
    Object.entries(tensors)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}

/** Tensors under names with `prefix` in front. */
export function prefixed<A>(
  tensors: Readonly<Record<string, A>>,
  prefix: string,
): Readonly<Record<string, A>> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]),
  );
}

/** Every value of a map put through `f`. */
export function mapValues<A, B>(
  map: Readonly<Record<string, A>>,
  f: (value: A, name: string) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, f(value, name)]),
  );
}

/** Those of `names` that are there. */
export function pick<A>(
  map: Readonly<Record<string, A>>,
  names: readonly string[],
): Readonly<Record<string, A>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = map[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
