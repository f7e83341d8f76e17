"""Vision transformers of the published sizes with random weights, and PyTorch's features.

    python make_vits.py FOLDER [--model dino-vitb8]... [--seed 0]

Writes for each model NAME.pth, wrapped as it is published, and NAME.safetensors
with pairs `image.0`, `features.0`, ...: normalised images [1, 3, H, W], a square
and a rectangle, and the patch tokens of the last block [1, D, h, w]. Then says
so in a first line (versions) and times on demand: per line in, such as
{"case": "dino-vitb8 0", "steps": 1}, one line out: {"ms": [...]}.

Written from the papers and the names in the checkpoints; needs PyTorch alone.
"""
import argparse
import json
import os
import platform
import struct
import sys
import time
import zlib

import torch
import torch.nn as nn
import torch.nn.functional as F

THREADS = 2
SIZES = {"s": (384, 12, 6), "b": (768, 12, 12), "l": (1024, 24, 16)}
MODELS = ["dino-vitb8", "ibot-vitb16", "dinov2-vitb14-reg"]


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(width))

    def forward(self, x):
        return x * self.gamma


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        batch, count, width = x.shape
        q, k, v = self.qkv(x).view(batch, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, count, width))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, scaled):
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(width, 1e-6), Attention(width, heads)
        self.norm2, self.mlp = nn.LayerNorm(width, 1e-6), Mlp(width)
        self.ls1 = Scale(width) if scaled else nn.Identity()
        self.ls2 = Scale(width) if scaled else nn.Identity()

    def forward(self, x):
        x = x + self.ls1(self.attn(self.norm1(x)))
        return x + self.ls2(self.mlp(self.norm2(x)))


class PatchEmbed(nn.Module):
    def __init__(self, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)


class Vit(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.family, size, *rest = name.split("-")
        width, depth, heads = SIZES[size[3]]
        self.patch, second = int(size[4:]), self.family == "dinov2"
        self.registers = 4 if rest == ["reg"] else 0
        self.grid = (518 if second else 224) // self.patch
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + self.grid ** 2, width))
        if second:
            self.mask_token = nn.Parameter(torch.empty(1, width))
        if self.registers:
            self.register_tokens = nn.Parameter(torch.empty(1, self.registers, width))
        self.patch_embed = PatchEmbed(width, self.patch)
        self.blocks = nn.ModuleList([Block(width, heads, second) for _ in range(depth)])
        self.norm = nn.LayerNorm(width, 1e-6)

    def positions(self, rows, columns):
        if (rows, columns) == (self.grid, self.grid):
            return self.pos_embed
        table = self.pos_embed[:, 1:].view(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        if self.registers:
            to = {"size": (rows, columns), "antialias": True}
        else:
            to = {"scale_factor": ((rows + 0.1) / self.grid, (columns + 0.1) / self.grid)}
        table = F.interpolate(table, mode="bicubic", **to)
        return torch.cat([self.pos_embed[:, :1], table.flatten(2).transpose(1, 2)], 1)

    def forward(self, images):
        x = self.patch_embed.proj(images)
        rows, columns = x.shape[2:]
        x = torch.cat([self.cls_token, x.flatten(2).transpose(1, 2)], 1)
        x = x + self.positions(rows, columns)
        if self.registers:
            x = torch.cat([x[:, :1], self.register_tokens, x[:, 1:]], 1)
        for block in self.blocks:
            x = block(x)
        # DINOv2 is read behind its final norm, DINO and iBOT before it.
        x = self.norm(x) if self.family == "dinov2" else x
        return x[:, 1 + self.registers:].transpose(1, 2).reshape(1, -1, rows, columns)


def draw(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("norm1.weight", "norm2.weight", "norm.weight")):
                parameter.copy_(1 + 0.2 * torch.randn_like(parameter))
            elif parameter.ndim >= 2 and not name.endswith(("token", "tokens", "embed")):
                parameter.copy_(torch.randn_like(parameter) * (1.6 / parameter[0].numel()) ** 0.5)
            else:
                parameter.copy_(0.2 * torch.randn_like(parameter))


def make(name, seed):
    """The model, and images of a square and of a rectangle."""
    torch.manual_seed(seed + zlib.crc32(name.encode()))
    model = Vit(name).eval()
    draw(model)
    patch = model.patch
    square = 256 // patch * patch
    sizes = [(square, square), (square * 3 // 4 // patch * patch, square * 5 // 4 // patch * patch)]
    return model, [torch.randn(1, 3, height, width) for height, width in sizes]


def save_safetensors(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        end = offset + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.contiguous().numpy().astype("<f4").tobytes())


def write(folder, name, seed):
    model, images = make(name, seed)
    state = model.state_dict()
    torch.save({"state_dict": state} if name.startswith("ibot") else state, f"{folder}/{name}.pth")
    with torch.inference_mode():
        cases = {}
        for index, image in enumerate(images):
            cases[f"image.{index}"], cases[f"features.{index}"] = image, model(image)
    save_safetensors(f"{folder}/{name}.safetensors", cases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--model", action="append")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(THREADS)
    os.makedirs(options.folder, exist_ok=True)
    for name in options.model or MODELS:
        write(options.folder, name, options.seed)
    versions = {"python": platform.python_version(), "torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({"versions": versions}), flush=True)
    loaded, work = None, None
    for line in sys.stdin:
        command = json.loads(line)
        name, index = command["case"].split()
        if name != loaded:
            loaded, work = name, make(name, options.seed)
        model, images = work
        ms = []
        for _ in range(command["steps"]):
            start = time.perf_counter()
            with torch.inference_mode():
                model(images[int(index)])
            ms.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"ms": ms}), flush=True)


main()
