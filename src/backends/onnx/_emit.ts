import type { onnx } from "onnx-proto";
import type { Shape } from "../backend.ts";
import type { OnnxTensor } from "./graph.ts";
import type { DeviceTraits, Lowering } from "./lowering.ts";
import {
  type ModelBuilder,
  modelBuilder,
  type OnnxProto,
  type Value,
} from "./model_builder.ts";
import type { OrderedPlan } from "./_plan.ts";
import { splitConstants } from "./_split_constants.ts";

/** Name of the `i`-th fed input of a model. */
export function feedName(i: number): string {
  return `in${i}`;
}

/** What a model is written with. */
export interface EmitTarget {
  /** Encodes it. */
  readonly proto: OnnxProto;
  /** How operations are written. */
  readonly lowering: Lowering;
  /** What the device offers. */
  readonly device: DeviceTraits;
  /** Whether results are computed into memory that is handed over. */
  readonly fillsResults?: boolean;
}

/** A model as ONNX Runtime reads it, and what it is fed beside the plan's inputs. */
export interface EmittedModel {
  readonly bytes: Uint8Array;
  /** Computes the rest of its inputs, once. */
  readonly constants?: {
    readonly bytes: Uint8Array;
    /** Its inputs. */
    readonly feeds: readonly onnx.ITensorProto[];
    /** Its results in order, and their shapes. */
    readonly results: ReadonlyMap<Value, Shape>;
  };
}

/** The model that computes `outputs`, which `plan` was made for, encoded. */
export function emitModel(
  plan: OrderedPlan,
  outputs: readonly OnnxTensor[],
  target: EmitTarget,
): EmittedModel {
  const split = splitConstants(writeModel(plan, outputs, target));
  const encode = (model: onnx.IModelProto): Uint8Array =>
    target.proto.ModelProto.encode(model).finish();
  return {
    bytes: encode(split.model),
    ...(split.constants && {
      constants: {
        ...split.constants,
        bytes: encode(split.constants.model),
      },
    }),
  };
}

/** Writes the model that computes `outputs`, which `plan` was made for. */
export function writeModel(
  plan: OrderedPlan,
  outputs: readonly OnnxTensor[],
  target: EmitTarget,
): ModelBuilder {
  const model = modelBuilder(target.proto);
  if (target.fillsResults) model.emptySequence();
  const values = new Map<OnnxTensor, Value>();
  const orderOf = target.lowering.ordersOf(plan);
  plan.feeds.forEach((x, i) =>
    values.set(plan.canonical(x), model.input(feedName(i), x.shape))
  );
  for (const x of plan.constants) {
    if (x.kind !== "constant") continue;
    values.set(
      x,
      x.shape.length === 0
        ? model.scalar(x.data[0]!)
        : model.tensor(orderOf(x)?.pack(x.data, x.shape) ?? x.data, x.shape),
    );
  }
  target.lowering.lower(plan, { model, device: target.device, values });
  for (const x of outputs) {
    model.output(values.get(plan.canonical(x))!, x.shape);
  }
  return model;
}
