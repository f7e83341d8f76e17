"""The work of bench/peers.ts in PyTorch, driven line by line over stdin.

Cases: `resnet18-step`, `resnet50-step` and `vits16-step`, one SimSC training
step (forward of both images, Eq. 7 with the sampled cross-entropy, backward,
Adam with two groups) on 4 pairs of 256 x 256, all of the backbone trained: the
ResNet up to layer3 with batch norm folded, the ViT up to its last block without
the final norm; `resnet50-locate` and `vitb16-locate`, one pair forward and 10
keypoints located by kernel soft-argmax; `maps-match`, the same on maps alone.

First line out: the versions. Then per line in, such as
{"case": "resnet18-step", "layout": "channels_last", "steps": 1, "pairs": 4,
"size": 256, "keypoints": 10, "threads": 2}, one line out: {"ms": [...],
"value": ..., "peak": ...}, the peak in bytes of resident memory.
"""
import json
import math
import platform
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

GAMMA, THRESHOLD, SIGMA, BETA = 0.2, 0.1, 7.0, 0.03
STRIDE, MAP_CHANNELS = 16, 768
VITS = {"vits16": (384, 6), "vitb16": (768, 12)}
LAYERS = {"resnet18": ("basic", (2, 2, 2)), "resnet50": ("bottleneck", (3, 4, 6))}


class Block(nn.Module):
    def __init__(self, kind, inputs, width, stride):
        super().__init__()
        outputs = width * (4 if kind == "bottleneck" else 1)
        if kind == "bottleneck":
            self.convs = nn.ModuleList([
                nn.Conv2d(inputs, width, 1),
                nn.Conv2d(width, width, 3, stride, 1),
                nn.Conv2d(width, outputs, 1),
            ])
        else:
            self.convs = nn.ModuleList([
                nn.Conv2d(inputs, width, 3, stride, 1),
                nn.Conv2d(width, width, 3, 1, 1),
            ])
        change = stride > 1 or inputs != outputs
        self.skip = nn.Conv2d(inputs, outputs, 1, stride) if change else None

    def forward(self, x):
        y = x
        for conv in self.convs[:-1]:
            y = F.relu(conv(y), inplace=True)
        y = self.convs[-1](y)
        y += x if self.skip is None else self.skip(x)
        return F.relu(y, inplace=True)


class Backbone(nn.Module):
    """ResNet up to layer3; batch norm is the bias of each convolution."""

    def __init__(self, name):
        super().__init__()
        kind, layers = LAYERS[name]
        self.stem = nn.Conv2d(3, 64, 7, 2, 3)
        blocks, channels = [], 64
        for layer, count in enumerate(layers):
            width = 64 * 2 ** layer
            for index in range(count):
                stride = 2 if layer > 0 and index == 0 else 1
                blocks.append(Block(kind, channels, width, stride))
                channels = width * (4 if kind == "bottleneck" else 1)
        self.blocks, self.channels = nn.Sequential(*blocks), channels
        for conv in self.modules():
            if isinstance(conv, nn.Conv2d):
                nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(conv.bias)

    def forward(self, images):
        return self.blocks(F.max_pool2d(F.relu(self.stem(images), inplace=True), 3, 2, 1))


class VitBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        batch, count, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, count, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        x = x + self.proj(mixed.transpose(1, 2).reshape(batch, count, width))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Vit(nn.Module):
    """DINO's ViT of patch 16 up to its last block; the table of 14 x 14 is resampled in every step."""

    GRID, PATCH = 14, 16

    def __init__(self, name):
        super().__init__()
        self.channels, heads = VITS[name]
        self.patches = nn.Conv2d(3, self.channels, self.PATCH, self.PATCH)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, self.channels))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, 1 + self.GRID ** 2, self.channels))
        self.blocks = nn.Sequential(*[VitBlock(self.channels, heads) for _ in range(12)])
        for linear in self.modules():
            if isinstance(linear, nn.Linear):
                nn.init.trunc_normal_(linear.weight, std=0.02)
                nn.init.zeros_(linear.bias)

    def positions(self, h, w):
        table = self.pos_embed[:, 1:].view(1, self.GRID, self.GRID, -1).permute(0, 3, 1, 2)
        scale = ((h + 0.1) / self.GRID, (w + 0.1) / self.GRID)
        table = F.interpolate(table, scale_factor=scale, mode="bicubic")
        return torch.cat([self.pos_embed[:, :1], table.flatten(2).transpose(1, 2)], 1)

    def forward(self, images):
        x = self.patches(images)
        batch, _, h, w = x.shape
        x = torch.cat([self.cls_token.expand(batch, -1, -1), x.flatten(2).transpose(1, 2)], 1)
        x = self.blocks(x + self.positions(h, w))
        return x[:, 1:].transpose(1, 2).reshape(batch, -1, h, w)


