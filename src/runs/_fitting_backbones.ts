import type { Shape } from "../backends/backend.ts";
import {
  BACKBONE_NAMES,
  backboneConfig,
  type BackboneName,
} from "../nn/backbone_config.ts";
import { checkParameters } from "../nn/check_parameters.ts";

/** Known backbones whose parameters these tensors are. */
export function fittingBackbones(
  tensors: Readonly<Record<string, { readonly shape: Shape }>>,
): readonly BackboneName[] {
  return BACKBONE_NAMES.filter((name) =>
    checkParameters(tensors, backboneConfig(name))._tag === "Right"
  );
}
