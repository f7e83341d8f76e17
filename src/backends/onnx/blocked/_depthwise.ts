import type { Value } from "../model_builder.ts";
import { type Activation, convolution } from "./_conv.ts";
import type { RuleTarget } from "./_rule_target.ts";
import { range } from "./_rows.ts";

/** Operands of {@linkcode depthwise}, all `maps` but the bias. */
export interface DepthwiseInputs {
  readonly x: Value;
  /** `[C]`. */
  readonly bias?: Value | undefined;
  /** Added to the result. */
  readonly sum?: Value | undefined;
  /** What follows. */
  readonly activation?: Activation | undefined;
}

/** The few weights that all channels share. */
export interface DepthwiseTaps {
  readonly channels: number;
  /** By rows; one that copies by default. */
  readonly taps?: readonly (readonly number[])[];
  /** Along rows and columns; 1 by default. */
  readonly strides?: readonly [number, number];
  /** Zeros around: before along rows and columns, then behind. */
  readonly pads?: readonly [number, number, number, number];
}

/**
 * Writes `activation(taps * x + bias + sum)`, each channel by itself: one pass
 * where an operator for each part would take several. Taps of zero hand a number
 * on that is not finite, as NaN. In `maps`, out `maps`.
 */
export function depthwise(
  { model, block }: RuleTarget,
  { x, bias, sum, activation }: DepthwiseInputs,
  { channels, taps = [[1]], strides = [1, 1], pads = [0, 0, 0, 0] }:
    DepthwiseTaps,
): Value {
  const kernel = [taps.length, taps[0]!.length];
  // In memory `[C / L][kh][kw][L]`.
  const weights = range(channels / block).flatMap(() =>
    taps.flat().flatMap((tap) => range(block).map(() => tap))
  );
  const filter = model.floats(
    Float32Array.from(weights),
    [channels, 1, ...kernel],
  );
  return convolution(model, { x, w: filter, bias, sum }, {
    kernel_shape: kernel,
    strides,
    pads,
    group: channels,
    ...activation,
  });
}
