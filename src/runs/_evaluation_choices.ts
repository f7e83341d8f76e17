import type { PckSpace, PckThreshold } from "../core/pck.ts";
import type { PairSet } from "../data/image_pair.ts";
import { isTransferred } from "./is_transferred.ts";
import type { ImageSize } from "./load_image.ts";
import type { OpenedModel } from "./load_model.ts";
import type { Reading } from "./reading.ts";
import type { EvaluationChoices } from "./summarize.ts";

/** One evaluation of one model. */
export interface EvaluationCase {
  /** What the model is called. */
  readonly name: string;
  /** The model, with the coordinates it is evaluated by. */
  readonly model: OpenedModel;
  /** Name of the backend. */
  readonly backend: string;
  /** Folder of the data set. */
  readonly folder: string;
  /** The data set. */
  readonly set: PairSet;
  /** Which length θ is. */
  readonly threshold: PckThreshold;
  /** Pixels that errors and θ are measured in. */
  readonly space: PckSpace;
  /** Size that pictures are resized to. */
  readonly size: ImageSize;
  /** How matches are read. */
  readonly reading: Reading;
}

/** What its numbers depend on, as it is written into the result. */
export function evaluationChoices(
  { name, model, backend, folder, set, threshold, space, size, reading }:
    EvaluationCase,
): EvaluationChoices {
  const { training, config: { backbone, coordinates, normalize } } = model;
  const { betaEval, localizer, sigmaCells, ...window } = reading;
  return {
    data: `${set.name} ${set.split}`,
    folder,
    ...(set.choices && { reading: set.choices }),
    model: name,
    ...(training && { transferred: isTransferred(training, folder, set) }),
    backbone: backbone.name,
    layers: backbone.outputs,
    ...(backbone.kind === "vit" && { finalNorm: backbone.norm }),
    backend,
    coordinates,
    normalize,
    threshold,
    space,
    size,
    betaEval,
    localizer: localizer ?? "kernelSoftArgmax",
    sigmaCells,
    ...window,
  };
}
