"""PyTorch's side of match_scale.ts: one case in a process of its own."""
import json
import platform
import resource
import sys
import time

import torch
import torch.nn.functional as F

CHANNELS, SIDE, QUERIES, SIGMA, BETA = 768, 64, 20, 7.0, 0.03
torch.set_num_threads(2)
torch.manual_seed(1)
A = torch.rand(1, CHANNELS, SIDE, SIDE) * 2 - 1
B = torch.rand(1, CHANNELS, SIDE, SIDE) * 2 - 1
Q = torch.rand(QUERIES, 2) * 2 - 1


def queries():
    a, b = F.normalize(A, dim=1), F.normalize(B, dim=1)
    rows = F.grid_sample(a, Q[None, None], align_corners=True)[0, :, 0].T
    return rows @ b.flatten(2)[0]


def product():
    """The same of maps that are normalised already."""
    rows = F.grid_sample(A, Q[None, None], align_corners=True)[0, :, 0].T
    return rows @ B.flatten(2)[0]


def dense():
    a, b = F.normalize(A, dim=1).flatten(2)[0], F.normalize(B, dim=1).flatten(2)[0]
    xs = torch.arange(SIDE).repeat(SIDE).float()
    ys = torch.arange(SIDE).repeat_interleave(SIDE).float()
    c = a.T @ b
    best = c.argmax(1)
    kernel = torch.exp(-((xs - xs[best, None]) ** 2 + (ys - ys[best, None]) ** 2) / (2 * SIGMA**2))
    p = (c * kernel / BETA).softmax(1)
    mutual = c.argmax(0)[best] == torch.arange(SIDE * SIDE)
    return p @ xs, p @ ys, c.amax(1), (c / BETA).softmax(1).amax(1), mutual


CASES = {"queries-20": queries, "queries-20-product": product, "dense-field": dense}
run = CASES[sys.argv[1]]
with torch.no_grad():
    Q @ Q.T
    before = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
    run()
    versions = {"python": platform.python_version(), "torch": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({"versions": versions}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        ms = (time.perf_counter() - start) * 1000
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
        print(json.dumps({"ms": [ms], "peak": peak}), flush=True)
