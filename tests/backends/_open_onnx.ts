// Opens the WebAssembly backend and says what is missing; run as a process.
import { onnxBackend } from "../../src/backends/onnx/mod.ts";

const backend = await onnxBackend({ device: "wasm" })();
console.log(backend._tag === "Left" ? backend.left.message : "nothing");
