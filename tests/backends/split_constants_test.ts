import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { onnxBackend } from "../../src/backends/onnx/mod.ts";
import { modelBuilder } from "../../src/backends/onnx/model_builder.ts";
import { loadProto } from "../../src/backends/onnx/_runtime.ts";
import {
  splitConstants,
  type SplitModel,
} from "../../src/backends/onnx/_split_constants.ts";
import { referenceBackend } from "../../src/backends/reference.ts";
import type { Backend } from "../../src/backends/backend.ts";
import { assertProportional, open, tensor } from "./_blocked_programs.ts";
import { uniform } from "./_numbers.ts";

const proto = await loadProto();
const created = await onnxBackend({ device: "cpu", lowering: "blocked" })();
const onBlocked = { ignore: created._tag === "Left" };

type Model = SplitModel["model"];

/** Operators, initialisers, inputs and outputs of a model. */
function partsOf({ graph }: Model): readonly (readonly string[])[] {
  const names = (list: readonly { name?: string | null }[]) =>
    list.map(({ name }) => name!);
  return [
    graph!.node!.map(({ opType }) => opType!),
    names(graph!.initializer!),
    names(graph!.input!),
    names(graph!.output!),
  ];
}

Deno.test("splitConstants() moves what is marked and constant, with what it reads", () => {
  const model = modelBuilder(proto);
  const x = model.input("x", [2]);
  const table = model.tensor(Float32Array.of(1, 2), [2]);
  const unused = model.tensor(Float32Array.of(3, 4), [2]);
  const doubled = model.op("Add", [table, table]);
  const negated = model.op("Neg", [doubled]);
  const scaled = model.op("Mul", [x, negated]);
  model.markLarge(negated, [2]);
  model.markLarge(scaled, [2]);
  model.output(model.op("Sub", [scaled, table]), [2]);
  model.output(model.op("Abs", [unused]), [2]);
  const split = splitConstants(model);
  deepStrictEqual(split.constants?.results, new Map([[negated, [2]]]));
  const { model: constants, feeds } = split.constants!;
  deepStrictEqual(partsOf(constants), [["Add", "Neg"], [], [table], [negated]]);
  deepStrictEqual(feeds.map(({ name }) => name), [table]);
  const [operators, initializers, inputs] = partsOf(split.model);
  deepStrictEqual(operators, ["Mul", "Sub", "Abs"]);
  // `table` is read on both sides.
  deepStrictEqual(initializers, [table, unused]);
  deepStrictEqual(inputs, ["x", negated]);
});

Deno.test("splitConstants() leaves a model alone that has nothing to move", () => {
  const model = modelBuilder(proto);
  const y = model.op("Neg", [model.input("x", [2])]);
  model.markLarge(y, [2]);
  model.output(y, [2]);
  const split = splitConstants(model);
  strictEqual(split.constants, undefined);
  deepStrictEqual(split.model, model.message());
});

Deno.test("splitConstants() keeps the result that is no tensor on both sides", () => {
  const model = modelBuilder(proto);
  model.emptySequence();
  const table = model.op("Neg", [model.tensor(Float32Array.of(1), [1])]);
  model.markLarge(table, [1]);
  model.output(model.op("Add", [model.input("x", [1]), table]), [1]);
  const { model: rest, constants } = splitConstants(model);
  for (const each of [rest, constants!.model]) {
    const { node, output } = each.graph!;
    strictEqual(node![0]!.opType, "SequenceEmpty");
    strictEqual(output![0]!.name, node![0]!.output![0]);
    strictEqual(output!.length, 2);
  }
});

Deno.test(
  "filters whose points are computed apart serve again once their session was released",
  onBlocked,
  async () => {
    const shape = [128, 128, 3, 3];
    const convolve = <T>(be: Backend<T>, seed: number) => {
      const w = be.constant(uniform(seed, shape).data, shape);
      return be.compile(({ x }) => ({
        y: be.conv2d(x!, w, { stride: 1, padding: 1 }),
      }));
    };
    const results = async <T>(be: Backend<T>) => {
      const x = tensor(be, 3, [1, 128, 16, 16]);
      const [first, second] = [convolve(be, 1), convolve(be, 2)];
      const found = [];
      for (const run of [first, second, first]) {
        const { y } = await run({ x });
        found.push(...await be.read([y!]));
        be.dispose([y!]);
      }
      return found;
    };
    const blocked = await open("blocked", { maxSessions: 1 });
    const got = await results(blocked);
    const want = await results(referenceBackend());
    want.forEach((data, i) =>
      assertProportional(`run ${i}`, got[i]!, data, 1e-5)
    );
    strictEqual(blocked.memory().sessions, 1);
    await blocked.close();
  },
);
