import type { Backend, TensorMap } from "../backends/backend.ts";
import { parameter } from "./_parameter.ts";

/** Which convolution, which batch norm behind it, and its window. */
export interface ConvNormOptions {
  /** Function that the message of an error names. */
  readonly fn: string;
  /** Start of the convolution's parameter names. */
  readonly conv: string;
  /** Start of the batch norm's parameter names, read in the plain form. */
  readonly norm: string;
  /** Step of the window in cells. */
  readonly stride: number;
  /** Cells of zeros on every side. */
  readonly padding: number;
}

/** What torchvision adds to the running variance. */
const EPSILON = 1e-5;

/**
 * Convolution, then batch norm with its running statistics.
 *
 * The norm is folded into the filter before the convolution, which is exact in
 * value and gradient and costs a product over the weights instead of two over
 * the map: `w' = w g` and `b' = beta - mean g` with
 * `g = gamma / sqrt(var + 1e-5)` per output channel. Where the convolution has
 * a bias of its own, the norm was folded before and is not looked for.
 */
export function convNorm<T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  x: T,
  options: ConvNormOptions,
): T {
  const { fn, conv, norm, stride, padding } = options;
  const get = (name: string) => parameter(fn, "parameters", parameters, name);
  const weight = get(`${conv}.weight`);
  if (!Object.hasOwn(parameters, `${norm}.running_var`)) {
    const bias = get(`${conv}.bias`);
    return backend.conv2d(x, weight, { stride, padding, bias });
  }
  const gamma = get(`${norm}.weight`);
  const beta = get(`${norm}.bias`);
  const mean = get(`${norm}.running_mean`);
  const variance = get(`${norm}.running_var`);
  const gain = backend.div(gamma, backend.sqrt(backend.add(variance, EPSILON)));
  const channels = backend.shape(weight)[0] ?? 0;
  return backend.conv2d(
    x,
    backend.mul(weight, backend.reshape(gain, [channels, 1, 1, 1])),
    {
      stride,
      padding,
      bias: backend.sub(beta, backend.mul(mean, gain)),
    },
  );
}
