/**
 * What the command tells its page, as JSON.
 */

import type {
  BackendName,
  CoordinateRule,
  ImageSize,
  ModelConfig,
  Reading,
} from "@simsc/core/runs";

/** Paths that the command serves, from the page. */
export const PATHS = {
  style: "style.css",
  script: "main.js",
  settings: "model.json",
  weights: "model.safetensors",
  /** WebAssembly of the backends. */
  wasm: "wasm/",
  /** WebAssembly that draws the example pictures. */
  resvg: "wasm/resvg.wasm",
} as const;

/** The model and how it is run. */
export interface PageSettings {
  /** Where it came from. */
  readonly name: string;
  /** What it is; its numbers are in `PATHS.weights`. */
  readonly config: ModelConfig;
  /** Whether it has a temperature of its own, learned or chosen. */
  readonly hasBeta: boolean;
  /** Size both pictures are resized to. */
  readonly size: ImageSize;
  /** How pixels meet cells. */
  readonly coordinates: CoordinateRule;
  /** How matches are read until something else is chosen. */
  readonly reading: Reading;
  /** Device to run on. */
  readonly backend: BackendName | "auto";
}
