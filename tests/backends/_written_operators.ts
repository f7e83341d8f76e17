import { writeModel } from "../../src/backends/onnx/_emit.ts";
import type { OnnxTensor } from "../../src/backends/onnx/graph.ts";
import type { DeviceTraits } from "../../src/backends/onnx/lowering.ts";
import { planGraph } from "../../src/backends/onnx/_plan.ts";
import { everything, loadProto } from "../../src/backends/onnx/_runtime.ts";
import { plainLowering } from "../../src/backends/onnx/plain/lower_plain.ts";

const proto = await loadProto();

/** Operators that the plain lowering writes `result` with, in order, nothing fused. */
export function writtenOperators(
  result: OnnxTensor,
  device: Partial<DeviceTraits>,
): readonly string[] {
  const model = writeModel(planGraph([result], () => false), [result], {
    proto,
    lowering: plainLowering,
    device: { ...everything, ...device },
  });
  return (model.message().graph?.node ?? [])
    .map(({ opType }) => opType ?? "");
}
