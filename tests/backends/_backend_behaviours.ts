import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { Backend } from "../../src/backends/backend.ts";
import { OptionError, ShapeError } from "../../src/core/errors.ts";

/** What a backend promises beside the numbers of single operations. */
export interface Behaviour {
  readonly name: string;
  readonly check: <T>(backend: Backend<T>) => Promise<void>;
}

/** All of them; each leaves the backend as it found it. */
export const behaviours: readonly Behaviour[] = [
  {
    name: "read() gives several tensors in order, and again",
    check: async (be) => {
      const x = be.tensor([1, 2], [2]);
      const y = be.tensor([3], []);
      deepStrictEqual(await values(be, [y, x, y]), [[3], [1, 2], [3]]);
      deepStrictEqual(await values(be, [x]), [[1, 2]]);
      be.dispose([x, y]);
    },
  },
  {
    name: "operations leave their operands as they were",
    check: async (be) => {
      const x = be.tensor([-1, 2], [2]);
      const [y] = be.tidy(() => [be.add(be.relu(x), be.mul(x, x))]);
      // relu + square: 0 + 1 and 2 + 4.
      deepStrictEqual(await values(be, [y!, x]), [[1, 6], [-1, 2]]);
      be.dispose([x, y!]);
    },
  },
  {
    name: "tidy() frees what it does not return",
    check: async (be) => {
      const before = be.memory().tensors;
      const x = be.tensor([1, 2], [2]);
      const kept = be.tidy(() => {
        be.tensor([5], [1]);
        const [inner] = be.tidy(() => [be.mul(be.add(x, 1), 2)]);
        return [be.neg(inner!), x];
      });
      deepStrictEqual(await values(be, kept), [[-4, -6], [1, 2]]);
      strictEqual(be.memory().tensors, before + 2);
      be.dispose(kept);
      be.dispose(kept);
      strictEqual(be.memory().tensors, before);
    },
  },
  {
    name: "a compiled program reads new inputs each time",
    check: async (be) => {
      const program = be.compile(({ x, y }) => ({
        sum: be.add(x!, y!),
        product: be.mul(x!, y!),
      }));
      for (const [a, b] of [[2, 3], [4, 5]] as const) {
        const x = be.tensor([a], [1]);
        const y = be.tensor([b], [1]);
        const { sum, product } = await program({ x, y });
        deepStrictEqual(await values(be, [sum!, product!]), [[a + b], [a * b]]);
        be.dispose([x, y, sum!, product!]);
      }
    },
  },
  {
    name: "a compiled program is traced anew for new shapes",
    check: async (be) => {
      const program = be.compile(({ x }) => ({
        y: be.mul(be.sum(x!, [0]), be.shape(x!)[0]!),
      }));
      for (const data of [[1, 2], [1, 2, 3], [4, 5]]) {
        const x = be.tensor(data, [data.length]);
        const { y } = await program({ x });
        const total = data.reduce((a, b) => a + b);
        deepStrictEqual(await values(be, [y!]), [[total * data.length]]);
        be.dispose([x, y!]);
      }
    },
  },
  {
    name: "a compiled program that was built beforehand finds what it needs",
    check: async (be) => {
      const program = be.compile(({ x, y }) => ({ z: be.mul(x!, y!) }));
      await program.build?.({ x: [2], y: [] });
      const built = be.memory();
      const [x, y] = [be.tensor([1, 2], [2]), be.tensor([3], [])];
      const { z } = await program({ x, y });
      deepStrictEqual(await values(be, [z!]), [[3, 6]]);
      be.dispose([x, y, z!]);
      if (program.build) deepStrictEqual(be.memory(), built);
    },
  },
  {
    name: "a compiled program's outputs feed it again",
    check: async (be) => {
      const before = be.memory().tensors;
      const program = be.compile(({ x }) => ({ x: be.add(be.mul(x!, 2), 1) }));
      let state = { x: be.tensor([1, 0], [2]) };
      for (let i = 0; i < 3; i++) {
        const { x } = await program(state);
        be.dispose([state.x]);
        state = { x: x! };
      }
      // 1 -> 3 -> 7 -> 15 and 0 -> 1 -> 3 -> 7.
      deepStrictEqual(await values(be, [state.x]), [[15, 7]]);
      be.dispose([state.x]);
      strictEqual(be.memory().tensors, before);
    },
  },
  {
    name: "a compiled program's outputs are new tensors, even of an input",
    check: async (be) => {
      const before = be.memory().tensors;
      const x = be.tensor([1, 2], [2]);
      const program = be.compile(({ x }) => {
        const twice = be.mul(x!, 2);
        return { same: x!, twice, again: twice };
      });
      const { same, twice, again } = await program({ x });
      strictEqual(be.memory().tensors, before + 4);
      be.dispose([x, twice!]);
      deepStrictEqual(await values(be, [same!, again!]), [[1, 2], [2, 4]]);
      be.dispose([same!, again!]);
      strictEqual(be.memory().tensors, before);
    },
  },
  {
    name: "a compiled program may return a constant",
    check: async (be) => {
      const program = be.compile(({ x }) => ({
        x: be.neg(x!),
        table: be.constant([7, 8], [2]),
      }));
      const x = be.tensor([1], [1]);
      const y = await program({ x });
      deepStrictEqual(await values(be, [y.x!, y.table!]), [[-1], [7, 8]]);
      be.dispose([x, y.x!, y.table!]);
    },
  },
  {
    name: "operations refuse wrong shapes and options by name",
    check: (be) => {
      refusesShapes(be);
      return Promise.resolve();
    },
  },
];

