/** The part of a process that {@linkcode watchInterrupt} listens to. */
export interface InterruptSource {
  /** Starts to call `listener` on a signal. */
  on(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  /** Stops to call it. */
  off(signal: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  /** Ends the process. */
  exit(code: number): unknown;
}

/** A watch on Ctrl-C. */
export interface Interrupt {
  /** Aborted at the first Ctrl-C or termination signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Stops watching: the next Ctrl-C ends the process as usual. */
  dispose(): void;
}

/**
 * Turns Ctrl-C and a termination signal into an `AbortSignal`, so that a run
 * can finish its step and write a checkpoint. The second one ends the process
 * at once, with code 130 after Ctrl-C and 143 after a termination signal, as a
 * shell would report.
 *
 * @param source The process; the one that runs by default.
 * @returns The signal, to be disposed when the run is over.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { EventEmitter } from "node:events";
 * import { watchInterrupt } from "@simsc/core/runs";
 *
 * const process = Object.assign(new EventEmitter(), { exit: () => {} });
 * const { signal, dispose } = await watchInterrupt(process);
 * process.emit("SIGINT"); // Ctrl-C
 * equal(signal.aborted, true);
 * equal(signal.reason, "SIGINT");
 * dispose();
 * equal(process.listenerCount("SIGINT"), 0);
 * ```
 */
export async function watchInterrupt(
  source?: InterruptSource,
): Promise<Interrupt> {
  const process = source ?? (await import("node:process")).default;
  const controller = new AbortController();
  const handle = (name: "SIGINT" | "SIGTERM", code: number) => () => {
    if (controller.signal.aborted) process.exit(code);
    else controller.abort(name);
  };
  const onInterrupt = handle("SIGINT", 130);
  const onTerminate = handle("SIGTERM", 143);
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}
