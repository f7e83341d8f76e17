import type { Shape } from "../../src/backends/backend.ts";
import { numbers, uniform, whole } from "./_numbers.ts";
import type { OperationCase } from "./_operation_cases.ts";

const REDUCTIONS: readonly (readonly [Shape, readonly number[]])[] = [
  [[], []],
  [[5], [0]],
  [[3, 4], []],
  [[3, 4], [0]],
  [[3, 4], [1]],
  [[3, 4], [0, 1]],
  [[2, 3, 4], [1]],
  [[2, 3, 4], [2, 0]],
  [[2, 3, 4, 5], [2, 3]],
  [[2, 3, 4, 5], [0, 2, 3]],
  [[2, 1, 3, 2, 2], [1, 3]],
  // Leading axes, in any order and with axes of one element among them.
  [[3, 4, 5], [1, 0]],
  [[1, 4, 5], [1]],
  [[3, 1, 5], [0]],
  [[2, 3, 4, 5], [2, 0, 1]],
];

/** Products over two axes: all four ways to read the factors, ranks 2 to 4. */
export function matMulCases(): readonly OperationCase[] {
  const leads: readonly Shape[] = [[], [3], [2, 3]];
  const ways = [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({ transposeA, transposeB }))
  );
  const sizes = [[2, 3, 4], [1, 5, 1], [7, 1, 3]] as const;
  return leads.flatMap((lead, i) =>
    ways.flatMap((way) =>
      sizes.map(([m, k, n], j): OperationCase => {
        const a = [...lead, ...(way.transposeA ? [k, m] : [m, k])];
        const b = [...lead, ...(way.transposeB ? [n, k] : [k, n])];
        const marks = `${way.transposeA ? "^T" : ""} with [${b}]${
          way.transposeB ? "^T" : ""
        }`;
        return {
          name: `matMul [${a}]${marks}`,
          inputs: [uniform(400 + 9 * i + j, a), uniform(430 + 9 * i + j, b)],
          run: (be, x, y) => be.matMul(x, y, way),
        };
      })
    )
  );
}

/** Sums, maxima, softmax and argmax. */
export function reduceCases(): readonly OperationCase[] {
  const reductions = REDUCTIONS.flatMap(([shape, axes], i): OperationCase[] => [
    {
      name: `sum [${shape}] over [${axes}]`,
      inputs: [uniform(460 + i, shape)],
      run: (be, a) => be.sum(a, axes),
    },
    {
      name: `max [${shape}] over [${axes}]`,
      inputs: [uniform(480 + i, shape, -3, -1)],
      run: (be, a) => be.max(a, axes),
    },
  ]);
  const rows: readonly Shape[] = [
    [1],
    [4],
    [3, 1],
    [2, 5],
    [2, 3, 4],
    [2, 1, 3, 7],
    [2, 2, 1, 2, 3],
  ];
  const byRow = rows.flatMap((shape, i): OperationCase[] => [
    {
      name: `softmax [${shape}]`,
      inputs: [uniform(500 + i, shape, -4, 4)],
      run: (be, a) => be.softmax(a),
    },
    {
      name: `argMax [${shape}]`,
      inputs: [uniform(520 + i, shape, -3, -1)],
      run: (be, a) => be.argMax(a),
    },
    {
      name: `argMax with ties [${shape}]`,
      inputs: [whole(540 + i, shape, 2)],
      run: (be, a) => be.argMax(a),
    },
  ]);
  return [
    ...reductions,
    ...byRow,
    {
      name: "softmax of huge logits",
      inputs: [numbers([3, 3], [1e4, 0, -1e4, 3e4, 3e4, 0, -1e4, -1e4, -1e4])],
      run: (be, a) => be.softmax(a),
    },
    {
      name: "argMax of equal numbers over a long row",
      inputs: [numbers([2, 300], new Array<number>(600).fill(0.5))],
      run: (be, a) => be.argMax(a),
    },
    {
      name: "argMax past 16 bits",
      inputs: [numbers([70001], [...new Array<number>(70000).fill(0), 1])],
      run: (be, a) => be.argMax(a),
    },
  ];
}