def backbone(name):
    return Vit(name) if name in VITS else Backbone(name)


def temperature(channels):
    return nn.Sequential(nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, 1), nn.Sigmoid())


def corners(points, h, w):
    """Flat index and bilinear weight of the four cells around each point [..., 2]."""
    x, y = points[..., 0].clamp(0, w - 1), points[..., 1].clamp(0, h - 1)
    x0, y0 = x.floor().clamp(0, w - 2), y.floor().clamp(0, h - 2)
    fx, fy, base = x - x0, y - y0, (y0 * w + x0).long()
    index = torch.stack([base, base + 1, base + w, base + w + 1], -1)
    weight = torch.stack([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy], -1)
    return index, weight


def match_maps(features_a, features_b, queries, beta_a, beta_b):
    """Scores [B, K, h, w] of sub-pixel queries [B, K, 2]; samples K columns before the product."""
    batch, channels, h, w = features_a.shape
    a = F.normalize(features_a, dim=1).flatten(2) / beta_a[:, None]
    b = F.normalize(features_b, dim=1).flatten(2) / beta_b[:, None]
    index, weight = corners(queries, h, w)
    flat = index.flatten(1)[:, None].expand(-1, channels, -1)
    columns = (a.gather(2, flat).view(batch, channels, -1, 4) * weight[:, None]).sum(3)
    return (columns.transpose(1, 2) @ b).view(batch, -1, h, w)


def sampled_cross_entropy(maps, points):
    """Eq. 3 with the probability map read at sub-pixel offsets (n_s = 3, n_k = 5)."""
    h, w = maps.shape[-2:]
    logp = F.log_softmax(maps.flatten(2), -1)
    points = torch.stack([points[..., 0].clamp(0, w - 1), points[..., 1].clamp(0, h - 1)], -1)
    offsets = torch.tensor([(x, y) for y in (-1.0, 0.0, 1.0) for x in (-1.0, 0.0, 1.0)])
    kernel = torch.exp(-offsets.square().sum(1) / 8)
    at = points[:, :, None] + offsets
    inside = (at[..., 0] >= 0) & (at[..., 0] <= w - 1) & (at[..., 1] >= 0) & (at[..., 1] <= h - 1)
    weights = kernel * inside
    weights = weights / weights.sum(-1, keepdim=True)
    index, bilinear = corners(at, h, w)
    values = logp.gather(2, index.flatten(2)).view(index.shape)
    sampled = torch.logsumexp(values + bilinear.clamp_min(1e-30).log(), -1)
    return -(weights * sampled).sum(-1).mean()


def kernel_soft_argmax(maps):
    batch, count, h, w = maps.shape
    peak = maps.flatten(2).argmax(-1)
    xs, ys = torch.arange(w, dtype=torch.float32), torch.arange(h, dtype=torch.float32)
    px, py = (peak % w)[..., None], torch.div(peak, w, rounding_mode="floor")[..., None]
    gx = torch.exp(-(xs - px).square() / (2 * SIGMA ** 2))
    gy = torch.exp(-(ys - py).square() / (2 * SIGMA ** 2))
    p = torch.softmax((maps * gy[..., None] * gx[..., None, :]).flatten(2), -1).view_as(maps)
    return torch.stack([(p.sum(2) * xs).sum(-1), (p.sum(3) * ys).sum(-1)], -1)


