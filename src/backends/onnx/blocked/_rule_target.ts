import type { ModelBuilder } from "../model_builder.ts";

/** What every rule of this folder is told. */
export interface RuleTarget {
  /** The model. */
  readonly model: ModelBuilder;
  /** Floats of a block. */
  readonly block: number;
}
