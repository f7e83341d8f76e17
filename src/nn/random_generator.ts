/**
 * The randomness that initialisation takes, and the tensors it gives.
 *
 * @module
 */

/** A generator of `pure-rand`, or anything of its form. */
export interface RandomGenerator {
  /** An independent copy in the same state. */
  clone(): RandomGenerator;
  /** The next 32 random bits as a signed number; changes the state. */
  next(): number;
  /** The state, to be stored. */
  getState(): readonly number[];
}

/** A tensor that no backend holds yet. */
export interface HostTensor {
  /** Axis lengths, outermost first; `[]` is a scalar. */
  readonly shape: readonly number[];
  /** Row-major elements. */
  readonly data: Float32Array;
}

/** Tensors that no backend holds yet, by name. */
export type HostTensors = Readonly<Record<string, HostTensor>>;

/** Fresh parameters, and the generator to go on with. */
export interface Initialized {
  /** Tensors by name. */
  readonly parameters: HostTensors;
  /** State after all of them were drawn. */
  readonly generator: RandomGenerator;
}
