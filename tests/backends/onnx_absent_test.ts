import { match } from "node:assert/strict";

Deno.test("onnxBackend() says so where its WebAssembly files may not be read", async () => {
  const script = new URL("_open_onnx.ts", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", script.href],
    cwd: new URL("../..", import.meta.url),
    stderr: "null",
  }).output();
  match(
    new TextDecoder().decode(stdout),
    /"onnx-wasm" is not available: the files "ort-wasm-simd-threaded\*"/,
  );
});
