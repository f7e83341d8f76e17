import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { OptionError, ShapeError } from "../../../src/core/errors.ts";
import type { NamedTensors } from "../../../src/data/safetensors.ts";
import { applyPlan, revertPlan } from "../../../src/data/weights/apply_plan.ts";
import { planWeights } from "../../../src/data/weights/plan_weights.ts";
import { renamePlan } from "../../../src/data/weights/rename_plan.ts";
import { readWeights } from "../../../src/data/weights/read_weights.ts";
import { unfoldBatchNorm } from "../../../src/data/weights/unfold_batch_norm.ts";
import { right } from "../_helpers.ts";
import { fixture } from "./_build.ts";

/** One number per name, so that each tensor can be told from every other. */
function numbered(names: readonly string[]): NamedTensors {
  return Object.fromEntries(
    names.map((name, i) => [name, {
      shape: [1, 1, 1],
      data: Float32Array.of(i + 1),
    }]),
  );
}

/** Names of one model as its library writes them, beside those read here. */
const LIBRARIES: Readonly<
  Record<
    string,
    readonly (readonly [original: string, native: string | null])[]
  >
> = {
  // transformers: ResNetModel.
  "huggingface-resnet": [
    ["embedder.embedder.convolution.weight", "conv1.weight"],
    ["embedder.embedder.normalization.running_var", "bn1.running_var"],
    [
      "embedder.embedder.normalization.num_batches_tracked",
      null,
    ],
    [
      "encoder.stages.0.layers.0.shortcut.convolution.weight",
      "layer1.0.downsample.0.weight",
    ],
    [
      "encoder.stages.0.layers.0.shortcut.normalization.bias",
      "layer1.0.downsample.1.bias",
    ],
    [
      "encoder.stages.0.layers.0.layer.0.convolution.weight",
      "layer1.0.conv1.weight",
    ],
    [
      "encoder.stages.1.layers.3.layer.2.normalization.weight",
      "layer2.3.bn3.weight",
    ],
    [
      "encoder.stages.2.layers.22.layer.1.convolution.weight",
      "layer3.22.conv2.weight",
    ],
    ["encoder.stages.3.layers.0.layer.0.convolution.weight", null],
  ],
  // torchvision and timm.
  "torchvision": [
    ["conv1.weight", "conv1.weight"],
    ["bn1.running_mean", "bn1.running_mean"],
    ["bn1.num_batches_tracked", null],
    ["layer1.0.conv1.weight", "layer1.0.conv1.weight"],
    ["layer2.0.downsample.1.bias", "layer2.0.downsample.1.bias"],
    ["layer4.1.bn2.weight", null],
    ["fc.weight", null],
  ],
  // nn.Sequential(*children) of the same network.
  "sequential": [
    ["0.weight", "conv1.weight"],
    ["1.running_mean", "bn1.running_mean"],
    ["4.0.conv1.weight", "layer1.0.conv1.weight"],
    ["5.0.conv1.weight", "layer2.0.conv1.weight"],
    ["6.22.bn3.bias", "layer3.22.bn3.bias"],
    ["7.0.conv1.weight", null],
  ],
  // DINO, iBOT, DINOv2 and timm without registers.
  "dino": [
    ["cls_token", "cls_token"],
    ["mask_token", null],
    ["pos_embed", "pos_embed"],
    ["patch_embed.proj.weight", "patch_embed.proj.weight"],
    ["blocks.0.norm1.weight", "blocks.0.norm1.weight"],
    ["blocks.11.attn.qkv.bias", "blocks.11.attn.qkv.bias"],
    ["norm.bias", "norm.bias"],
    ["head.weight", null],
  ],
  // DINOv2 with block_chunks: the second number counts through all blocks.
  "dinov2-chunked": [
    ["cls_token", "cls_token"],
    ["register_tokens", "register_tokens"],
    ["mask_token", null],
    ["patch_embed.proj.weight", "patch_embed.proj.weight"],
    ["blocks.0.0.norm1.weight", "blocks.0.norm1.weight"],
    ["blocks.3.11.ls2.gamma", "blocks.11.ls2.gamma"],
    ["norm.weight", "norm.weight"],
  ],
  // torchvision: VisionTransformer.
  "torchvision-vit": [
    ["class_token", "cls_token"],
    ["conv_proj.weight", "patch_embed.proj.weight"],
    ["encoder.pos_embedding", "pos_embed"],
    ["encoder.layers.encoder_layer_0.ln_1.weight", "blocks.0.norm1.weight"],
    [
      "encoder.layers.encoder_layer_0.self_attention.in_proj_weight",
      "blocks.0.attn.qkv.weight",
    ],
    [
      "encoder.layers.encoder_layer_0.self_attention.out_proj.bias",
      "blocks.0.attn.proj.bias",
    ],
    ["encoder.layers.encoder_layer_0.ln_2.bias", "blocks.0.norm2.bias"],
    ["encoder.layers.encoder_layer_0.mlp.0.weight", "blocks.0.mlp.fc1.weight"],
    ["encoder.layers.encoder_layer_0.mlp.3.weight", "blocks.0.mlp.fc2.weight"],
    ["encoder.ln.weight", "norm.weight"],
    ["heads.head.weight", null],
  ],
  // transformers: ViTModel, as its converter from DINO writes it.
  "huggingface-vit": [
    ["embeddings.cls_token", "cls_token"],
    ["embeddings.position_embeddings", "pos_embed"],
    [
      "embeddings.patch_embeddings.projection.weight",
      "patch_embed.proj.weight",
    ],
    ["encoder.layer.0.layernorm_before.weight", "blocks.0.norm1.weight"],
    ["encoder.layer.0.layernorm_after.bias", "blocks.0.norm2.bias"],
    ["encoder.layer.0.attention.output.dense.bias", "blocks.0.attn.proj.bias"],
    ["encoder.layer.0.intermediate.dense.weight", "blocks.0.mlp.fc1.weight"],
    ["encoder.layer.0.output.dense.weight", "blocks.0.mlp.fc2.weight"],
    ["layernorm.bias", "norm.bias"],
    ["pooler.dense.weight", null],
  ],
  // transformers: Dinov2WithRegistersModel.
  "huggingface-dinov2": [
    ["embeddings.cls_token", "cls_token"],
    ["embeddings.mask_token", null],
    ["embeddings.register_tokens", "register_tokens"],
    ["embeddings.position_embeddings", "pos_embed"],
    [
      "embeddings.patch_embeddings.projection.bias",
      "patch_embed.proj.bias",
    ],
    [
      "embeddings.patch_embeddings.projection.weight",
      "patch_embed.proj.weight",
    ],
    ["encoder.layer.0.norm1.weight", "blocks.0.norm1.weight"],
    ["encoder.layer.0.layer_scale1.lambda1", "blocks.0.ls1.gamma"],
    ["encoder.layer.0.layer_scale2.lambda1", "blocks.0.ls2.gamma"],
    ["encoder.layer.0.mlp.fc1.weight", "blocks.0.mlp.fc1.weight"],
    ["encoder.layer.0.mlp.fc2.bias", "blocks.0.mlp.fc2.bias"],
    ["layernorm.weight", "norm.weight"],
  ],
};

