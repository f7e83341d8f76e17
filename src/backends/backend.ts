/**
 * The one interface every equation, backbone and optimiser of SimSC is written
 * against, and that each device implements.
 *
 * @module
 */

/** Axis lengths, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** What {@linkcode Backend.read} gives: row-major numbers of one tensor. */
export type TensorData = Float32Array | Float64Array;

/** Tensors by name: parameters, optimiser state, inputs and outputs of a program. */
export type TensorMap<T> = Readonly<Record<string, T>>;

/** A tensor, or a number standing for a scalar that takes no gradient. */
export type Operand<T> = T | number;

/** Tensors in, tensors out; runs only operations of the backend it was written for. */
export type Program<T> = (inputs: TensorMap<T>) => TensorMap<T>;

/** A {@linkcode Program} ready to be called many times. */
export interface CompiledProgram<T> {
  (inputs: TensorMap<T>): Promise<TensorMap<T>>;
  /**
   * Builds what a call with inputs of these shapes will need, so that it finds
   * it there; absent where a backend builds nothing.
   */
  readonly build?: (
    shapes: Readonly<Record<string, Shape>>,
  ) => Promise<void>;
}

/** What a backend holds right now, for leak tests. */
export interface BackendMemory {
  /** Tensors that hold device memory and were not disposed. */
  readonly tensors: number;
  /** Compiled sessions kept; 0 where a backend has none. */
  readonly sessions: number;
}

/** Which factors of a matrix product are read transposed. */
export interface MatMulOptions {
  /** Reads `a` as `[..., K, M]`. */
  readonly transposeA?: boolean;
  /** Reads `b` as `[..., N, K]`. */
  readonly transposeB?: boolean;
}

/** Geometry of a sliding window, the same in both directions. */
export interface WindowOptions {
  /** Step of the window in cells, at least 1. */
  readonly stride: number;
  /** Cells added on every side: zeros for a convolution, -infinity for a max-pool. */
  readonly padding: number;
}

/** Options of {@linkcode Backend.conv2d}. */
export interface Conv2dOptions<T> extends WindowOptions {
  /** `[O]`, added to every cell of output channel `o`. */
  readonly bias?: T;
}

/** Options of {@linkcode Backend.conv2dInputGrad}. */
export interface Conv2dInputGradOptions extends WindowOptions {
  /** `[H, W]` of the convolution's input: a stride above 1 leaves it open. */
  readonly inputSize: readonly [number, number];
}

/** Options of {@linkcode Backend.conv2dFilterGrad}. */
export interface Conv2dFilterGradOptions extends WindowOptions {
  /** `[kh, kw]` of the filter. */
  readonly kernelSize: readonly [number, number];
}

/** Options of {@linkcode Backend.maxPool2d} and its gradient. */
export interface MaxPool2dOptions extends WindowOptions {
  /** Side of the square window in cells. */
  readonly kernelSize: number;
}

/**
 * Operations on opaque tensors `T`.
 *
 * Operations are synchronous and pure: they enqueue or record work and never
 * change or free an operand. {@linkcode Backend.read} and a compiled program
 * alone are asynchronous. Element-wise operations broadcast as NumPy does;
 * feature maps are `[B, C, H, W]`. An operation a backend cannot run throws
 * {@linkcode UnsupportedOperationError}; none falls back to another device.
 *
 * NaN passes through arithmetic. What `maximum`, `minimum`, `step`, `max`,
 * `argMax` and `maxPool2d` give where it is compared differs between devices, and
 * is left to each: select it away with {@linkcode Backend.where} beforehand.
 *
 * @typeParam T Tensor of the backend; never a JavaScript number.
 */
export interface Backend<T> {
  /** `<library>-<device>`, such as `onnx-cpu`; written into every result. */
  readonly name: string;

  /** Precision of every stored element. */
  readonly precision: "float32" | "float64";

  /**
   * Whether it remembers how results were made, as {@linkcode tape} does. A
   * function with two forms takes the one whose gradient is cheap then.
   */
  readonly recordsGradients?: true;

  // ---- in and out ----------------------------------------------------------

  /** A tensor of row-major `data`; a new one never compiles anything anew. */
  tensor(data: ArrayLike<number>, shape: Shape): T;

  /** As {@linkcode Backend.tensor}, but baked into the program that uses it: for weights that never change and for small tables. */
  constant(data: ArrayLike<number>, shape: Shape): T;

  /** Axis lengths of `x`. */
  shape(x: T): Shape;

  /** Row-major elements of each tensor, in order; runs whatever they depend on, once. */
  read(xs: readonly T[]): Promise<readonly TensorData[]>;

  /**
   * Prepares a program: it is traced once per set of input names and shapes.
   * Inputs stay the caller's; each output is a new tensor that the caller
   * disposes. Everything in between is freed.
   */
  compile(program: Program<T>): CompiledProgram<T>;

  /** Runs `f` and frees every tensor made inside except those it returns. */
  tidy(f: () => readonly T[]): readonly T[];

