/** Time that one ONNX operator takes in one run of a model. */
export interface OperatorTime {
  /** Operator after ONNX Runtime's own rewriting, such as `FusedConv`. */
  readonly operator: string;
  /** Nodes of it that ran. */
  readonly nodes: number;
  /** Milliseconds of all of them together, the mean over the runs. */
  readonly milliseconds: number;
}

/** One entry of the file; more fields than these are there. */
interface ProfileEvent {
  readonly cat?: string;
  readonly name?: string;
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: { readonly op_name?: string };
}

/** Runs left out: the first allocates, the second still warms up. */
const WARM_UP = 2;

/**
 * Sums a profile of ONNX Runtime by operator, the slowest first.
 *
 * The first two runs are left out where there are more.
 *
 * @param json Text of a file written through
 * {@linkcode OnnxBackendOptions.profilePrefix}.
 * @returns One entry for each operator; none where no model ran.
 * @throws {SyntaxError} If the text is not JSON.
 *
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * import { operatorProfile } from "@simsc/core/backends/onnx";
 *
 * const text = JSON.stringify([
 *   { cat: "Session", name: "model_run", ts: 0, dur: 9000 },
 *   {
 *     cat: "Node",
 *     name: "Conv_0_kernel_time",
 *     ts: 10,
 *     dur: 7000,
 *     args: { op_name: "Conv" },
 *   },
 * ]);
 * deepStrictEqual(operatorProfile(text), [
 *   { operator: "Conv", nodes: 1, milliseconds: 7 },
 * ]);
 * ```
 */
export function operatorProfile(json: string): readonly OperatorTime[] {
  const events: readonly ProfileEvent[] = JSON.parse(json);
  const runs = events
    .filter(({ name }) => name === "model_run")
    .map(({ ts = 0, dur = 0 }) => ({ start: ts, end: ts + dur }))
    .sort((a, b) => a.start - b.start);
  const counted = runs.length > WARM_UP ? runs.slice(WARM_UP) : runs;
  const [first] = counted;
  if (first === undefined) return [];
  const totals = new Map<string, { nodes: number; time: number }>();
  for (const { cat, name, ts = 0, dur = 0, args } of events) {
    const isKernel = cat === "Node" && name?.endsWith("_kernel_time");
    if (!isKernel || ts < first.start) continue;
    const operator = args?.op_name ?? "";
    const total = totals.get(operator) ?? { nodes: 0, time: 0 };
    totals.set(operator, { nodes: total.nodes + 1, time: total.time + dur });
  }
  return [...totals]
    .map(([operator, { nodes, time }]) => ({
      operator,
      nodes: nodes / counted.length,
      // The file counts microseconds.
      milliseconds: time / counted.length / 1000,
    }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