def adam(groups):
    try:
        return torch.optim.Adam(groups, fused=True)
    except (TypeError, RuntimeError):
        return torch.optim.Adam(groups)


class Training:
    def __init__(self, name, layout, pairs, size, keypoints):
        self.model = backbone(name).to(memory_format=layout)
        self.head = temperature(self.model.channels)
        self.optimizer = adam([
            {"params": self.model.parameters(), "lr": 2e-5},
            {"params": self.head.parameters(), "lr": 1e-4},
        ])
        cells = size // STRIDE - 1
        self.images = torch.randn(2 * pairs, 3, size, size).contiguous(memory_format=layout)
        self.queries = torch.rand(pairs, keypoints, 2) * cells
        self.points = torch.rand(pairs, keypoints, 2) * cells

    def __call__(self):
        self.optimizer.zero_grad(set_to_none=True)
        features = self.model(self.images)
        beta = self.head(features.detach().mean((2, 3)))
        (fa, fb), (ba, bb) = features.chunk(2), beta.chunk(2)
        maps = match_maps(fa, fb, self.queries, ba, bb)
        regularizer = (math.log(THRESHOLD) - beta.log()).clamp_min(0).mean()
        loss = sampled_cross_entropy(maps, self.points) + GAMMA * regularizer
        loss.backward()
        self.optimizer.step()
        return loss.item()


class Locating:
    def __init__(self, name, layout, pairs, size, keypoints):
        self.model = backbone(name).to(memory_format=layout).eval()
        self.head = temperature(self.model.channels).eval()
        self.images = torch.randn(2 * pairs, 3, size, size).contiguous(memory_format=layout)
        self.queries = torch.rand(pairs, keypoints, 2) * (size // STRIDE - 1)

    def __call__(self):
        with torch.inference_mode():
            features = self.model(self.images)
            beta = self.head(features.mean((2, 3)))
            (fa, fb), (ba, bb) = features.chunk(2), beta.chunk(2)
            return kernel_soft_argmax(match_maps(fa, fb, self.queries, ba, bb)).sum().item()


class Matching:
    """Points located on two maps, sampled by the fused kernel there is for it."""

    def __init__(self, layout, pairs, size, keypoints):
        def maps():
            return torch.rand(pairs, MAP_CHANNELS, size, size).contiguous(memory_format=layout)
        self.a, self.b = maps(), maps()
        self.queries = torch.rand(pairs, 1, keypoints, 2) * 2 - 1

    def __call__(self):
        with torch.inference_mode():
            a, b = F.normalize(self.a, dim=1), F.normalize(self.b, dim=1)
            columns = F.grid_sample(a, self.queries, align_corners=True)[:, :, 0]
            scores = columns.transpose(1, 2) @ b.flatten(2) / BETA
            return kernel_soft_argmax(scores.view(*scores.shape[:2], *b.shape[2:])).sum().item()


def make(case, layout, pairs, size, keypoints):
    torch.manual_seed(0)
    name, kind = case.split("-")
    memory_format = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}[layout]
    if kind == "match":
        return Matching(memory_format, pairs, size, keypoints)
    return {"step": Training, "locate": Locating}[kind](name, memory_format, pairs, size, keypoints)


def peak():
    """Bytes; macOS counts in bytes, Linux in KiB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def main():
    work = {}
    versions = {"python": platform.python_version(), "torch": torch.__version__}
    print(json.dumps({"versions": versions}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        if command["threads"] != torch.get_num_threads():
            torch.set_num_threads(command["threads"])
        what = tuple(command[name] for name in ("case", "pairs", "size", "keypoints"))
        key = (*what, command["layout"])
        if key not in work:
            # One case at a time, or the idle ones would hold gigabytes.
            work = {k: v for k, v in work.items() if k[:-1] == what}
            work[key] = make(command["case"], command["layout"], *what[1:])
        ms, value = [], None
        for _ in range(command["steps"]):
            start = time.perf_counter()
            value = work[key]()
            ms.append((time.perf_counter() - start) * 1000)
        print(json.dumps({"ms": ms, "value": value, "peak": peak()}), flush=True)


main()
