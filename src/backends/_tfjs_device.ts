/**
 * Brings up one TensorFlow.js device and keeps it the active one while this
 * library's operations run on it.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { BackendUnavailableError } from "./errors.ts";
import type { Result } from "../core/result.ts";
import type { TfjsBackendOptions } from "./tfjs.ts";

/** A device that is ready. */
export interface TfjsDevice {
  /** `webgpu`, `wasm` or `cpu`. */
  readonly kind: TfjsBackendOptions["device"];

  /** Makes it TensorFlow.js's active device; costs nothing where it is already. */
  activate(): void;
}

// TensorFlow.js gives up a device whose start overlaps with another's.
let lastStart: Promise<unknown> = Promise.resolve();

/** Loads the package of `options.device`, starts the device and makes it active. */
export function openTfjsDevice(
  options: TfjsBackendOptions,
): Promise<Result<BackendUnavailableError, TfjsDevice>> {
  const start = lastStart.then(() => openNext(options));
  lastStart = start;
  return start;
}

async function openNext(
  options: TfjsBackendOptions,
): Promise<Result<BackendUnavailableError, TfjsDevice>> {
  const kind = options.device;
  const previous = tf.getBackend();
  try {
    await load(options);
    if (!await tf.setBackend(kind)) {
      throw new Missing(notStarted(kind));
    }
    await tf.ready();
    const device = ready(kind);
    device.activate();
    return { _tag: "Right", right: device };
  } catch (cause) {
    if (tf.getBackend() !== previous && tf.findBackend(previous) !== null) {
      await tf.setBackend(previous);
    }
    const missing = cause instanceof Missing
      ? cause.message
      : `TensorFlow.js device "${kind}" does not start: ${String(cause)}`;
    const name = `tfjs-${kind}`;
    const left = new BackendUnavailableError(name, missing, { cause });
    return { _tag: "Left", left };
  }
}

function notStarted(kind: TfjsDevice["kind"]): string {
  return kind === "wasm"
    ? 'the .wasm files of "@tensorflow/tfjs-backend-wasm" do not load ' +
      '(a browser needs the option "wasmPaths", Deno --allow-read)'
    : `TensorFlow.js does not start its device "${kind}"`;
}

/** What is not there, in words for the user. */
class Missing extends Error {}

async function load(options: TfjsBackendOptions): Promise<void> {
  switch (options.device) {
    case "cpu":
      await installed("cpu", () => import("@tensorflow/tfjs-backend-cpu"));
      silenceBanner();
      return;
    case "wasm": {
      const wasm = await installed(
        "wasm",
        () => import("@tensorflow/tfjs-backend-wasm"),
      );
      if (options.wasmPaths !== undefined) wasm.setWasmPaths(options.wasmPaths);
      return;
    }
    case "webgpu":
      // Asked for first: without an adapter TensorFlow.js logs a stack trace.
      await requireAdapter();
      await installed(
        "webgpu",
        () => import("@tensorflow/tfjs-backend-webgpu"),
      );
      tf.env().set("WEBGPU_CPU_FORWARD", false);
  }
}

async function installed<M>(
  kind: string,
  load: () => Promise<M>,
): Promise<M> {
  try {
    return await load();
  } catch (cause) {
    const name = `@tensorflow/tfjs-backend-${kind}`;
    throw new Missing(`the package "${name}" does not load`, { cause });
  }
}

async function requireAdapter(): Promise<void> {
  // Neither Node.js nor an older browser's types know `navigator.gpu`.
  const { navigator } = globalThis as {
    navigator?: { gpu?: { requestAdapter(): Promise<unknown> } };
  };
  if (navigator?.gpu === undefined) {
    throw new Missing("this runtime has no WebGPU (navigator.gpu)");
  }
  if (!await navigator.gpu.requestAdapter()) {
    throw new Missing("WebGPU finds no adapter (a GPU and its driver)");
  }
}

/** Leaves out the advice to install tfjs-node, which the first use prints. */
function silenceBanner(): void {
  const cpu = tf.findBackend("cpu") as { firstUse?: boolean } | null;
  if (cpu !== null) cpu.firstUse = false;
}

function ready(kind: TfjsBackendOptions["device"]): TfjsDevice {
  const instance = tf.findBackend(kind);
  const active = (): boolean =>
    tf.getBackend() === kind && tf.backend() === instance;
  return {
    kind,
    activate: () => {
      if (active()) return;
      // A device that has started is switched to before the promise returns.
      void tf.setBackend(kind);
      if (!active()) {
        throw new Error(`TensorFlow.js device "${kind}" was removed`);
      }
    },
  };
}
