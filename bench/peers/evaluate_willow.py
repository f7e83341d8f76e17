"""PCK of a ResNet-18 on PF-WILLOW as a PyTorch user would measure it.

    python evaluate_willow.py --data FOLDER --weights FILE [--batch 8]
        [--layout contiguous|channels_last] [--features FILE] [--rounds 1]

Pictures are read and resized by Pillow (bilinear, antialiased), each passes
the backbone once, in batches, and its L2-normalised features are kept; then a
loop over the pairs matches ten keypoints each by kernel soft-argmax and counts
those within alpha of the keypoints' extent, in pixels of the 256 x 256 square.
Gradients are off, two threads. With --rounds 0 it answers line by line over
stdin instead, one evaluation a line, so that two sides can take turns.

Prints one line of JSON an evaluation: milliseconds by part, and PCK.
"""
import argparse
import csv
import json
import os
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

THREADS, SIZE, SIGMA, BETA, ALPHAS = 2, 256, 7.0, 0.02, (0.05, 0.1, 0.15)
LAYERS = (2, 2, 2)
MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
STD = torch.tensor([0.229, 0.224, 0.225])[:, None, None]


def read_weights(file, layout):
    """safetensors without its package: float32 behind a JSON header."""
    with open(file, "rb") as stream:
        (length,) = struct.unpack("<Q", stream.read(8))
        header, data = json.loads(stream.read(length)), stream.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        values = np.frombuffer(data[start:end], np.float32).reshape(entry["shape"])
        tensor = torch.from_numpy(values.copy())
        tensors[name] = tensor.to(memory_format=layout) if tensor.dim() == 4 else tensor
    return tensors


def backbone(p, x):
    """ResNet-18 up to layer3, batch norm folded into weights and biases."""
    x = F.conv2d(x, p["conv1.weight"], p["conv1.bias"], 2, 3)
    x = F.max_pool2d(F.relu_(x), 3, 2, 1)
    for layer, blocks in enumerate(LAYERS, 1):
        for block in range(blocks):
            name = f"layer{layer}.{block}."
            stride = 2 if layer > 1 and block == 0 else 1
            y = F.relu_(F.conv2d(x, p[name + "conv1.weight"], p[name + "conv1.bias"], stride, 1))
            y = F.conv2d(y, p[name + "conv2.weight"], p[name + "conv2.bias"], 1, 1)
            if stride > 1:
                skip = name + "downsample.0."
                x = F.conv2d(x, p[skip + "weight"], p[skip + "bias"], stride)
            x = F.relu_(y.add_(x))
    return x


def read_image(file):
    """The resized picture [3, H, W], normalised, and its stored (W, H)."""
    image = Image.open(file).convert("RGB")
    resized = image.resize((SIZE, SIZE), Image.BILINEAR)
    pixels = torch.from_numpy(np.array(resized)).permute(2, 0, 1).float().div_(255)
    return pixels.sub_(MEAN).div_(STD), image.size


