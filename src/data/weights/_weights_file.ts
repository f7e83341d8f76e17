import type { NamedTensor } from "../safetensors.ts";
import type { WeightsListing } from "./weights_listing.ts";

/** A weights file that is open: what it holds, and its elements when asked for. */
export interface OpenWeights {
  readonly listing: WeightsListing;
  /** One tensor of the listing in float32; refuses what is not finite. */
  readonly load: (name: string) => Promise<NamedTensor>;
}

/** Options of the readers of weights files. */
export interface OpenOptions {
  /** Dict of a PyTorch checkpoint to take, such as `student`, its keys joined by dots. */
  readonly key?: string;
}
