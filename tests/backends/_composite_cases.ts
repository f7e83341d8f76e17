import type { Backend } from "../../src/backends/backend.ts";
import { sizeOf } from "../../src/backends/_shape.ts";
import { valueAndGrad } from "../../src/backends/tape.ts";
import { awayFromZero, numbers, uniform } from "./_numbers.ts";
import type { OperationCase } from "./_operation_cases.ts";

/** Programs of many operations, gradients included. */
export function compositeCases(): readonly OperationCase[] {
  return [
    {
      name: "a tidy inside a program",
      inputs: [uniform(900, [2, 3]), uniform(901, [3, 2])],
      run: (be, a, b) => {
        const [product] = be.tidy(() => [be.matMul(a, be.mul(b, 2))]);
        return be.add(product!, be.constant([1, 2, 3, 4], [2, 2]));
      },
    },
    {
      name: "an operation of constants alone",
      inputs: [uniform(902, [2])],
      run: (be) =>
        be.exp(be.add(be.constant([1, 2], [2]), be.constant([3], []))),
    },
    {
      name: "gradients of a small convolutional network",
      inputs: [
        uniform(903, [2, 2, 9, 8]),
        awayFromZero(904, [4, 2, 3, 3], 0.1, 0.4),
        uniform(905, [4]),
      ],
      run: (be, x, w, bias) => {
        const { value, gradients } = valueAndGrad(be, (tape, p) => {
          const window = { stride: 2, padding: 1 };
          const maps = tape.conv2d(tape.lift(x), p.w!, {
            ...window,
            bias: p.bias!,
          });
          const pooled = tape.maxPool2d(tape.relu(maps), {
            kernelSize: 3,
            stride: 1,
            padding: 1,
          });
          const [batch, ...cells] = tape.shape(pooled);
          const rows = tape.reshape(pooled, [batch!, sizeOf(cells)]);
          const gram = tape.matMul(rows, rows, { transposeB: true });
          const logs = tape.log(tape.softmax(tape.div(gram, 40)));
          return { value: tape.neg(tape.sum(logs, [0, 1])) };
        })({ w, bias });
        return flat(be, [value, gradients.w!, gradients.bias!]);
      },
    },
    {
      name: "gradients of sampled and localised points",
      inputs: [
        uniform(906, [2, 3, 12]),
        uniform(907, [2, 3, 4]),
        numbers([], [0.3]),
      ],
      run: (be, map, queries, temperature) => {
        const { value, gradients } = valueAndGrad(be, (tape, p) => {
          const norm = (x: typeof p[string]) => {
            const squares = tape.sum(tape.mul(x, x), [1]);
            return tape.div(x, tape.sqrt(tape.maximum(squares, 1e-24)));
          };
          const scores = tape.matMul(norm(p.queries!), norm(p.map!), {
            transposeA: true,
          });
          const softmax = tape.softmax(tape.div(scores, p.temperature!));
          const best = tape.reshape(tape.argMax(softmax), [8]);
          const columns = tape.gather(
            tape.constant(Array.from({ length: 12 }, (_, i) => i / 4), [12]),
            best,
          );
          const places = tape.constant(
            Array.from({ length: 12 }, (_, i) => i / 4),
            [1, 1, 12],
          );
          const x = tape.sum(tape.mul(softmax, places), [2]);
          const far = tape.abs(tape.sub(tape.reshape(x, [8]), columns));
          const capped = tape.where(tape.step(tape.sub(far, 1)), 1, far);
          return { value: tape.sum(capped, [0]) };
        })({ map, queries, temperature });
        return flat(be, [
          value,
          gradients.map!,
          gradients.queries!,
          gradients.temperature!,
        ]);
      },
    },
  ];
}

function flat<T>(backend: Backend<T>, xs: readonly T[]): T {
  return backend.concat(
    xs.map((x) => backend.reshape(x, [sizeOf(backend.shape(x))])),
    0,
  );
}
