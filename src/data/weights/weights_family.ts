/**
 * Whose names the tensors of a weights file carry.
 *
 * @module
 */

/** A way to name the tensors of a backbone. */
export type WeightsFamily =
  /** ResNets of torchvision, timm and DINO: `layer1.0.conv1.weight`. */
  | "torchvision"
  /** The same as a list of modules, in CATs and NCNet: `4.0.conv1.weight`. */
  | "sequential"
  /** `ResNetModel` of Hugging Face. */
  | "huggingface-resnet"
  /** Transformers of DINO, iBOT, DINOv2 and timm: `blocks.0.attn.qkv.weight`. */
  | "dino"
  /** DINOv2 in training, its blocks in chunks: `blocks.0.0.attn.qkv.weight`. */
  | "dinov2-chunked"
  /** timm's DINOv2 with registers: `reg_token`, positions without the class's. */
  | "timm-registers"
  /** `ViTModel` of Hugging Face, DINO's among them. */
  | "huggingface-vit"
  /** `Dinov2Model` and `Dinov2WithRegistersModel` of Hugging Face. */
  | "huggingface-dinov2"
  /** torchvision's transformers. */
  | "torchvision-vit";

/** How a tensor of the network comes from those of the file. */
export type WeightsStep =
  /** As it is. */
  | "copy"
  /** Several below each other: query, key and value. */
  | "stack"
  /** A row of zeros above, where the class token's position is part of the token. */
  | "classless";

/** How the names of one family become those the networks here read. */
export interface FamilyRules {
  /** Its name. */
  readonly family: WeightsFamily;
  /** Kind of the network. */
  readonly architecture: "resnet" | "vit";
  /** Names that tell the family, without a prefix; the first one finds the prefix. */
  readonly markers: readonly string[];
  /** Original names and the network's, `{…}` standing for parts; first fit wins. */
  readonly names: readonly (readonly [
    original: string | readonly string[],
    native: string,
    step?: WeightsStep,
  ])[];
}

/** Three projections that the networks here have as one. */
const qkv = (prefix: string) =>
  ["query", "key", "value"].map((part) => `${prefix}.${part}.{p}`);

/** Names that Hugging Face's transformers share. */
const HUGGINGFACE_VIT = [
  ["embeddings.cls_token", "cls_token"],
  ["embeddings.position_embeddings", "pos_embed"],
  ["embeddings.patch_embeddings.projection.{p}", "patch_embed.proj.{p}"],
  [
    qkv("encoder.layer.{i}.attention.attention"),
    "blocks.{i}.attn.qkv.{p}",
    "stack",
  ],
  [
    "encoder.layer.{i}.attention.output.dense.{p}",
    "blocks.{i}.attn.proj.{p}",
  ],
  ["layernorm.{p}", "norm.{p}"],
] as const;

/** Layers of `ResNetModel`: `layer.0` of a block is `conv1` with `bn1`. */
const HUGGINGFACE_RESNET = [0, 1, 2, 3].flatMap((stage) => {
  const from = `encoder.stages.${stage}.layers.{i}`;
  const to = `layer${stage + 1}.{i}`;
  const layers = [0, 1, 2].flatMap((k) =>
    [
      [`${from}.layer.${k}.convolution.{p}`, `${to}.conv${k + 1}.{p}`],
      [`${from}.layer.${k}.normalization.{p}`, `${to}.bn${k + 1}.{p}`],
    ] as const
  );
  return [
    ...layers,
    [`${from}.shortcut.convolution.{p}`, `${to}.downsample.0.{p}`] as const,
    [`${from}.shortcut.normalization.{p}`, `${to}.downsample.1.{p}`] as const,
  ];
});

