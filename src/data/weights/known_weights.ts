/**
 * Published weights of the backbones here: where they lie and what may be done
 * with them.
 *
 * @module
 */

/** Weights that somebody publishes. */
export interface KnownWeights {
  /** Name to fetch them by. */
  readonly name: string;
  /** Backbone that they are of. */
  readonly backbone: string;
  /** Address of the file. */
  readonly url: string;
  /** First digits of its SHA-256, where its publisher states them. */
  readonly sha256?: string;
  /** The same network on the Hugging Face hub, in that library's names. */
  readonly hub?: string;
  /** What may be done with them; a note, no legal advice. */
  readonly license: string;
}

const TORCHVISION =
  "BSD-3-Clause (torchvision); trained on ImageNet-1k, whose terms of access are for non-commercial research and education";
const DINO = "Apache-2.0 (facebookresearch/dino); trained on ImageNet-1k";
const IBOT = "Apache-2.0 (bytedance/ibot); trained on ImageNet-1k";
const DINOV2 = "Apache-2.0 (facebookresearch/dinov2)";

/** torchvision's file names end in the first eight digits of their SHA-256. */
const torchvision = (name: string, backbone: string, sha256: string) => ({
  name,
  backbone,
  url: `https://download.pytorch.org/models/${backbone}-${sha256}.pth`,
  sha256,
  license: TORCHVISION,
});

const dino = (backbone: string, file: string) => ({
  name: backbone,
  backbone,
  url: `https://dl.fbaipublicfiles.com/dino/${file}/${file}.pth`,
  hub: `facebook/${backbone}`,
  license: DINO,
});

const ibot = (backbone: string, folder: string) => ({
  name: backbone,
  backbone,
  url: "https://lf3-nlp-opensource.bytetos.com/obj/nlp-opensource/archive/" +
    `2022/ibot/${folder}/checkpoint_teacher.pth`,
  license: IBOT,
});

const dinov2 = (size: string, hub: string) =>
  [
    { reg: "", file: "", hub: `facebook/dinov2-${hub}` },
    {
      reg: "-reg",
      file: "_reg4",
      hub: `facebook/dinov2-with-registers-${hub}`,
    },
  ].map((variant) => ({
    name: `dinov2-vit${size}14${variant.reg}`,
    backbone: `dinov2-vit${size}14${variant.reg}`,
    url: `https://dl.fbaipublicfiles.com/dinov2/dinov2_vit${size}14/` +
      `dinov2_vit${size}14${variant.file}_pretrain.pth`,
    hub: variant.hub,
    license: DINOV2,
  }));

/**
 * Every published file that can be fetched by name; whatever else lies on the
 * Hugging Face hub can be fetched by its address.
 */
export const KNOWN_WEIGHTS: readonly KnownWeights[] = [
  torchvision("resnet18", "resnet18", "f37072fd"),
  torchvision("resnet34", "resnet34", "b627a593"),
  torchvision("resnet50", "resnet50", "0676ba61"),
  torchvision("resnet50-v2", "resnet50", "11ad3fa6"),
  torchvision("resnet101", "resnet101", "63fe2227"),
  torchvision("resnet101-v2", "resnet101", "cd907fc2"),
  dino("dino-vits16", "dino_deitsmall16_pretrain"),
  dino("dino-vits8", "dino_deitsmall8_pretrain"),
  dino("dino-vitb16", "dino_vitbase16_pretrain"),
  dino("dino-vitb8", "dino_vitbase8_pretrain"),
  ibot("ibot-vits16", "vits_16"),
  ibot("ibot-vitb16", "vitb_16"),
  ...dinov2("s", "small"),
  ...dinov2("b", "base"),
  ...dinov2("l", "large"),
];

/** Files and repositories whose licence is known by their name alone. */
const LICENSES: readonly (readonly [RegExp, string])[] = [
  [/(^|\/)resnet(18|34|50|101|152)-[0-9a-f]{8}\.pth$/, TORCHVISION],
  [/dino_(deitsmall|vitbase|resnet50)\w*_pretrain|facebook\/dino-vit/, DINO],
  [/dinov2_vit\w+_pretrain|facebook\/dinov2-/, DINOV2],
];

/**
 * The licence note of published weights, by a file's name or address.
 *
 * @param file Path, address or `hf:` reference.
 * @returns The note; nothing where the name tells nothing.
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { weightsLicense } from "@simsc/core/data";
 *
 * match(weightsLicense("weights/dino_vitbase8_pretrain.pth") ?? "", /^Apache-2.0/);
 * ```
 */
export function weightsLicense(file: string): string | undefined {
  const known = KNOWN_WEIGHTS.find(({ name, url }) =>
    file === url || file === name
  );
  return known?.license ??
    LICENSES.find(([pattern]) => pattern.test(file))?.[1];
}
