import {
  deepStrictEqual,
  match,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import {
  type BackendName,
  createBackend,
} from "../../src/runs/create_backend.ts";
import { left, right } from "./_helpers.ts";

const PORTABLE = ["reference", "tfjs-cpu", "tfjs-wasm", "onnx-wasm"] as const;

for (const name of PORTABLE) {
  Deno.test(`createBackend() gives ${name} and no other`, async () => {
    const backend = right(await createBackend(name)());
    strictEqual(backend.name, name);
    const x = backend.tensor([1, 2], [2]);
    const [y = []] = await backend.read([backend.add(x, 1)]);
    deepStrictEqual([...y], [2, 3]);
    await backend.close();
  });
}

Deno.test("createBackend() auto takes native code where it loads", async () => {
  const native = await createBackend("onnx-cpu")();
  const backend = right(await createBackend("auto")());
  if (native._tag === "Right") {
    strictEqual(backend.name, "onnx-cpu");
    await native.right.close();
  }
  await backend.close();
});

Deno.test("createBackend() auto goes past a GPU that says nothing about itself", async () => {
  const script = new URL("_open_auto.ts", import.meta.url);
  // Without leave to load native code, so that the GPU is looked for.
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", script.href],
    cwd: new URL("../..", import.meta.url),
    stderr: "null",
  }).output();
  strictEqual(new TextDecoder().decode(stdout), "onnx-wasm\n");
});

Deno.test("createBackend() names the backends there are", async () => {
  for (const name of ["cuda", "toString", ""]) {
    const error = left(await createBackend(name as BackendName)());
    strictEqual(error._tag, "BackendUnavailable");
    strictEqual(error.backend, name);
    match(error.message, /known are reference, tfjs-webgpu, .+, auto$/);
  }
});

Deno.test("createBackend() keeps no more sessions than it is told", async () => {
  const backend = right(await createBackend("onnx-wasm", { maxSessions: 2 })());
  for (let length = 1; length <= 4; length++) {
    const x = backend.tensor(new Float32Array(length), [length]);
    await backend.read([backend.add(x, 1)]);
  }
  strictEqual(backend.memory().sessions, 2);
  await backend.close();
});

Deno.test("createBackend() refuses threads and sessions below 1", async () => {
  for (const options of [{ threads: 0 }, { maxSessions: 0.5 }]) {
    await rejects(createBackend("onnx-wasm", options), {
      name: "OptionError",
      message: /must be a whole number of at least 1/,
    });
  }
});

Deno.test("createBackend() does nothing before it is called", () => {
  ok(typeof createBackend("onnx-cpu") === "function");
});
