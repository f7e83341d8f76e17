import { deepStrictEqual } from "node:assert/strict";
// The whole library: only it registers gradients (tfjs-core alone has none).
import * as tf from "@tensorflow/tfjs";
import type { Backend, Shape } from "../../src/backends/backend.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import type { Numbers } from "./_numbers.ts";
import { assertClose, awayFromZero, uniform, whole } from "./_numbers.ts";

/** One function, written for our interface and for TensorFlow.js. */
interface Twin {
  readonly name: string;
  readonly inputs: readonly Numbers[];
  readonly ours: <T>(be: Backend<T>, a: T, b: T, c: T) => T;
  readonly theirs: (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => tf.Tensor;
}

const x = uniform(1, [2, 3, 4]);
const y = awayFromZero(2, [3, 1], 0.5, 2);
const map = uniform(3, [2, 3, 7, 6]);
const filter = uniform(4, [4, 3, 3, 3], -0.3, 0.3);
const bias = uniform(5, [4]);
const window = { stride: 2, padding: 1 };

const twins: readonly Twin[] = [
  {
    name: "add",
    inputs: [x, y],
    ours: (be, a, b) => be.add(a, b),
    theirs: (a, b) => tf.add(a, b),
  },
  {
    name: "sub",
    inputs: [x, y],
    ours: (be, a, b) => be.sub(a, b),
    theirs: (a, b) => tf.sub(a, b),
  },
  {
    name: "mul",
    inputs: [x, y],
    ours: (be, a, b) => be.mul(a, b),
    theirs: (a, b) => tf.mul(a, b),
  },
  {
    name: "div",
    inputs: [x, y],
    ours: (be, a, b) => be.div(a, b),
    theirs: (a, b) => tf.div(a, b),
  },
  {
    // Ties included: both give them to the first operand.
    name: "maximum",
    inputs: [whole(6, [3, 4]), whole(7, [3, 4])],
    ours: (be, a, b) => be.maximum(a, b),
    theirs: (a, b) => tf.maximum(a, b),
  },
  {
    name: "minimum",
    inputs: [whole(8, [3, 4]), whole(9, [3, 4])],
    ours: (be, a, b) => be.minimum(a, b),
    theirs: (a, b) => tf.minimum(a, b),
  },
  {
    name: "where",
    inputs: [uniform(10, [3, 4]), uniform(11, [3, 4])],
    ours: (be, a, b) => be.where(be.constant([1, 0, 0, 1], [4]), a, b),
    theirs: (a, b) => {
      const condition = tf.tensor1d([1, 0, 0, 1], "bool");
      return tf.where(tf.broadcastTo(condition, [3, 4]), a, b);
    },
  },
  {
    name: "exp, log, sqrt, neg",
    inputs: [uniform(12, [5], 0.5, 2)],
    ours: (be, a) => be.neg(be.mul(be.exp(a), be.mul(be.log(a), be.sqrt(a)))),
    theirs: (a) => tf.neg(tf.mul(tf.exp(a), tf.mul(tf.log(a), tf.sqrt(a)))),
  },
  {
    name: "abs, relu, sigmoid, erf",
    inputs: [awayFromZero(13, [6])],
    ours: (be, a) =>
      be.add(
        be.mul(be.abs(a), be.sigmoid(a)),
        be.mul(be.relu(a), be.erf(a)),
      ),
    theirs: (a) =>
      tf.add(
        tf.mul(tf.abs(a), tf.sigmoid(a)),
        tf.mul(tf.relu(a), tf.erf(a)),
      ),
  },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map((transposeB): Twin => ({
      name: `matMul, transposed ${transposeA} and ${transposeB}`,
      inputs: [
        uniform(14, transposeA ? [2, 4, 3] : [2, 3, 4]),
        uniform(15, transposeB ? [2, 5, 4] : [2, 4, 5]),
      ],
      ours: (be, a, b) => be.matMul(a, b, { transposeA, transposeB }),
      theirs: (a, b) => tf.matMul(a, b, transposeA, transposeB),
    }))
  ),
  {
    name: "conv2d with bias",
    inputs: [map, filter, bias],
    ours: (be, a, b, c) => be.conv2d(a, b, { ...window, bias: c }),
    theirs: (a, b, c) => {
      const image = tf.transpose(a, [0, 2, 3, 1]) as tf.Tensor4D;
      const kernel = tf.transpose(b, [2, 3, 1, 0]) as tf.Tensor4D;
      const maps = tf.conv2d(image, kernel, window.stride, window.padding);
      return tf.transpose(tf.add(maps, c), [0, 3, 1, 2]);
    },
  },
  {
    name: "maxPool2d",
    inputs: [map],
    ours: (be, a) => be.maxPool2d(a, { kernelSize: 3, ...window }),
    theirs: (a) => {
      const image = tf.transpose(a, [0, 2, 3, 1]) as tf.Tensor4D;
      const pooled = tf.maxPool(image, 3, window.stride, window.padding);
      return tf.transpose(pooled, [0, 3, 1, 2]);
    },
  },
  {
    name: "sum and max",
    inputs: [x],
    ours: (be, a) => be.mul(be.sum(a, [0, 2]), be.max(a, [1])),
    theirs: (a) => tf.mul(tf.sum(a, [0, 2], true), tf.max(a, [1], true)),
  },
  {
    name: "softmax",
    inputs: [uniform(16, [3, 5], -3, 3)],
    ours: (be, a) => be.softmax(a),
    theirs: (a) => tf.softmax(a),
  },
  {
    name: "reshape, transpose, slice, pad, concat",
    inputs: [x, uniform(17, [4, 2, 3])],
    ours: (be, a, b) => {
      const turned = be.transpose(a, [2, 0, 1]);
      const both = be.concat([turned, b, turned], 1);
      const part = be.slice(both, [1, 0, 1], [2, 5, 2]);
      return be.pad(be.reshape(part, [4, 5]), [[1, 0], [0, 2]]);
    },
    theirs: (a, b) => {
      const turned = tf.transpose(a, [2, 0, 1]);
      const both = tf.concat([turned, b, turned], 1);
      const part = tf.slice(both, [1, 0, 1], [2, 5, 2]);
      return tf.pad(tf.reshape(part, [4, 5]), [[1, 0], [0, 2]]);
    },
  },
  {
    name: "broadcastTo and gather",
    inputs: [y],
    ours: (be, a) =>
      be.gather(be.broadcastTo(a, [3, 4]), be.constant([2, 0, 2], [3])),
    theirs: (a) =>
      tf.gather(tf.broadcastTo(a, [3, 4]), tf.tensor1d([2, 0, 2], "int32")),
  },
];

