import type { NamedTensors } from "../data/safetensors.ts";
import { applyPlan, revertPlan } from "../data/weights/apply_plan.ts";
import { planShapes } from "../data/weights/plan_shapes.ts";
import { planWeights, type WeightsPlan } from "../data/weights/plan_weights.ts";
import type { WeightsFile } from "../data/weights/read_weights.ts";
import { type NameStyle, renamePlan } from "../data/weights/rename_plan.ts";
import { unfoldBatchNorm } from "../data/weights/unfold_batch_norm.ts";

/** Weights that do not fit what was asked for; `message` says what was wanted. */
export class Unfit extends Error {
  /** What was found instead. */
  readonly got: string;
  /** The file at fault, where it is not the one converted. */
  readonly file: string | undefined;

  constructor(wanted: string, got: string, file?: string) {
    super(wanted);
    this.got = got;
    this.file = file;
  }
}

/** A network in the names of a library. */
export function likeStyle(
  plan: WeightsPlan,
  tensors: NamedTensors,
  options: { readonly style: NameStyle; readonly prefix?: string },
): NamedTensors {
  const native = unfoldBatchNorm(network(plan, tensors));
  return revertPlan(renamePlan(Object.keys(native), options), native);
}

/** A network in the names of a file, with whatever else that file holds. */
export function likeFile(
  plan: WeightsPlan,
  tensors: NamedTensors,
  { listing, tensors: others }: WeightsFile,
): { readonly network: NamedTensors; readonly carried: number } {
  const { file } = listing;
  const target = planWeights(Object.keys(others));
  if (target.family === "unknown") {
    throw new Unfit("named as those of a known library", "others", file);
  }
  const isPlain = target.entries
    .some(({ name }) => name.endsWith(".running_var"));
  const folded = network(plan, tensors);
  const native = isPlain ? unfoldBatchNorm(folded) : folded;
  const wanted = planShapes(target, listing.tensors);
  for (const [name, { shape }] of Object.entries(wanted)) {
    const got = Object.hasOwn(native, name) ? native[name]!.shape : undefined;
    if (`${got}` !== `${shape}`) {
      const found = got ? `[${got}]` : "none";
      throw new Unfit(`with ${name} [${shape}], as in ${file}`, found);
    }
  }
  const extra = Object.keys(native).find((name) =>
    !Object.hasOwn(wanted, name)
  );
  if (extra !== undefined) {
    throw new Unfit(`those of ${file}`, `${extra}, which it has not`);
  }
  const written = revertPlan(target, native);
  const carried = Object.keys(others)
    .filter((name) => !Object.hasOwn(written, name)).length;
  return { network: { ...others, ...written }, carried };
}

function network(plan: WeightsPlan, tensors: NamedTensors): NamedTensors {
  if (plan.family === "unknown") {
    const some = Object.keys(tensors).slice(0, 3).join(", ");
    throw new Unfit("named as those of a known library", some || "none");
  }
  return applyPlan(plan, tensors);
}