/** Operations that only move elements. */
export function layoutCases(): readonly OperationCase[] {
  const reshapes: readonly (readonly [Shape, Shape])[] = [
    [[], [1, 1]],
    [[1], []],
    [[2, 6], [3, 4]],
    [[2, 3, 4], [24]],
    [[12], [2, 1, 3, 2, 1]],
  ];
  const transposes: readonly (readonly [Shape, readonly number[]])[] = [
    [[], []],
    [[3], [0]],
    [[2, 3], [1, 0]],
    [[2, 3, 4], [2, 0, 1]],
    [[2, 3, 4, 5], [0, 2, 3, 1]],
    [[2, 3, 1, 4, 2], [4, 2, 0, 3, 1]],
  ];
  const slices: readonly (readonly [Shape, Shape, Shape])[] = [
    [[], [], []],
    [[5], [1], [3]],
    [[3, 4], [0, 0], [3, 4]],
    [[3, 4], [2, 1], [1, 2]],
    [[2, 3, 4, 5], [1, 0, 2, 3], [1, 3, 2, 1]],
    [[2, 2, 2, 2, 3], [0, 1, 0, 1, 1], [2, 1, 1, 1, 2]],
  ];
  const paddings: readonly (readonly [Shape, readonly [number, number][]])[] = [
    [[], []],
    [[3], [[1, 2]]],
    [[2, 3], [[0, 1], [2, 0]]],
    [[1, 2, 3, 2], [[0, 0], [0, 0], [1, 1], [2, 0]]],
    [[1, 2, 1, 2, 1], [[1, 0], [0, 0], [0, 2], [1, 1], [0, 0]]],
  ];
  const broadcasts: readonly (readonly [Shape, Shape])[] = [
    [[], []],
    [[], [2, 3]],
    [[3], [2, 3]],
    [[2, 1], [2, 4]],
    [[1, 3, 1], [2, 3, 4]],
    [[3, 1, 1], [2, 3, 2, 2]],
    [[1], [2, 1, 3, 1, 2]],
  ];
  return [
    ...reshapes.map(([from, to], i): OperationCase => ({
      name: `reshape [${from}] to [${to}]`,
      inputs: [uniform(600 + i, from)],
      run: (be, a) => be.reshape(a, to),
    })),
    ...transposes.map(([shape, permutation], i): OperationCase => ({
      name: `transpose [${shape}] by [${permutation}]`,
      inputs: [uniform(610 + i, shape)],
      run: (be, a) => be.transpose(a, permutation),
    })),
    ...slices.map(([shape, begin, size], i): OperationCase => ({
      name: `slice [${shape}] from [${begin}], size [${size}]`,
      inputs: [uniform(620 + i, shape)],
      run: (be, a) => be.slice(a, begin, size),
    })),
    ...paddings.map(([shape, by], i): OperationCase => ({
      name: `pad [${shape}] by ${JSON.stringify(by)}`,
      inputs: [uniform(630 + i, shape)],
      run: (be, a) => be.pad(a, by),
    })),
    ...broadcasts.map(([from, to], i): OperationCase => ({
      name: `broadcastTo [${from}] to [${to}]`,
      inputs: [uniform(640 + i, from)],
      run: (be, a) => be.broadcastTo(a, to),
    })),
    ...concatCases(),
    ...gatherCases(),
  ];
}

function concatCases(): readonly OperationCase[] {
  return [
    {
      name: "concat of one",
      inputs: [uniform(650, [2, 3])],
      run: (be, a) => be.concat([a], 1),
    },
    {
      name: "concat of two along the first axis",
      inputs: [uniform(651, [2]), uniform(652, [3])],
      run: (be, a, b) => be.concat([a, b], 0),
    },
    {
      name: "concat of three along a middle axis",
      inputs: [
        uniform(653, [2, 1, 2, 3]),
        uniform(654, [2, 3, 2, 3]),
        uniform(655, [2, 2, 2, 3]),
      ],
      run: (be, a, b, c) => be.concat([a, b, c], 1),
    },
    {
      name: "concat of a tensor with itself along the last axis",
      inputs: [uniform(656, [2, 1, 2, 1, 2])],
      run: (be, a) => be.concat([a, a], 4),
    },
  ];
}

function gatherCases(): readonly OperationCase[] {
  const indices = numbers([4], [2, 0, 2, 1]);
  return [
    {
      name: "gather of numbers",
      inputs: [uniform(660, [3]), indices],
      run: (be, a, b) => be.gather(a, b),
    },
    {
      name: "gather of rows",
      inputs: [uniform(661, [3, 5]), indices],
      run: (be, a, b) => be.gather(a, b),
    },
    {
      name: "gather of maps",
      inputs: [uniform(662, [3, 2, 2, 3]), numbers([1], [2])],
      run: (be, a, b) => be.gather(a, b),
    },
    {
      name: "gather at the argMax",
      inputs: [uniform(663, [4, 2]), uniform(664, [3, 4])],
      run: (be, a, b) => be.gather(a, be.reshape(be.argMax(b), [3])),
    },
  ];
}
