import type { Backend, Shape } from "../../src/backends/backend.ts";
import type { Numbers } from "./_numbers.ts";
import { numbers, uniform, whole } from "./_numbers.ts";

/** One operation on given numbers. */
export interface OperationCase {
  /** Operation, then what is special. */
  readonly name: string;
  readonly inputs: readonly Numbers[];
  /** Takes as many tensors as there are inputs. */
  readonly run: <T>(backend: Backend<T>, a: T, b: T, c: T) => T;
}

const UNARY_SHAPES: readonly Shape[] = [
  [],
  [7],
  [3, 5],
  [2, 3, 4],
  [2, 1, 3, 2],
  [1, 2, 2, 3, 2],
];

/** Pairs that broadcast, of rank 0 to 5. */
export const BROADCAST_SHAPES: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[4], []],
  [[], [4]],
  [[3], [3]],
  [[2, 1], [1, 5]],
  [[2, 3, 4], [3, 1]],
  [[1, 3], [2, 1, 4, 3]],
  [[2, 3, 2, 5], [1, 3, 1, 1]],
  [[2, 1, 3, 1, 2], [1, 2, 1, 2, 1]],
];

/** Element-wise operations: every one on several shapes, then the edges. */
export function elementwiseCases(): readonly OperationCase[] {
  const unary = UNARY_SHAPES.flatMap((shape, i): OperationCase[] => {
    const at = `[${shape}]`;
    const x = [uniform(10 + i, shape, -3, 3)];
    const positive = [uniform(30 + i, shape, 0.01, 4)];
    const ternary = [
      numbers(shape, whole(50 + i, shape).data.map((v) => v - 1)),
    ];
    return [
      { name: `neg ${at}`, inputs: x, run: (be, a) => be.neg(a) },
      { name: `abs ${at}`, inputs: x, run: (be, a) => be.abs(a) },
      { name: `exp ${at}`, inputs: x, run: (be, a) => be.exp(a) },
      { name: `log ${at}`, inputs: positive, run: (be, a) => be.log(a) },
      { name: `sqrt ${at}`, inputs: positive, run: (be, a) => be.sqrt(a) },
      { name: `erf ${at}`, inputs: x, run: (be, a) => be.erf(a) },
      { name: `sigmoid ${at}`, inputs: x, run: (be, a) => be.sigmoid(a) },
      { name: `relu ${at}`, inputs: x, run: (be, a) => be.relu(a) },
      { name: `step ${at}`, inputs: ternary, run: (be, a) => be.step(a) },
      {
        name: `stopGradient ${at}`,
        inputs: x,
        run: (be, a) => be.stopGradient(a),
      },
    ];
  });
  const binary = BROADCAST_SHAPES.flatMap(([p, q], i): OperationCase[] => {
    const at = `[${p}] with [${q}]`;
    const x = [uniform(70 + i, p, -2, 2), uniform(90 + i, q, -2, 2)];
    const divisor = [x[0]!, uniform(110 + i, q, 0.5, 2)];
    const ties = [whole(130 + i, p), whole(150 + i, q)];
    const choice = [...ties.slice(0, 1), x[0]!, x[1]!];
    return [
      { name: `add ${at}`, inputs: x, run: (be, a, b) => be.add(a, b) },
      { name: `sub ${at}`, inputs: x, run: (be, a, b) => be.sub(a, b) },
      { name: `mul ${at}`, inputs: x, run: (be, a, b) => be.mul(a, b) },
      { name: `div ${at}`, inputs: divisor, run: (be, a, b) => be.div(a, b) },
      { name: `maximum ${at}`, inputs: x, run: (be, a, b) => be.maximum(a, b) },
      { name: `minimum ${at}`, inputs: x, run: (be, a, b) => be.minimum(a, b) },
      { name: `equal ${at}`, inputs: ties, run: (be, a, b) => be.equal(a, b) },
      {
        name: `where ${at}`,
        inputs: choice,
        run: (be, a, b, c) => be.where(a, b, c),
      },
    ];
  });
  return [...unary, ...binary, ...numberCases(), ...edgeCases()];
}

function numberCases(): readonly OperationCase[] {
  const inputs = [uniform(170, [2, 3], 0.5, 2)];
  const condition = [whole(171, [2, 3]), ...inputs];
  return [
    { name: "add with a number", inputs, run: (be, a) => be.add(a, 2.5) },
    { name: "add a number first", inputs, run: (be, a) => be.add(2.5, a) },
    { name: "sub a number first", inputs, run: (be, a) => be.sub(1, a) },
    { name: "mul with a number", inputs, run: (be, a) => be.mul(a, -0.5) },
    { name: "div a number first", inputs, run: (be, a) => be.div(1, a) },
    { name: "div by a number", inputs, run: (be, a) => be.div(a, 3) },
    { name: "maximum with a number", inputs, run: (be, a) => be.maximum(a, 1) },
    { name: "minimum with a number", inputs, run: (be, a) => be.minimum(1, a) },
    {
      name: "equal with a number",
      inputs: [whole(172, [2, 5])],
      run: (be, a) => be.equal(a, 1),
    },
    { name: "add two numbers", inputs, run: (be) => be.add(1.5, 2) },
    {
      name: "where with a number first",
      inputs: condition,
      run: (be, a, b) => be.where(a, -4, b),
    },
    {
      name: "where with a number second",
      inputs: condition,
      run: (be, a, b) => be.where(a, b, 0),
    },
    {
      name: "where with two numbers",
      inputs: condition,
      run: (be, a) => be.where(a, 1, -1),
    },
  ];
}

function edgeCases(): readonly OperationCase[] {
  const zeros = [numbers([3], [-1, 0, 1])];
  return [
    {
      name: "sigmoid of large numbers",
      inputs: [numbers([4], [-200, -30, 30, 200])],
      run: (be, a) => be.sigmoid(a),
    },
    {
      name: "erf far out",
      inputs: [numbers([6], [-20, -4, -0.001, 0.001, 4, 20])],
      run: (be, a) => be.erf(a),
    },
    {
      name: "exp that underflows and overflows",
      inputs: [numbers([2], [-1000, 1000])],
      run: (be, a) => be.exp(a),
    },
    {
      name: "log of zero",
      inputs: [numbers([2], [0, 1])],
      run: (be, a) => be.log(a),
    },
    {
      name: "log below zero",
      inputs: [numbers([2], [-1, 1])],
      run: (be, a) => be.log(a),
    },
    {
      name: "sqrt of zero",
      inputs: [numbers([2], [0, 4])],
      run: (be, a) => be.sqrt(a),
    },
    {
      name: "sqrt below zero",
      inputs: [numbers([2], [-1, 4])],
      run: (be, a) => be.sqrt(a),
    },
    { name: "relu at zero", inputs: zeros, run: (be, a) => be.relu(a) },
    { name: "step at zero", inputs: zeros, run: (be, a) => be.step(a) },
    {
      name: "where keeps the other branch's infinity out",
      inputs: [
        numbers([2, 2], [1, 0, 2, 0]),
        numbers([2, 2], [1, Infinity, 2, -Infinity]),
        numbers([2, 2], [-Infinity, 3, Infinity, 4]),
      ],
      run: (be, a, b, c) => be.where(a, b, c),
    },
    {
      name: "where keeps the logarithm of zero out",
      inputs: zeros,
      run: (be, a) => be.where(be.step(a), be.log(be.relu(a)), 7),
    },
    {
      name: "where keeps the other branch's NaN out",
      inputs: [numbers([2], [1, 0]), numbers([2], [5, NaN])],
      run: (be, a, b) => be.where(a, b, 6),
    },
  ];
}
