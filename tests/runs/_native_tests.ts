import type { Backend } from "../../src/backends/backend.ts";
import {
  createBackend,
  type OpaqueTensor,
} from "../../src/runs/create_backend.ts";
import { right } from "./_helpers.ts";

/** What tests of a file share; it is gone when they are over. */
export interface NativeTests {
  /** An empty folder. */
  readonly folder: string;
  /** A test on native ONNX Runtime, skipped where it does not load. */
  readonly onNative: (
    name: string,
    fn: (backend: Backend<OpaqueTensor>) => Promise<void>,
  ) => void;
}

/** Opens native ONNX Runtime and a folder for the tests of a file. */
export async function nativeTests(): Promise<NativeTests> {
  const native = await createBackend("onnx-cpu")();
  const folder = await Deno.makeTempDir();
  Deno.test.afterAll(async () => {
    if (native._tag === "Right") await native.right.close();
    await Deno.remove(folder, { recursive: true });
  });
  const ignore = native._tag === "Left";
  const reason = ignore ? ` (skipped: ${native.left.missing})` : "";
  return {
    folder,
    onNative: (name, fn) =>
      Deno.test({ name: name + reason, ignore, fn: () => fn(right(native)) }),
  };
}
