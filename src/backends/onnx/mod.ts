/**
 * SimSC on ONNX Runtime: operations are recorded, and what is asked for runs as
 * one ONNX model, on the CPU, in WebAssembly or on WebGPU. This is the only
 * folder that loads ONNX Runtime, and importing it loads nothing yet.
 *
 * ```ts
 * import { onnxBackend } from "@simsc/core/backends/onnx";
 *
 * const backend = await onnxBackend({ device: "cpu" })();
 * ```
 *
 * @module
 */
export {
  type OnnxBackend,
  onnxBackend,
  type OnnxBackendOptions,
} from "./onnx_backend.ts";
export {
  exportOnnx,
  type ExportOnnxOptions,
  type ExportProgram,
} from "./export_onnx.ts";
export { operatorProfile, type OperatorTime } from "./operator_profile.ts";
export type { OnnxDevice } from "./_runtime.ts";
export type {
  ConstantLeaf,
  NoAttributes,
  OnnxTensor,
  OperationAttributes,
  OperationName,
  OperationNode,
  TensorLeaf,
} from "./graph.ts";
export { BackendUnavailableError, DeviceFailedError } from "../errors.ts";
export type {
  Backend,
  BackendMemory,
  CompiledProgram,
  Conv2dFilterGradOptions,
  Conv2dInputGradOptions,
  Conv2dOptions,
  MatMulOptions,
  MaxPool2dOptions,
  Operand,
  Program,
  Shape,
  TensorData,
  TensorMap,
  WindowOptions,
} from "../backend.ts";
export type {
  AsyncResult,
  Failure,
  Result,
  Success,
} from "../../core/result.ts";