async function values<T>(
  backend: Backend<T>,
  xs: readonly T[],
): Promise<number[][]> {
  return (await backend.read(xs)).map((data) => [...data]);
}

function refusesShapes<T>(be: Backend<T>): void {
  const made = be.tidy(() => {
    const v = be.tensor([1, 2, 3], [3]);
    const m = be.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const x = be.tensor([1, 2, 3, 4], [1, 1, 2, 2]);
    const window = { stride: 1, padding: 0 };
    const pool = { kernelSize: 2, ...window };
    const shapes: Readonly<Record<string, () => unknown>> = {
      tensor: () => be.tensor([1, 2], [3]),
      constant: () => be.constant([1, 2], [3]),
      add: () => be.add(m, be.tensor([1, 2], [2])),
      where: () => be.where(m, v, be.tensor([1, 2], [2])),
      matMul: () => be.matMul(m, m),
      conv2d: () => be.conv2d(x, m, window),
      conv2dInputGrad: () =>
        be.conv2dInputGrad(x, x, { ...window, inputSize: [5, 5] }),
      conv2dFilterGrad: () =>
        be.conv2dFilterGrad(x, x, { ...window, kernelSize: [2, 2] }),
      maxPool2d: () => be.maxPool2d(m, pool),
      maxPool2dGrad: () => be.maxPool2dGrad(x, x, pool),
      softmax: () => be.softmax(be.tensor([1], [])),
      argMax: () => be.argMax(be.tensor([1], [])),
      reshape: () => be.reshape(m, [5]),
      slice: () => be.slice(m, [0, 1], [2, 3]),
      concat: () => be.concat([m, v], 0),
      broadcastTo: () => be.broadcastTo(m, [3, 3]),
      gather: () => be.gather(m, m),
    };
    for (const [name, call] of Object.entries(shapes)) {
      throws(call, (error) => {
        return error instanceof ShapeError &&
          error.message.startsWith(`${name}(): `);
      }, `${name} must refuse the shape`);
    }
    const options: Readonly<Record<string, () => unknown>> = {
      sum: () => be.sum(m, [2]),
      max: () => be.max(m, [0, 0]),
      transpose: () => be.transpose(m, [0, 0]),
      pad: () => be.pad(m, [[0, -1], [0, 0]]),
      concat: () => be.concat([m, m], 2),
      conv2d: () => be.conv2d(x, x, { stride: 0, padding: 0 }),
      maxPool2d: () => be.maxPool2d(x, { ...pool, padding: 2 }),
    };
    for (const [name, call] of Object.entries(options)) {
      throws(call, (error) => {
        return error instanceof OptionError &&
          error.message.startsWith(`${name}(): `);
      }, `${name} must refuse the option`);
    }
    return [];
  });
  be.dispose(made);
}
