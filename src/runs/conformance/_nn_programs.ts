import type { TensorMap } from "../../backends/backend.ts";
import { bottleneckBlock } from "../../nn/bottleneck_block.ts";
import { positionEmbedding } from "../../nn/position_embedding.ts";
import { vitBlock } from "../../nn/vit_block.ts";
import { under } from "./_case_inputs.ts";
import { batched, required } from "./_core_programs.ts";
import type { CaseProgram } from "./_run_program.ts";

const POSITION_RULES = ["dino", "size-antialias"] as const;

/** Parts of backbones. */
export const nnPrograms: Readonly<Record<string, CaseProgram>> = {
  bottleneck: (b, inputs, options) => ({
    value: bottleneckBlock(b, parameters(inputs), required(inputs, "x"), {
      prefix: options.text("prefix", ""),
      stride: options.number("stride"),
    }),
  }),
  maxPool: (b, inputs, options) => {
    // Ties always go to the first cell; a case may say so.
    if (options.text("ties", "first") !== "first") {
      throw new TypeError('the option "ties" must be first');
    }
    return {
      value: b.maxPool2d(required(inputs, "x"), {
        kernelSize: options.number("kernel"),
        stride: options.number("stride"),
        padding: options.number("padding"),
      }),
    };
  },
  vitBlock: (b, inputs, options) => ({
    value: vitBlock(b, parameters(inputs), batched(b, inputs, "x"), {
      heads: options.number("heads"),
    }),
  }),
  positionEmbedding: (b, inputs, options) => ({
    value: positionEmbedding(b, required(inputs, "table"), {
      grid: options.number("grid"),
      target: options.grid("target"),
      rule: options.choice("rule", POSITION_RULES),
    }),
  }),
};

function parameters<T>(inputs: TensorMap<T>): TensorMap<T> {
  return under(inputs, "params.");
}
