import type { BackboneOptions } from "../nn/backbone_config.ts";
import type { BackboneChoice } from "./backbone_choice.ts";

/** A choice without its name, as `backboneConfig()` takes it. */
export function backboneOptions(
  { layers, finalNorm }: Omit<BackboneChoice, "backbone">,
): BackboneOptions {
  return {
    ...(layers && { layers }),
    ...(finalNorm !== undefined && { norm: finalNorm }),
  };
}
