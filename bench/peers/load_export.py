#!/usr/bin/env python3
"""Loads an exported ResNet into PyTorch and compares its features.

    python3 load_export.py EXPORT.safetensors FEATURES.safetensors BLOCK LAYERS

FEATURES holds pairs `images.N` and `features.N`. Prints one JSON object. Needs
only PyTorch; torchvision's ResNet is taken where it is installed, else one
with the same names.
"""
import json
import struct
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F


def read_safetensors(path):
    types = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = bytearray(f.read())
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(data, dtype=types[e["dtype"]], offset=e["data_offsets"][0],
                               count=torch.Size(e["shape"]).numel()).reshape(e["shape"])
        for name, e in header.items()
    }


class Block(nn.Module):
    def __init__(self, kind, inputs, width, stride):
        super().__init__()
        outputs = width * (4 if kind == "bottleneck" else 1)
        shapes = [(inputs, width, 3, stride), (width, width, 3, 1)] if kind == "basic" else [
            (inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        for k, (i, o, size, step) in enumerate(shapes, 1):
            setattr(self, f"conv{k}", nn.Conv2d(i, o, size, step, size // 2, bias=False))
            setattr(self, f"bn{k}", nn.BatchNorm2d(o))
        self.count = len(shapes)
        self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                        nn.BatchNorm2d(outputs)) if stride > 1 or inputs != outputs else None

    def forward(self, x):
        y = x
        for k in range(1, self.count + 1):
            y = getattr(self, f"bn{k}")(getattr(self, f"conv{k}")(y))
            if k < self.count:
                y = F.relu(y)
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, kind, layers, width):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for n, count in enumerate(layers, 1):
            wide = width * 2 ** (n - 1)
            blocks = []
            for j in range(count):
                blocks.append(Block(kind, inputs, wide, 2 if n > 1 and j == 0 else 1))
                inputs = wide * (4 if kind == "bottleneck" else 1)
            setattr(self, f"layer{n}", nn.Sequential(*blocks))


def features(net, x):
    x = F.max_pool2d(F.relu(net.bn1(net.conv1(x))), 3, 2, 1)
    return net.layer3(net.layer2(net.layer1(x)))


def main():
    export, cases, kind, layers = sys.argv[1:]
    weights, cases = read_safetensors(export), read_safetensors(cases)
    counts = [int(n) for n in layers.split(",")]
    try:
        import torchvision
        names = {("basic", "2,2,2"): "resnet18", ("basic", "3,4,6"): "resnet34",
                 ("bottleneck", "3,4,6"): "resnet50", ("bottleneck", "3,4,23"): "resnet101"}
        net, model = torchvision.models.get_model(names[kind, layers]), "torchvision"
    except ImportError:
        # What a file given by --like brings along is loaded too.
        fourth = {n.split(".")[1] for n in weights if n.startswith("layer4.")}
        net = ResNet(kind, counts + ([len(fourth)] if fourth else []), weights["conv1.weight"].shape[0])
        if "fc.weight" in weights:
            net.fc = nn.Linear(*weights["fc.weight"].shape[::-1])
        model = "torchvision's names"
    missing, unexpected = net.load_state_dict(weights, strict=False)
    lost = [n for n in missing if not n.endswith(".num_batches_tracked") and not n.startswith(("fc.", "layer4."))]
    if lost or unexpected:
        sys.exit(f"does not load: missing {lost}, unexpected {unexpected}")
    net.eval()
    error, largest = 0.0, 0.0
    with torch.no_grad():
        for name in cases:
            if name.startswith("images."):
                want = features(net, cases[name])
                got = cases[name.replace("images", "features")]
                error = max(error, ((got - want).abs() / (1 + want.abs())).max().item())
                largest = max(largest, want.abs().max().item())
    print(json.dumps({"error": error, "largest": largest, "tensors": len(weights), "model": model,
                      "torch": torch.__version__}))


main()
