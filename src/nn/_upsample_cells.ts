import type { Backend } from "../backends/backend.ts";

/** How much finer a grid becomes, and how large. */
export interface UpsampleOptions {
  /** Fine cells a coarse cell stands for, along each axis. */
  readonly factor: number;
  /** `[h, w]` of the fine grid. */
  readonly to: readonly [rows: number, columns: number];
}

/**
 * A map `[B, C, h, w]` on a finer grid, bilinear.
 *
 * Cell `i` of a ResNet's map is centred on pixel `stride i`, so fine cell `j`
 * lies at coarse `j / factor`, not at PyTorch's `(j + 1/2) / factor - 1/2`;
 * what lies past the last coarse cell is that cell.
 */
export function upsampleCells<T>(
  backend: Backend<T>,
  map: T,
  { factor, to }: UpsampleOptions,
): T {
  if (factor === 1) return map;
  const [batch = 0, channels = 0, h = 0, w = 0] = backend.shape(map);
  const [rows, columns] = to;
  const along = (x: T, from: number, fine: number): T =>
    backend.matMul(
      x,
      backend.constant(hats(from, fine, factor), [fine, from]),
      { transposeB: true },
    );
  const wide = backend.reshape(
    along(backend.reshape(map, [batch * channels * h, w]), w, columns),
    [batch, channels, h, columns],
  );
  const turned = backend.transpose(wide, [0, 1, 3, 2]);
  const tall = backend.reshape(
    along(backend.reshape(turned, [batch * channels * columns, h]), h, rows),
    [batch, channels, columns, rows],
  );
  return backend.transpose(tall, [0, 1, 3, 2]);
}

/** `W[j, i] = max(0, 1 - |j / factor - i|)` with `j / factor` kept on the grid. */
function hats(from: number, to: number, factor: number): Float64Array {
  return Float64Array.from({ length: to * from }, (_, index) => {
    const place = Math.min(Math.floor(index / from) / factor, from - 1);
    return Math.max(0, 1 - Math.abs(place - index % from));
  });
}
