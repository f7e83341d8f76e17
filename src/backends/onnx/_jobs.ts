/**
 * Runs recorded graphs as models: what is read, and programs.
 *
 * @module
 */
import type { Tensor } from "onnxruntime-common";
import type {
  Backend,
  CompiledProgram,
  Program,
  Shape,
  TensorMap,
} from "../backend.ts";
import { feedName } from "./_emit.ts";
import { fuseOperations } from "./fuse_operations.ts";
import type { OnnxTensor, TensorLeaf } from "./graph.ts";
import type { Lowering } from "./lowering.ts";
import type { MemoryOrder } from "./memory_order.ts";
import { openSession } from "./_open_session.ts";
import { type OrderedPlan, planGraph } from "./_plan.ts";
import type { ResultMemory } from "./_result_memory.ts";
import { runSession } from "./_run_session.ts";
import type { Runtime } from "./_runtime.ts";
import type { SessionCache } from "./_sessions.ts";
import type { SessionResult, TensorStore } from "./_store.ts";

/** What graphs are run with. */
export interface JobContext {
  /** Makes the sessions. */
  readonly runtime: Runtime;
  /** Writes the models. */
  readonly lowering: Lowering;
  /** Where numbers come from and go to. */
  readonly store: TensorStore;
  /** Where results go. */
  readonly memory: ResultMemory;
  /** Sessions to find again. */
  readonly sessions: SessionCache;
  /** Start of the names of profiles, where they are wanted. */
  readonly profilePrefix?: string | undefined;
}

/** A graph that one session runs. */
interface Job {
  /** Equal for those that share a session. */
  readonly key: string;
  readonly plan: OrderedPlan;
  /** In the order of the results. */
  readonly outputs: readonly OnnxTensor[];
  /** Of what is fed, in the order of the plan. */
  readonly feedOrders: readonly (MemoryOrder | undefined)[];
  /** Of the results. */
  readonly outputOrders: readonly (MemoryOrder | undefined)[];
}

/** Where results are wanted. */
type Location = Runtime["location"];

/** Shapes of a program's inputs by name. */
type InputShapes = Readonly<Record<string, Shape>>;

/** A program traced for one set of input shapes. */
interface Trace extends Job {
  readonly names: readonly string[];
  readonly inputNames: ReadonlyMap<OnnxTensor, string>;
}

/** What of a backend runs something. */
export function jobRunner(
  { runtime, lowering, store, memory, sessions, profilePrefix }: JobContext,
): Pick<Backend<OnnxTensor>, "read" | "compile"> {
  let programs = 0;

  const jobOf = (
    key: (plan: OrderedPlan) => string,
    outputs: readonly OnnxTensor[],
  ): Job => {
    const plan = fuseOperations(
      planGraph(outputs, store.has),
      runtime.device,
    );
    const orderOf = lowering.ordersOf(plan);
    return {
      key: key(plan),
      plan,
      outputs,
      feedOrders: plan.feeds.map(orderOf),
      outputOrders: outputs.map(orderOf),
    };
  };

  /** Makes the session of a job. */
  const create = ({ plan, outputs }: Job, location: Location) => () => {
    memory.free();
    const options = {
      preferredOutputLocation: location,
      ...(profilePrefix !== undefined && {
        enableProfiling: true,
        profileFilePrefix: profilePrefix,
      }),
    };
    return openSession(runtime, { plan, outputs, lowering, options });
  };

  /** Runs a job whose feeds are held; the results are in the order of its outputs. */
  const run = async (
    job: Job,
    feed: (x: OnnxTensor, order: MemoryOrder | undefined) => Tensor,
    location: Location,
  ): Promise<readonly SessionResult[]> => {
    const { plan, outputs, feedOrders, outputOrders } = job;
    const values = await sessions.run(
      job.key,
      create(job, location),
      ({ session, constants }) => {
        const fed = plan.feeds.map((x, i) => feed(x, feedOrders[i]));
        store.sweep(fed);
        const named = fed.map((x, i) => [feedName(i), x] as const);
        return runSession(runtime, memory, {
          session,
          feeds: { ...constants, ...Object.fromEntries(named) },
          shapes: outputs.map(({ shape }) => shape),
        });
      },
    );
    return values.map((value, i) => ({ value, order: outputOrders[i] }));
  };

  /** Gives every operation among `xs` its numbers. */
  const materialize = async (xs: readonly OnnxTensor[]): Promise<void> => {
    const wanted = [...new Set(xs)].filter((x) =>
      x.kind === "operation" && !store.has(x)
    );
    if (wanted.length === 0) return;
    const job = jobOf(({ signature }) => `read ${signature}`, wanted);
    const results = await store.hold(
      job.plan.feeds,
      () => run(job, store.get, "cpu"),
    );
    wanted.forEach((x, i) => store.remember(x, results[i]!));
  };

  const trace = (
    program: Program<OnnxTensor>,
    shapes: InputShapes,
  ): Trace => {
    const placeholders = Object.entries(shapes).map((
      [name, shape],
    ): [string, TensorLeaf] => [name, { kind: "tensor", shape }]);
    let results: [string, OnnxTensor][] = [];
    // Nothing made while tracing is the caller's.
    store.tidy(() => {
      results = Object.entries(program(Object.fromEntries(placeholders)));
      return [];
    });
    // It may be a tensor of the caller's that no operation reads.
    results.forEach(([, x]) => store.note(x));
    return {
      ...jobOf(() => `program ${programs++}`, results.map(([, x]) => x)),
      names: results.map(([name]) => name),
      inputNames: new Map(placeholders.map(([name, x]) => [x, name])),
    };
  };

  /** Runs a program on inputs that are held and have their numbers. */
  const runTrace = async (
    traced: Trace,
    inputs: TensorMap<OnnxTensor>,
  ): Promise<TensorMap<OnnxTensor>> => {
    const feed = (x: OnnxTensor, order: MemoryOrder | undefined): Tensor => {
      const name = traced.inputNames.get(x);
      return store.get(name === undefined ? x : inputs[name]!, order);
    };
    const results = await run(traced, feed, runtime.location);
    return Object.fromEntries(
      traced.names.map((
        name,
        i,
      ) => [name, store.adopt(results[i]!, traced.key)]),
    );
  };

  return {
    read: (xs) =>
      store.hold(xs, async () => {
        await materialize(xs);
        return await Promise.all(xs.map(store.read));
      }),
    compile: (program) => {
      const traces = new Map<string, Trace>();
      const tracedFor = (shapes: InputShapes): Trace => {
        const key = shapeKey(shapes);
        const traced = traces.get(key) ?? trace(program, shapes);
        traces.set(key, traced);
        return traced;
      };
      const call: CompiledProgram<OnnxTensor> = async (inputs) => {
        const traced = tracedFor(shapesOf(inputs));
        const fed = Object.values(inputs);
        // From the call on, what the program reads beside its inputs too.
        return await store.hold([...fed, ...traced.plan.feeds], async () => {
          await materialize(fed);
          return await runTrace(traced, inputs);
        });
      };
      return Object.assign(call, {
        build: async (shapes: InputShapes) => {
          const traced = tracedFor(shapes);
          await sessions.run(
            traced.key,
            create(traced, runtime.location),
            () => Promise.resolve(),
          );
        },
      });
    },
  };
}

function shapesOf(inputs: TensorMap<OnnxTensor>): InputShapes {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { shape }]) => [name, shape]),
  );
}

function shapeKey(shapes: InputShapes): string {
  let key = "";
  for (const name in shapes) key += `${name}[${shapes[name]}]`;
  return key;
}