/** Every family that is known, the more particular ones first. */
export const WEIGHTS_FAMILIES: readonly FamilyRules[] = [
  {
    family: "torchvision",
    architecture: "resnet",
    markers: ["layer1.0.conv1.weight", "conv1.weight"],
    names: [["{any}", "{any}"]],
  },
  {
    family: "sequential",
    architecture: "resnet",
    markers: ["4.0.conv1.weight", "0.weight", "5.0.conv1.weight"],
    names: [
      ["0.{p}", "conv1.{p}"],
      ["1.{p}", "bn1.{p}"],
      ["4.{any}", "layer1.{any}"],
      ["5.{any}", "layer2.{any}"],
      ["6.{any}", "layer3.{any}"],
      ["7.{any}", "layer4.{any}"],
    ],
  },
  {
    family: "huggingface-resnet",
    architecture: "resnet",
    markers: ["embedder.embedder.convolution.weight"],
    names: [
      ["embedder.embedder.convolution.{p}", "conv1.{p}"],
      ["embedder.embedder.normalization.{p}", "bn1.{p}"],
      ...HUGGINGFACE_RESNET,
    ],
  },
  {
    family: "timm-registers",
    architecture: "vit",
    markers: ["patch_embed.proj.weight", "reg_token"],
    names: [
      ["reg_token", "register_tokens"],
      ["pos_embed", "pos_embed", "classless"],
      ["{any}", "{any}"],
    ],
  },
  {
    family: "dinov2-chunked",
    architecture: "vit",
    markers: ["patch_embed.proj.weight", "blocks.0.0.norm1.weight"],
    names: [
      ["blocks.{c}.{i}.{any}", "blocks.{i}.{any}"],
      ["{any}", "{any}"],
    ],
  },
  {
    family: "dino",
    architecture: "vit",
    markers: ["patch_embed.proj.weight", "blocks.0.norm1.weight"],
    names: [["{any}", "{any}"]],
  },
  {
    family: "huggingface-vit",
    architecture: "vit",
    markers: [
      "embeddings.patch_embeddings.projection.weight",
      "encoder.layer.0.layernorm_before.weight",
    ],
    names: [
      ...HUGGINGFACE_VIT,
      ["encoder.layer.{i}.layernorm_before.{p}", "blocks.{i}.norm1.{p}"],
      ["encoder.layer.{i}.layernorm_after.{p}", "blocks.{i}.norm2.{p}"],
      ["encoder.layer.{i}.intermediate.dense.{p}", "blocks.{i}.mlp.fc1.{p}"],
      ["encoder.layer.{i}.output.dense.{p}", "blocks.{i}.mlp.fc2.{p}"],
    ],
  },
  {
    family: "huggingface-dinov2",
    architecture: "vit",
    markers: [
      "embeddings.patch_embeddings.projection.weight",
      "encoder.layer.0.norm1.weight",
    ],
    names: [
      ...HUGGINGFACE_VIT,
      ["embeddings.mask_token", "mask_token"],
      ["embeddings.register_tokens", "register_tokens"],
      ["encoder.layer.{i}.norm1.{p}", "blocks.{i}.norm1.{p}"],
      ["encoder.layer.{i}.norm2.{p}", "blocks.{i}.norm2.{p}"],
      ["encoder.layer.{i}.layer_scale1.lambda1", "blocks.{i}.ls1.gamma"],
      ["encoder.layer.{i}.layer_scale2.lambda1", "blocks.{i}.ls2.gamma"],
      ["encoder.layer.{i}.mlp.{any}", "blocks.{i}.mlp.{any}"],
    ],
  },
  {
    family: "torchvision-vit",
    architecture: "vit",
    markers: ["conv_proj.weight", "class_token"],
    names: [
      ["class_token", "cls_token"],
      ["encoder.pos_embedding", "pos_embed"],
      ["conv_proj.{p}", "patch_embed.proj.{p}"],
      ["encoder.layers.encoder_layer_{i}.ln_1.{p}", "blocks.{i}.norm1.{p}"],
      ["encoder.layers.encoder_layer_{i}.ln_2.{p}", "blocks.{i}.norm2.{p}"],
      [
        "encoder.layers.encoder_layer_{i}.self_attention.in_proj_{p}",
        "blocks.{i}.attn.qkv.{p}",
      ],
      [
        "encoder.layers.encoder_layer_{i}.self_attention.out_proj.{p}",
        "blocks.{i}.attn.proj.{p}",
      ],
      ["encoder.layers.encoder_layer_{i}.mlp.0.{p}", "blocks.{i}.mlp.fc1.{p}"],
      ["encoder.layers.encoder_layer_{i}.mlp.3.{p}", "blocks.{i}.mlp.fc2.{p}"],
      [
        "encoder.layers.encoder_layer_{i}.mlp.linear_1.{p}",
        "blocks.{i}.mlp.fc1.{p}",
      ],
      [
        "encoder.layers.encoder_layer_{i}.mlp.linear_2.{p}",
        "blocks.{i}.mlp.fc2.{p}",
      ],
      ["encoder.ln.{p}", "norm.{p}"],
    ],
  },
];