  /** Frees tensors made by `tensor`, `tidy` or a compiled program; a second time does nothing. */
  dispose(xs: readonly T[]): void;

  /** Tensors and sessions held now. */
  memory(): BackendMemory;

  /** Frees everything; the backend must not be used afterwards. */
  close(): Promise<void>;

  // ---- element-wise, two operands, broadcasting ----------------------------

  /** `a + b`. */
  add(a: Operand<T>, b: Operand<T>): T;
  /** `a - b`. */
  sub(a: Operand<T>, b: Operand<T>): T;
  /** `a * b`. */
  mul(a: Operand<T>, b: Operand<T>): T;
  /** `a / b`. */
  div(a: Operand<T>, b: Operand<T>): T;
  /** The larger of `a` and `b`, for a NaN left to the backend; on a tie the gradient goes to `a`. */
  maximum(a: Operand<T>, b: Operand<T>): T;
  /** The smaller of `a` and `b`, for a NaN left to the backend; on a tie the gradient goes to `a`. */
  minimum(a: Operand<T>, b: Operand<T>): T;
  /** 1 where `a` equals `b`, else 0; takes no gradient. */
  equal(a: Operand<T>, b: Operand<T>): T;
  /** `a` where `condition` is not 0, else `b`; the branch not taken never reaches the result, infinite or not. */
  where(condition: T, a: Operand<T>, b: Operand<T>): T;

  // ---- element-wise, one operand -------------------------------------------

  /** `-x`. */
  neg(x: T): T;
  /** `|x|`; gradient 0 at 0. */
  abs(x: T): T;
  /** `e^x`. */
  exp(x: T): T;
  /** Natural logarithm; -infinity at 0, NaN below. */
  log(x: T): T;
  /** Square root; NaN below 0. */
  sqrt(x: T): T;
  /** Error function, absolute error at most 1e-6. */
  erf(x: T): T;
  /** `1 / (1 + e^-x)`. */
  sigmoid(x: T): T;
  /** `max(0, x)`; gradient 0 at 0. */
  relu(x: T): T;
  /** 1 where `x > 0`, else 0, for a NaN 0 or NaN as the backend has it; takes no gradient. */
  step(x: T): T;
  /** The same values; gradients stop here. */
  stopGradient(x: T): T;

  // ---- products and windows ------------------------------------------------

  /** `[..., M, K] x [..., K, N]` to `[..., M, N]`; both of one rank of at least 2 with equal leading axes. */
  matMul(a: T, b: T, options?: MatMulOptions): T;
  /** Cross-correlation of `x [B, C, H, W]` with `w [O, C, kh, kw]`, to `[B, O, H', W']`, `H' = floor((H + 2 padding - kh) / stride) + 1`. */
  conv2d(x: T, w: T, options: Conv2dOptions<T>): T;
  /** Gradient of `sum(conv2d(x, w) * dy)` by `x`. */
  conv2dInputGrad(dy: T, w: T, options: Conv2dInputGradOptions): T;
  /** Gradient of `sum(conv2d(x, w) * dy)` by `w`. */
  conv2dFilterGrad(x: T, dy: T, options: Conv2dFilterGradOptions): T;
  /** Largest element of each window of `x [B, C, H, W]`; a NaN in it may be passed on or over. */
  maxPool2d(x: T, options: MaxPool2dOptions): T;
  /** Gradient of `sum(maxPool2d(x) * dy)` by `x`; on a tie the first cell of the window (row by row) gets it all. */
  maxPool2dGrad(x: T, dy: T, options: MaxPool2dOptions): T;

  // ---- reductions: a reduced axis stays, with length 1 ---------------------

  /** Sum over `axes`. */
  sum(x: T, axes: readonly number[]): T;
  /** Largest element over `axes`, of which a NaN may be passed on or over; the gradient is shared equally by ties. */
  max(x: T, axes: readonly number[]): T;
  /** Softmax over the last axis; finite for any finite input. */
  softmax(x: T): T;
  /** Index of the largest element of the last axis, the lowest on a tie, as a number; any index, even one past the end, where an element is NaN; takes no gradient. */
  argMax(x: T): T;

  // ---- shape ---------------------------------------------------------------

  /** The same elements in row-major order under another shape of the same size. */
  reshape(x: T, shape: Shape): T;
  /** Axis `i` of the result is axis `permutation[i]` of `x`. */
  transpose(x: T, permutation: readonly number[]): T;
  /** The block that starts at `begin` and has shape `size`. */
  slice(x: T, begin: readonly number[], size: readonly number[]): T;
  /** `xs` one behind the other along `axis`. */
  concat(xs: readonly T[], axis: number): T;
  /** Zeros around `x`: `[before, after]` for each axis. */
  pad(x: T, paddings: readonly (readonly [number, number])[]): T;
  /** `x` repeated along axes of length 1 (NumPy's rule). */
  broadcastTo(x: T, shape: Shape): T;
  /** Rows of `x` along axis 0: `result[i, ...] = x[indices[i], ...]`; `indices [N]` holds whole numbers in range and takes no gradient. */
  gather(x: T, indices: T): T;
}
