import type { Shape } from "../../src/backends/backend.ts";
import { layoutCases, matMulCases, reduceCases } from "./_layout_cases.ts";
import { awayFromZero, distinct, numbers, uniform, whole } from "./_numbers.ts";
import type { OperationCase } from "./_operation_cases.ts";
import { BROADCAST_SHAPES } from "./_operation_cases.ts";
import { convCases, POOL_GEOMETRIES } from "./_window_cases.ts";

/** An operation at a point where it is smooth. */
export interface GradientCase extends OperationCase {
  /** Which inputs to differentiate by; all unless given. */
  readonly by?: readonly number[];
}

/** Every operation that passes a gradient on, on several shapes. */
export function gradientCases(): readonly GradientCase[] {
  return [
    ...unaryCases(),
    ...binaryCases(),
    ...operandCases(),
    ...matMulCases(),
    ...convCases().filter(({ name, inputs }) =>
      name.startsWith("conv2d ") && inputs.every((x) => x.data.length < 500) ||
      name.startsWith("conv2d with bias") &&
        inputs.every((x) => x.data.length < 150)
    ),
    ...smoothPoolCases(),
    ...reduceCases().filter(({ name }) =>
      /^(sum|max|softmax) /.test(name) && !name.includes("huge")
    ),
    ...layoutCases().map((each) =>
      each.name.startsWith("gather") ? { ...each, by: [0] } : each
    ),
  ];
}

function unaryCases(): readonly GradientCase[] {
  const shapes: readonly Shape[] = [[], [7], [2, 3, 1, 2]];
  return shapes.flatMap((shape, i): GradientCase[] => {
    const at = `[${shape}]`;
    const x = [awayFromZero(700 + i, shape)];
    const positive = [uniform(710 + i, shape, 0.5, 2)];
    return [
      { name: `neg ${at}`, inputs: x, run: (be, a) => be.neg(a) },
      { name: `abs ${at}`, inputs: x, run: (be, a) => be.abs(a) },
      { name: `exp ${at}`, inputs: x, run: (be, a) => be.exp(a) },
      { name: `log ${at}`, inputs: positive, run: (be, a) => be.log(a) },
      { name: `sqrt ${at}`, inputs: positive, run: (be, a) => be.sqrt(a) },
      { name: `erf ${at}`, inputs: x, run: (be, a) => be.erf(a) },
      { name: `sigmoid ${at}`, inputs: x, run: (be, a) => be.sigmoid(a) },
      { name: `relu ${at}`, inputs: x, run: (be, a) => be.relu(a) },
    ];
  });
}

function binaryCases(): readonly GradientCase[] {
  return BROADCAST_SHAPES.flatMap(([p, q], i): GradientCase[] => {
    const at = `[${p}] with [${q}]`;
    const x = [uniform(720 + i, p), uniform(740 + i, q)];
    const divisor = [x[0]!, awayFromZero(760 + i, q, 0.5, 2)];
    const shifted = distinct(780 + i, q);
    // Multiples of 0.1 or odd ones of 0.05, and 0.02 beside them: never equal.
    const apart = [
      distinct(800 + i, p),
      numbers(q, shifted.data.map((v) => v + 0.02)),
    ];
    return [
      { name: `add ${at}`, inputs: x, run: (be, a, b) => be.add(a, b) },
      { name: `sub ${at}`, inputs: x, run: (be, a, b) => be.sub(a, b) },
      { name: `mul ${at}`, inputs: x, run: (be, a, b) => be.mul(a, b) },
      { name: `div ${at}`, inputs: divisor, run: (be, a, b) => be.div(a, b) },
      {
        name: `maximum ${at}`,
        inputs: apart,
        run: (be, a, b) => be.maximum(a, b),
      },
      {
        name: `minimum ${at}`,
        inputs: apart,
        run: (be, a, b) => be.minimum(a, b),
      },
      {
        name: `where ${at}`,
        inputs: [whole(820 + i, p), ...x],
        by: [1, 2],
        run: (be, a, b, c) => be.where(a, b, c),
      },
    ];
  });
}

function operandCases(): readonly GradientCase[] {
  const x = [awayFromZero(840, [2, 3])];
  const chosen = [whole(841, [4, 1, 1]), x[0]!];
  return [
    { name: "add with a number", inputs: x, run: (be, a) => be.add(2, a) },
    { name: "sub from a number", inputs: x, run: (be, a) => be.sub(2, a) },
    { name: "mul with a number", inputs: x, run: (be, a) => be.mul(a, -3) },
    { name: "div by a number", inputs: x, run: (be, a) => be.div(a, 4) },
    { name: "div of a number", inputs: x, run: (be, a) => be.div(2, a) },
    {
      name: "maximum with a number",
      inputs: x,
      run: (be, a) => be.maximum(0, a),
    },
    {
      name: "minimum with a number",
      inputs: x,
      run: (be, a) => be.minimum(a, 0),
    },
    {
      name: "where with a number",
      inputs: chosen,
      by: [1],
      run: (be, a, b) => be.where(a, 3, b),
    },
    { name: "mul with itself", inputs: x, run: (be, a) => be.mul(a, a) },
    { name: "div by itself", inputs: x, run: (be, a) => be.div(a, a) },
    {
      name: "a tensor used on several ways",
      inputs: [uniform(842, [3, 3])],
      run: (be, a) => {
        const square = be.matMul(a, a, { transposeB: true });
        const rows = be.softmax(be.add(square, a));
        return be.concat([be.mul(rows, be.exp(a)), be.sum(a, [0])], 0);
      },
    },
    {
      name: "a perceptron",
      inputs: [
        uniform(843, [4, 3]),
        uniform(844, [3, 5]),
        awayFromZero(845, [5], 2, 3),
      ],
      run: (be, x, w, b) => be.sum(be.relu(be.add(be.matMul(x, w), b)), [1]),
    },
  ];
}

function smoothPoolCases(): readonly GradientCase[] {
  return POOL_GEOMETRIES.map(({ x, ...options }, i) => ({
    name: `maxPool2d [${x}] ${JSON.stringify(options)}`,
    inputs: [distinct(860 + i, x, 0.01)],
    run: (be, a) => be.maxPool2d(a, options),
  }));
}
