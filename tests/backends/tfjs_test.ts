import { tfjsBackend } from "../../src/backends/tfjs.ts";
import { backendSuite } from "./_backend_suite.ts";

const devices = ["cpu", "wasm", "webgpu"] as const;

for (const device of devices) {
  const opened = await tfjsBackend({ device })();
  if (opened._tag === "Left") {
    const absent = opened.left.missing;
    backendSuite(`tfjs-${device}`, () => Promise.reject(opened.left), {
      absent,
    });
    continue;
  }
  const { right: backend } = opened;
  backendSuite(backend.name, () => Promise.resolve(backend));
}
