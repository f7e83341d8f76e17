/**
 * Everything a training run needs to go on where it stopped, as plain data and
 * as one safetensors file.
 *
 * The file holds tensors `parameters.<name>`, `adam.m.<name>` and
 * `adam.v.<name>`, where `<name>` is torchvision's, so that any safetensors
 * reader can take the weights out. Its `__metadata__` holds strings:
 *
 * | key | content |
 * | --- | --- |
 * | `simsc.version` | version of this layout, `1` |
 * | `simsc.architecture` | JSON of {@linkcode Architecture} |
 * | `simsc.config` | JSON of the configuration the run was started with |
 * | `simsc.state` | JSON of `step`, `epoch`, `order`, `best` and Adam's `step` |
 *
 * @module
 */

import type { NamedTensors } from "../data/safetensors.ts";
import type { JsonObject } from "./json.ts";

/** Version of the checkpoint layout that is written and read. */
export const CHECKPOINT_VERSION = 1;

/** What a model is, beside its numbers. */
export interface Architecture {
  /** Backbone as configured, such as `{ name, block, layers, width }`. */
  readonly backbone: JsonObject;
  /** Temperature as configured, such as `{ kind, hidden }`. */
  readonly temperature: JsonObject;
}

/** Place in the order of training items. */
export interface OrderState {
  /** Seed of {@linkcode epochOrder}. */
  readonly seed: number;
  /** Items of the current epoch that have been used. */
  readonly position: number;
}

/** Best validation so far. */
export interface BestMetric {
  /** Name of the metric, such as `pck@0.1`. */
  readonly name: string;
  /** Its value. */
  readonly value: number;
  /** Step it was reached at. */
  readonly step: number;
}

/** State of the Adam optimiser. */
export interface AdamMoments {
  /** Updates done, which the bias correction depends on. */
  readonly step: number;
  /** First moments by parameter name. */
  readonly m: NamedTensors;
  /** Second moments by parameter name, the same names. */
  readonly v: NamedTensors;
}

/** One moment of a run. */
export interface Checkpoint {
  /** Version of the layout. */
  readonly version: typeof CHECKPOINT_VERSION;
  /** What the model is. */
  readonly architecture: Architecture;
  /** Configuration the run was started with. */
  readonly config: JsonObject;
  /** Updates done. */
  readonly step: number;
  /** Epoch the next update belongs to, from 0. */
  readonly epoch: number;
  /** Place inside that epoch. */
  readonly order: OrderState;
  /** Best validation so far; `null` before the first. */
  readonly best: BestMetric | null;
  /** Weights and everything else that the model computes with, by torchvision name. */
  readonly parameters: NamedTensors;
  /** Optimiser; left out of a checkpoint that is only evaluated. */
  readonly adam?: AdamMoments;
}
