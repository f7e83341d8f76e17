/**
 * One reference case on one backend.
 *
 * @module
 */

import type { Backend, TensorMap } from "../../backends/backend.ts";
import { resnet } from "../../nn/resnet.ts";
import type { ResnetConfig } from "../../nn/resnet_config.ts";
import { vit } from "../../nn/vit.ts";
import type { VitConfig } from "../../nn/vit_config.ts";
import { caseInputs } from "./_case_inputs.ts";
import { corePrograms, required } from "./_core_programs.ts";
import { nnPrograms } from "./_nn_programs.ts";
import { numberCases } from "./_number_cases.ts";
import { type CaseOptions, caseOptions } from "./_options.ts";
import { type CaseResult, type CaseRun, runProgram } from "./_run_program.ts";
import { trainingCase } from "./_training_case.ts";
import type { CaseTensors, ReferenceCase } from "./reference_case.ts";

/** How one case went. */
export interface CaseOutcome {
  /** The case's file. */
  readonly file: string;
  /** Its operation. */
  readonly op: string;
  /** Largest `|got - want| / (1 + |want|)` over all elements; infinity if it failed otherwise. */
  readonly error: number;
  /** Error allowed. */
  readonly tolerance: number;
  /** Output with the largest error. */
  readonly worst: string;
  /** Why it failed, empty if it passed. */
  readonly failure: string;
}

/**
 * Runs a case and compares every expected number, gradients included.
 *
 * A case fails on an operation or option nobody knows, an input nobody read, an
 * expected output nobody computed, another element count, a thrown error, and on any element
 * with `|got - want| > tolerance (1 + |want|)` or a NaN.
 *
 * @typeParam T Tensor of the backend.
 * @param backend Where it runs.
 * @param item The case.
 * @param weights For a backbone case, its parameters.
 * @returns How it went; never rejects.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { referenceBackend } from "@simsc/core";
 * import { type ReferenceCase, runCase } from "@simsc/core/runs";
 *
 * const softmax: ReferenceCase = {
 *   file: "softmax.json",
 *   op: "softmaxMap",
 *   options: { beta: 1 },
 *   inputs: { maps: { shape: [1, 1, 2], data: [0, Math.log(3)] } },
 *   expected: { value: { shape: [1, 1, 2], data: [0.25, 0.75] } },
 *   tolerance: 1e-6,
 * };
 * const { failure } = await runCase(referenceBackend(), softmax);
 * equal(failure, "");
 * ```
 */
export async function runCase<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  weights?: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tensors: CaseTensors;
  },
): Promise<CaseOutcome> {
  const options = caseOptions(item.op, item.options);
  const inputs = caseInputs(Object.keys(item.inputs));
  try {
    const result = weights
      ? await modelCase(backend, item, { ...weights, options, inputs })
      : await dispatch(backend, item, { options, inputs });
    const unknown = options.unread();
    if (unknown.length > 0) {
      return failed(item, `unknown options: ${unknown.join(", ")}`);
    }
    const unread = inputs.unread();
    if (unread.length > 0) {
      return failed(item, `inputs that nothing reads: ${unread.join(", ")}`);
    }
    return compare(item, result);
  } catch (error) {
    return failed(item, (error as Error).message);
  }
}

function dispatch<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  run: Pick<CaseRun, "options" | "inputs">,
): Promise<CaseResult> | CaseResult {
  const numbers = numberCases[item.op];
  if (numbers) return numbers(run.inputs.watch(item.inputs), run.options);
  if (item.op === "training") return trainingCase(backend, item, run);
  const program = corePrograms[item.op] ?? nnPrograms[item.op];
  if (program === undefined) throw new TypeError("unknown operation");
  return runProgram(backend, item, { ...run, program });
}

type Forward = <T>(
  backend: Backend<T>,
  parameters: TensorMap<T>,
  images: T,
) => T;

/** The backbone of a family; its configuration comes straight from the case. */
function architecture(
  family: string,
  config: Readonly<Record<string, unknown>>,
  options: CaseOptions,
): Forward {
  switch (family) {
    case "resnet":
      return (backend, parameters, images) =>
        resnet(backend, parameters, images, config as unknown as ResnetConfig);
    case "vit": {
      const norm = options.flag("norm", false);
      const layer = options.number("layer", Number(config["depth"]) - 1);
      const chosen = { ...config as unknown as VitConfig, norm, layer };
      return (backend, parameters, images) =>
        vit(backend, parameters, images, chosen);
    }
    default:
      throw new TypeError("unknown architecture");
  }
}

async function modelCase<T>(
  backend: Backend<T>,
  item: ReferenceCase,
  { config, tensors, options, inputs }: Pick<CaseRun, "options" | "inputs"> & {
    readonly config: Readonly<Record<string, unknown>>;
    readonly tensors: CaseTensors;
  },
): Promise<CaseResult> {
  const forward = architecture(item.op, config, options);
  const program = backend.compile((given) => {
    const parameters = Object.fromEntries(
      Object.entries(tensors).map((
        [name, { data, shape }],
      ) => [name, backend.constant(data, shape)]),
    );
    const images = required(given, "images");
    return { features: forward(backend, parameters, images) };
  });
  const { data, shape } = required(inputs.watch(item.inputs), "images");
  const images = backend.tensor(data, [1, ...shape]);
  const held = [images];
  try {
    const features = required(await program({ images }), "features");
    held.push(features);
    const [values] = await backend.read([features]);
    return { features: values as ArrayLike<number> };
  } finally {
    backend.dispose(held);
  }
}

function compare(item: ReferenceCase, result: CaseResult): CaseOutcome {
  let error = 0;
  let worst = "";
  if (Object.keys(item.expected).length === 0) {
    return failed(item, "nothing is expected: the case checks nothing");
  }
  for (const [name, { data }] of Object.entries(item.expected)) {
    const got = result[name];
    if (got === undefined) return failed(item, `nothing computed "${name}"`);
    if (got.length !== data.length) {
      const counts = `${data.length} elements: got ${got.length}`;
      return failed(item, `"${name}" must have ${counts}`);
    }
    data.forEach((want, i) => {
      const miss = Math.abs((got[i] as number) - want) / (1 + Math.abs(want));
      if (!(miss <= error)) {
        error = Number.isNaN(miss) ? Infinity : miss;
        worst = name;
      }
    });
  }
  const { file, op, tolerance } = item;
  const failure = error <= tolerance
    ? ""
    : `"${worst}" is off by ${error.toExponential(2)}, allowed ${tolerance}`;
  return { file, op, error, tolerance, worst, failure };
}

function failed(
  { file, op, tolerance }: ReferenceCase,
  failure: string,
): CaseOutcome {
  return { file, op, error: Infinity, tolerance, worst: "", failure };
}