Deno.test("valueAndGrad() agrees with TensorFlow.js's own autodiff", async (t) => {
  await tf.setBackend("cpu");
  for (const { name, inputs, ours, theirs } of twins) {
    await t.step(name, () => {
      const be = referenceBackend();
      const xs = inputs.map(({ data, shape }) => be.tensor(data, shape));
      const { shape } = ours(be, xs[0]!, xs[1]!, xs[2]!);
      const weights = uniform(18, shape, 0.5, 1.5);
      const named = xs.map((x, i) => [String(i), x] as const);
      const { value, gradients } = valueAndGrad(be, (tape, p) => ({
        value: ours(tape, p[0]!, p[1]!, p[2]!),
        cotangent: tape.tensor(weights.data, weights.shape),
      }))(Object.fromEntries(named));

      const wanted = tensorflow(inputs, theirs, weights);
      assertClose("value", wanted.value.data, value.data, 1e-5);
      wanted.gradients.forEach((want, i) => {
        const got = gradients[i]!;
        deepStrictEqual([...want.shape], [...got.shape]);
        assertClose(`gradient ${i}`, want.data, got.data, 1e-5);
      });
    });
  }
});

interface Read {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

function tensorflow(
  inputs: readonly Numbers[],
  f: Twin["theirs"],
  weights: Numbers,
): { readonly value: Read; readonly gradients: readonly Read[] } {
  const tensor = ({ data, shape }: Numbers) =>
    tf.tensor([...data], [...shape], "float32");
  const read = (x: tf.Tensor): Read => ({
    shape: x.shape,
    data: x.dataSync<"float32">(),
  });
  tf.engine().startScope();
  const { value, grads } = tf.valueAndGrads(
    (...xs: tf.Tensor[]) => f(xs[0]!, xs[1]!, xs[2]!),
  )(inputs.map(tensor), tensor(weights));
  const result = { value: read(value), gradients: grads.map(read) };
  tf.engine().endScope();
  return result;
}