for (const [family, pairs] of Object.entries(LIBRARIES)) {
  Deno.test(`planWeights() reads the names of ${family}, and writes them back`, () => {
    for (const prefix of ["", "module.", "module.backbone."]) {
      const tensors = numbered(pairs.map(([name]) => `${prefix}${name}`));
      const plan = planWeights(Object.keys(tensors));
      equal(plan.family, family);
      equal(plan.prefix, prefix);
      const kept = pairs.filter(([, native]) => native !== null);
      const native = applyPlan(plan, tensors);
      deepStrictEqual(
        native,
        Object.fromEntries(
          kept.map(([name, to]) => [to, tensors[`${prefix}${name}`]]),
        ),
      );
      const dropped = pairs.filter(([, to]) => to === null);
      deepStrictEqual(
        plan.dropped,
        dropped.map(([name]) => `${prefix}${name}`),
      );
      deepStrictEqual(
        revertPlan(plan, native),
        Object.fromEntries(
          kept.map(([name]) => [prefix + name, tensors[prefix + name]]),
        ),
      );
    }
  });
}

const STYLES = {
  "huggingface-resnet": "huggingface",
  "torchvision": "torchvision",
  "dino": "ibot",
  "torchvision-vit": "torchvision",
  "huggingface-vit": "huggingface",
  "huggingface-dinov2": "huggingface",
} as const;

