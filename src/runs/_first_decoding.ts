import type { BackboneConfig } from "../nn/backbone_config.ts";
import { backboneStride } from "../nn/backbone_geometry.ts";
import { blockLimits, firstPictures } from "./_evaluation_blocks.ts";
import type { imageSources } from "./_image_sources.ts";
import { checkImageSize, defaultImageSize } from "./backbone_choice.ts";
import type {
  EvaluateModelsOptions,
  EvaluationSet,
} from "./evaluation_plan.ts";
import type { ImageSize } from "./load_image.ts";

/** Has a worker start with the pictures that a model reads first, at the first size, about 256 by default. */
export function firstDecoding(
  sourceOf: ReturnType<typeof imageSources>,
  [first]: readonly EvaluationSet[],
  options: Pick<EvaluateModelsOptions, "featureCache" | "keepImages">,
): (backbone: BackboneConfig, sizes?: readonly ImageSize[]) => void {
  return (backbone, [size = defaultImageSize(backbone)] = []) => {
    const isSize = checkImageSize(backbone, size, "options")._tag === "Right";
    // Where features lie in a folder, the pixels may not be read at all.
    if (!isSize || options.featureCache !== undefined) return;
    sourceOf(size, backboneStride(backbone)).prefetch(
      firstPictures(first?.set.pairs ?? [], blockLimits(options)),
    );
  };
}
