/**
 * What fields hold, and what the page says.
 */

import type { Point } from "@simsc/core";

/** A temperature out of a field, or what to write there instead. */
export function parseBeta(
  text: string,
  { hasBeta }: {
    /** Whether the model has a temperature of its own. */
    readonly hasBeta: boolean;
  },
): { readonly beta: "auto" | number } | { readonly problem: string } {
  const trimmed = text.trim().toLowerCase().replace(",", ".");
  if (trimmed === "auto") {
    if (hasBeta) return { beta: "auto" };
    return {
      problem: "These weights have no temperature of their own: type a " +
        "number, 0.02 is the paper's.",
    };
  }
  const beta = trimmed === "" ? NaN : Number(trimmed);
  if (Number.isFinite(beta) && beta > 0) return { beta };
  const auto = hasBeta ? "auto or " : "";
  return { problem: `β must be ${auto}a number above 0, such as 0.02.` };
}

/** The adapter of WebGPU, as far as a browser tells. */
export interface Adapter {
  /** Maker. */
  readonly vendor?: string;
  /** Family. */
  readonly architecture?: string;
  /** Name. */
  readonly description?: string;
}

/** What a backend runs on, for people. */
export function deviceOf(
  backend: string,
  { adapter = {}, isIsolated, cores }: {
    readonly adapter?: Adapter | undefined;
    /** Whether the page may share memory between threads. */
    readonly isIsolated: boolean;
    /** Threads that the machine runs at once. */
    readonly cores: number;
  },
): string {
  if (backend.endsWith("-webgpu")) {
    const { vendor = "", architecture = "", description = "" } = adapter;
    const name = description || `${vendor} ${architecture}`.trim();
    return name === "" ? "GPU" : `GPU, ${name}`;
  }
  if (!backend.endsWith("-wasm")) return "CPU, plain JavaScript";
  const threads = isIsolated
    ? `of ${cores} ${cores === 1 ? "core" : "cores"}`
    : "on one thread";
  return `CPU ${threads}, WebAssembly`;
}

/** What to do about an error. */
export function advised(message: string): string {
  const said = /[.!?]$/.test(message) ? message : `${message}.`;
  if (/first bytes|IHDR|SOF|IDAT|EOI|scan\b/.test(message)) {
    return /convert it/.test(message)
      ? said
      : `${said} Choose a whole PNG or RGB JPEG, or convert it to one.`;
  }
  if (/fetch|NetworkError|Load failed/i.test(message)) {
    return `${said} Is the command still running? Start \`deno task page\` ` +
      "again and reload this page.";
  }
  if (/memory|allocat/i.test(message)) {
    return `${said} Close other pages, or start the command with a smaller ` +
      "--size.";
  }
  return said;
}

/** Milliseconds, below 10 with two digits. */
export function milliseconds(value: number): string {
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} ms`;
}

/** A point to a tenth of a pixel. */
export function pointText([x, y]: Point): string {
  return `${x.toFixed(1)}, ${y.toFixed(1)}`;
}
