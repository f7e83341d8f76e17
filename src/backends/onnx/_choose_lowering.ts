import type { Result } from "../../core/result.ts";
import { BackendUnavailableError } from "../errors.ts";
import { blockedLowering } from "./blocked/lower_blocked.ts";
import { probeBlock } from "./blocked/probe_blocked.ts";
import type { Lowering } from "./lowering.ts";
import { plainLowering } from "./plain/lower_plain.ts";
import type { OnnxDevice, Runtime } from "./_runtime.ts";

/** What a caller chooses. */
export interface LoweringOptions {
  /** Where sessions run. */
  readonly device: OnnxDevice;
  /** `auto`, the default, asks the runtime whether it has `blocked`. */
  readonly lowering?: "auto" | "plain" | "blocked";
}

/** The lowering asked for, or why the runtime has none such. */
export async function chooseLowering(
  runtime: Runtime,
  { device, lowering = "auto" }: LoweringOptions,
): Promise<Result<BackendUnavailableError, Lowering>> {
  if (lowering === "plain") return { _tag: "Right", right: plainLowering };
  const block = device === "cpu" ? await probeBlock(runtime) : undefined;
  if (block !== undefined) {
    return { _tag: "Right", right: blockedLowering(block) };
  }
  if (lowering === "auto") return { _tag: "Right", right: plainLowering };
  const missing = "ONNX Runtime has no blocked operators on this device";
  return {
    _tag: "Left",
    left: new BackendUnavailableError(`onnx-${device}`, missing),
  };
}