for (const [family, style] of Object.entries(STYLES)) {
  Deno.test(`renamePlan() writes the names of ${family}`, () => {
    const pairs = LIBRARIES[family]!.filter(([, native]) => native !== null);
    const native = numbered(pairs.map(([, to]) => to!));
    const plan = renamePlan(Object.keys(native), { style, prefix: "net." });
    deepStrictEqual(
      Object.keys(revertPlan(plan, native)),
      pairs.map(([name]) => `net.${name}`),
    );
  });
}

Deno.test("applyPlan() stacks query, key and value in this order", () => {
  const base = "encoder.layer.0.attention.attention";
  // In another order than the stacked one.
  const tensors: NamedTensors = {
    ...numbered([
      "embeddings.patch_embeddings.projection.weight",
      "encoder.layer.0.norm1.weight",
    ]),
    [`${base}.value.bias`]: { shape: [2], data: Float32Array.of(5, 6) },
    [`${base}.query.bias`]: { shape: [2], data: Float32Array.of(1, 2) },
    [`${base}.key.bias`]: { shape: [2], data: Float32Array.of(3, 4) },
    [`${base}.query.weight`]: { shape: [1, 2], data: Float32Array.of(1, 2) },
    [`${base}.key.weight`]: { shape: [1, 2], data: Float32Array.of(3, 4) },
    [`${base}.value.weight`]: { shape: [1, 2], data: Float32Array.of(5, 6) },
  };
  const plan = planWeights(Object.keys(tensors));
  const native = applyPlan(plan, tensors);
  deepStrictEqual(native["blocks.0.attn.qkv.bias"], {
    shape: [6],
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  deepStrictEqual(native["blocks.0.attn.qkv.weight"], {
    shape: [3, 2],
    data: Float32Array.of(1, 2, 3, 4, 5, 6),
  });
  const back = revertPlan(plan, native);
  for (const [name, tensor] of Object.entries(tensors)) {
    deepStrictEqual(back[name], tensor, name);
  }

  const { [`${base}.key.bias`]: _, ...without } = tensors;
  const short = applyPlan(planWeights(Object.keys(without)), without);
  ok(!("blocks.0.attn.qkv.bias" in short), "a part is missing");
  const { [`${base}.value.bias`]: __, ...last } = tensors;
  const shorter = applyPlan(planWeights(Object.keys(last)), last);
  ok(!("blocks.0.attn.qkv.bias" in shorter), "the last part is missing");
  const odd = {
    ...tensors,
    [`${base}.key.bias`]: { shape: [1], data: Float32Array.of(3) },
  };
  throws(() => applyPlan(plan, odd), ShapeError);
});

Deno.test("applyPlan() reads timm's registers and positions, and writes them", () => {
  const tensors: NamedTensors = {
    cls_token: { shape: [1, 1, 2], data: Float32Array.of(1, 2) },
    reg_token: { shape: [1, 1, 2], data: Float32Array.of(3, 4) },
    pos_embed: { shape: [1, 1, 2], data: Float32Array.of(5, 6) },
    ...numbered(["patch_embed.proj.weight", "blocks.0.norm1.weight"]),
  };
  const plan = planWeights(Object.keys(tensors));
  equal(plan.family, "timm-registers");
  const native = applyPlan(plan, tensors);
  deepStrictEqual(native["register_tokens"], tensors["reg_token"]);
  deepStrictEqual(native["pos_embed"], {
    shape: [1, 2, 2],
    data: Float32Array.of(0, 0, 5, 6),
  });
  deepStrictEqual(revertPlan(plan, native), tensors);
  // As timm's own conversion from DINOv2: the class's position joins the token.
  const meta = {
    ...native,
    pos_embed: { shape: [1, 2, 2], data: Float32Array.of(10, 20, 5, 6) },
  };
  const timm = renamePlan(Object.keys(meta), { style: "timm" });
  const written = revertPlan(timm, meta);
  deepStrictEqual(written["cls_token"]?.data, Float32Array.of(11, 22));
  deepStrictEqual(written["pos_embed"], tensors["pos_embed"]);
  deepStrictEqual(written["reg_token"], tensors["reg_token"]);
});

Deno.test("planWeights() takes the teacher, then what is no student", () => {
  const model = ["patch_embed.proj.weight", "blocks.0.norm1.weight"];
  const both = ["student.backbone.", "teacher.backbone."]
    .flatMap((prefix) => model.map((name) => prefix + name));
  const plan = planWeights([...both, "dino_loss.center"]);
  equal(plan.prefix, "teacher.backbone.");
  deepStrictEqual(plan.dropped.at(-1), "dino_loss.center");
  const run = ["adam.m.", "adam.v.", "parameters."].flatMap((prefix) =>
    ["conv1.weight", "layer1.0.conv1.weight"].map((name) => prefix + name)
  );
  equal(planWeights(run).prefix, "parameters.");
});

Deno.test("planWeights() leaves unknown names as they are", () => {
  const names = ["a.weight", "conv1.weight"];
  const plan = planWeights(names);
  equal(plan.family, "unknown");
  deepStrictEqual(Object.keys(applyPlan(plan, numbered(names))), names);
  deepStrictEqual(plan.dropped, []);
});

Deno.test("planWeights() keeps what no rule knows, so that a check names it", () => {
  const names = [
    "embeddings.patch_embeddings.projection.weight",
    "encoder.layer.0.norm1.weight",
    "encoder.layer.0.mlp.weights_in.weight",
    "adapter.weight",
  ];
  const plan = planWeights(names);
  const native = plan.entries.map(({ name }) => name);
  ok(native.includes("blocks.0.mlp.weights_in.weight"));
  ok(native.includes("adapter.weight"));
});

Deno.test("renamePlan() refuses what it has no names for", () => {
  throws(() => renamePlan(["a"], { style: "dino" }), OptionError);
  const odd = ["blocks.0.norm1.weight", "blocks.0.ls1.gamma", "adapter.weight"];
  throws(() => renamePlan(odd, { style: "huggingface" }), /adapter\.weight/);
  // Scales have no name in torchvision's transformers.
  throws(() => renamePlan(odd, { style: "torchvision" }), OptionError);
});

for (
  const [name, styles] of [
    ["tiny-dino", ["huggingface", "torchvision", "timm", "dino"]],
    ["tiny-dinov2-reg", ["huggingface", "timm", "dinov2"]],
    ["tiny-resnet-bottleneck", ["huggingface", "torchvision"]],
  ] as const
) {
  for (const style of styles) {
    Deno.test(`renamePlan() turns all of ${name} into ${style}'s names and back`, async () => {
      const file = fixture(`goldens/models/${name}.safetensors`);
      const { mask_token: _, ...tensors } = right(await readWeights(file)())
        .tensors;
      const plan = renamePlan(Object.keys(tensors), { style });
      const written = revertPlan(plan, tensors);
      const read = planWeights(Object.keys(written));
      equal(read.family, plan.family);
      const back = applyPlan(read, written);
      deepStrictEqual(Object.keys(back).sort(), Object.keys(tensors).sort());
      for (const [key, { shape, data }] of Object.entries(tensors)) {
        // timm keeps the sum of the class token and its position alone.
        const isSum = plan.family === "timm-registers" &&
          /^(cls_token|pos_embed)$/.test(key);
        deepStrictEqual([...back[key]!.shape], [...shape], key);
        if (!isSum) deepStrictEqual(back[key]!.data, data, key);
      }
    });
  }
}

Deno.test("unfoldBatchNorm() gives convolutions without a bias", () => {
  const bias = { shape: [2], data: Float32Array.of(3, 4) };
  const names = [
    "conv1.bias",
    "layer2.0.downsample.0.bias",
    "layer1.1.conv2.bias",
  ];
  const tensors = unfoldBatchNorm(
    Object.fromEntries(names.map((name) => [name, bias])),
  );
  const norms = ["bn1", "layer2.0.downsample.1", "layer1.1.bn2"];
  deepStrictEqual(
    Object.keys(tensors),
    norms.flatMap((norm) =>
      ["weight", "bias", "running_mean", "running_var"].map((part) =>
        `${norm}.${part}`
      )
    ),
  );
  // (x - 0) / sqrt(1 - 1e-5 + 1e-5) * 1 + bias = x + bias.
  const { data: [variance] } = tensors["bn1.running_var"]!;
  equal(Math.fround(variance! + 1e-5), 1);
  deepStrictEqual(tensors["bn1.bias"], bias);
  deepStrictEqual(unfoldBatchNorm({ "fc.bias": bias }), { "fc.bias": bias });
});
