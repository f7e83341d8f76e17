import type { CoordinateRule } from "../core/coordinates.ts";
import type { AsyncResult } from "../core/result.ts";
import { backboneCoordinates } from "../nn/backbone_geometry.ts";
import { right } from "./_result.ts";
import { type BackboneChoice, chosenBackbone } from "./backbone_choice.ts";
import { checkArchitecture } from "./check_architecture.ts";
import { decodeTrainConfig } from "./decode_train_config.ts";
import type { Model } from "./model.ts";
import { modelShapes } from "./model_shapes.ts";
import { readBackbone } from "./read_backbone.ts";
import { readCheckpoint } from "./read_checkpoint.ts";
import type { RunError } from "./run_error.ts";
import { runFiles } from "./run_folder.ts";
import { modelConfig, type TrainConfig } from "./train_config.ts";

/** Plain weights and what they are of. */
export interface PlainWeights extends BackboneChoice {
  /** File of its weights, in the names it is published with. */
  readonly weights: string;
  /** How pixels and cells correspond; exact for the backbone by default. */
  readonly coordinates?: CoordinateRule;
}

/** A model, and how it was trained where it was. */
export interface OpenedModel extends Model {
  /** What its run was told; its size, kernel and temperature are defaults. */
  readonly training?: TrainConfig;
}

/**
 * The model of a checkpoint.
 *
 * @param path A checkpoint, or the folder of a run, whose best one is taken.
 * @returns The model, or why it cannot be read.
 * @throws {OptionError} If the path is empty.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadCheckpoint } from "@simsc/core/runs";
 *
 * const found = await loadCheckpoint("runs/none")();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function loadCheckpoint(
  path: string,
): AsyncResult<RunError, OpenedModel> {
  const file = path.endsWith(".safetensors") ? path : runFiles(path).best;
  return async () => {
    const read = await readCheckpoint(file)();
    if (read._tag === "Left") return read;
    const { parameters } = read.right;
    const told = decodeTrainConfig(read.right.config, file);
    if (told._tag === "Left") return told;
    const training = told.right;
    const config = modelConfig(training);
    const checked = checkArchitecture(read.right, {
      backbone: { ...config.backbone },
      temperature: { ...config.temperature },
      shapes: modelShapes(config, Object.keys(parameters)),
    }, file);
    if (checked._tag === "Left") return checked;
    return right({ config, parameters, training });
  };
}

/**
 * A backbone without a temperature of its own.
 *
 * @param plain Weights and what they are of.
 * @returns The model, or why it cannot be read; its temperature is fixed at 1.
 * @throws {OptionError} If there is no such backbone.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { loadWeights } from "@simsc/core/runs";
 *
 * const found = await loadWeights({
 *   backbone: "dino-vitb8",
 *   weights: "none.pth",
 * })();
 * equal(found._tag === "Left" && found.left._tag, "MissingFile");
 * ```
 */
export function loadWeights(
  plain: PlainWeights,
): AsyncResult<RunError, OpenedModel> {
  return async () => {
    const chosen = chosenBackbone(plain, "options");
    if (chosen._tag === "Left") return chosen;
    const backbone = chosen.right;
    const read = await readBackbone(plain.weights, backbone)();
    if (read._tag === "Left") return read;
    return right({
      config: {
        backbone,
        temperature: { kind: "fixed", beta: 1 },
        normalize: true,
        coordinates: plain.coordinates ?? backboneCoordinates(backbone),
      },
      parameters: read.right,
    });
  };
}
