import type { Backend, TensorMap } from "../backends/backend.ts";
import { convNorm } from "./_conv_norm.ts";

/** The way around a residual block: `x`, through its 1x1 convolution where it has one. */
export function skip<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: {
    readonly fn: string;
    readonly prefix: string;
    readonly stride: number;
  },
): T {
  const { fn, prefix, stride } = options;
  if (!Object.hasOwn(parameters, `${prefix}.downsample.0.weight`)) return x;
  return convNorm(backend, parameters, x, {
    fn,
    conv: `${prefix}.downsample.0`,
    norm: `${prefix}.downsample.1`,
    stride,
    padding: 0,
  });
}