def read_pairs(root):
    with open(os.path.join(root, "test_pairs.csv"), newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    pairs = []
    for row in rows:
        numbers = torch.tensor([float(x) for x in row[2:]])
        a, b = numbers[:20].view(2, 10).T, numbers[20:].view(2, 10).T
        pairs.append((os.path.join(root, row[0]), os.path.join(root, row[1]), a, b))
    return pairs


def sample(features, cells):
    """Columns [K, C] of a map [C, h, w] at (x, y) in cells, bilinear."""
    h, w = features.shape[1:]
    x, y = cells[:, 0].clamp(0, w - 1), cells[:, 1].clamp(0, h - 1)
    grid = torch.stack([x / (w - 1), y / (h - 1)], -1) * 2 - 1
    return F.grid_sample(features[None], grid[None, None], align_corners=True)[0, :, 0].T


def kernel_soft_argmax(maps, xs, ys):
    """(x, y) in cells [K, 2] of score maps [K, h, w]."""
    peak = maps.flatten(1).argmax(-1)
    width = maps.shape[2]
    px, py = (peak % width)[:, None], (peak // width)[:, None]
    gx = torch.exp(-(xs - px).square() / (2 * SIGMA**2))
    gy = torch.exp(-(ys - py).square() / (2 * SIGMA**2))
    scores = maps * gy[:, :, None] * gx[:, None, :] / BETA
    p = torch.softmax(scores.flatten(1), -1).view_as(maps)
    return torch.stack([(p.sum(1) * xs).sum(-1), (p.sum(2) * ys).sum(-1)], -1)


def extract(parameters, files, batch, layout):
    """L2-normalised features and stored sizes by file; also the time in Pillow."""
    features, sizes, reading = {}, {}, 0.0
    for start in range(0, len(files), batch):
        chunk = files[start : start + batch]
        began = time.perf_counter()
        images, stored = zip(*(read_image(file) for file in chunk))
        reading += time.perf_counter() - began
        pixels = torch.stack(images).contiguous(memory_format=layout)
        maps = F.normalize(backbone(parameters, pixels), dim=1).contiguous()
        features.update(zip(chunk, maps))
        sizes.update(zip(chunk, (torch.tensor(size, dtype=torch.float32) for size in stored)))
    return features, sizes, reading


@torch.inference_mode()
def evaluate(arguments):
    layout = getattr(torch, {"contiguous": "contiguous_format"}.get(arguments.layout, arguments.layout))
    began = time.perf_counter()
    parameters = read_weights(arguments.weights, layout)
    pairs = read_pairs(arguments.data)
    files = list(dict.fromkeys(file for pair in pairs for file in pair[:2]))
    listed = time.perf_counter()
    if arguments.features and os.path.exists(arguments.features):
        (features, sizes), reading = torch.load(arguments.features), 0.0
    else:
        features, sizes, reading = extract(parameters, files, arguments.batch, layout)
        if arguments.features:
            torch.save((features, sizes), arguments.features)
    extracted = time.perf_counter()
    cells = SIZE // 16
    xs = ys = torch.arange(cells, dtype=torch.float32)
    stride, alphas = SIZE / cells, torch.tensor(ALPHAS)
    found = []
    for source, target, a, b in pairs:
        queries = a * SIZE / sizes[source] / stride
        truth = b * SIZE / sizes[target]
        columns = sample(features[source], queries)
        maps = (columns @ features[target].flatten(1)).view(-1, cells, cells)
        predicted = kernel_soft_argmax(maps, xs, ys) * stride
        theta = (truth.amax(0) - truth.amin(0)).max()
        errors = (predicted - truth).norm(dim=1)
        found.append((errors[:, None] <= alphas * theta).float().mean(0))
    pck = torch.stack(found).mean(0).tolist()
    ended = time.perf_counter()
    ms = lambda seconds: round(seconds * 1000, 2)
    return {
        "ms": {
            "total": ms(ended - began),
            "lists": ms(listed - began),
            "pictures": ms(reading),
            "backbone": ms(extracted - listed - reading),
            "matching": ms(ended - extracted),
        },
        "pck": dict(zip(map(str, ALPHAS), pck)),
        "pairs": len(pairs),
        "images": len(files),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--layout", default="contiguous", choices=["contiguous", "channels_last"])
    parser.add_argument("--features", help="file that features are kept in for the next time")
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(THREADS)
    if arguments.rounds == 0:
        print(json.dumps({"torch": torch.__version__, "threads": THREADS}), flush=True)
        for line in sys.stdin:
            change = json.loads(line)
            settings = argparse.Namespace(**{**vars(arguments), **change})
            print(json.dumps(evaluate(settings)), flush=True)
        return
    for _ in range(arguments.rounds):
        print(json.dumps(evaluate(arguments)), flush=True)


main()
