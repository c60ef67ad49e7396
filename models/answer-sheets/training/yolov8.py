"""The published YOLOv8 architecture in plain PyTorch: `python yolov8.py OUT.onnx [--size m] [--classes 2] [--side 640]`.

Written from the architecture's description (github.com/ultralytics/ultralytics, cfg/models/v8/yolov8.yaml, and its published
parameter counts), without that package. Modules carry the published names, so that a checkpoint's tensors fit. Without a
checkpoint the weights are random: good for measuring speed, for nothing else.
"""

from __future__ import annotations

import argparse

import torch
from torch import nn

# Depth, width and largest channel count of each published size.
SIZES = {"n": (0.33, 0.25, 1024), "s": (0.33, 0.5, 1024), "m": (0.67, 0.75, 768), "l": (1.0, 1.0, 512), "x": (1.0, 1.25, 512)}
STRIDES = (8, 16, 32)
BINS = 16


class Conv(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: int = 1, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03)

    def forward(self, x):
        return nn.functional.silu(self.bn(self.conv(x)))


class Bottleneck(nn.Module):
    def __init__(self, channels: int, shortcut: bool):
        super().__init__()
        self.cv1, self.cv2, self.shortcut = Conv(channels, channels, 3), Conv(channels, channels, 3), shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class C2f(nn.Module):
    """Split, a chain of bottlenecks, and everything on the way concatenated."""

    def __init__(self, inputs: int, outputs: int, count: int, shortcut: bool = False):
        super().__init__()
        half = outputs // 2
        self.cv1, self.cv2 = Conv(inputs, 2 * half), Conv((2 + count) * half, outputs)
        self.m = nn.ModuleList(Bottleneck(half, shortcut) for _ in range(count))

    def forward(self, x):
        parts = list(self.cv1(x).chunk(2, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class SPPF(nn.Module):
    """Three poolings in a row, concatenated."""

    def __init__(self, channels: int):
        super().__init__()
        self.cv1, self.cv2 = Conv(channels, channels // 2), Conv(channels * 2, channels)

    def forward(self, x):
        parts = [self.cv1(x)]
        for _ in range(3):
            parts.append(nn.functional.max_pool2d(parts[-1], 5, 1, 2))
        return self.cv2(torch.cat(parts, 1))


class Expectation(nn.Module):
    """The distance to a side as the mean of a distribution over bins."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(BINS, 1, 1, bias=False)
        self.conv.weight.data[:] = torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1)

    def forward(self, x):
        rows, _, places = x.shape
        return self.conv(x.view(rows, 4, BINS, places).transpose(1, 2).softmax(1)).view(rows, 4, places)


class Detect(nn.Module):
    """[n, 4 + classes, places]: centre x, centre y, width, height in input pixels, sigmoid scores."""

    def __init__(self, channels: list[int], classes: int):
        super().__init__()
        box, score = max(16, channels[0] // 4, 4 * BINS), max(channels[0], min(classes, 100))
        self.cv2 = nn.ModuleList(nn.Sequential(Conv(c, box, 3), Conv(box, box, 3), nn.Conv2d(box, 4 * BINS, 1)) for c in channels)
        self.cv3 = nn.ModuleList(nn.Sequential(Conv(c, score, 3), Conv(score, score, 3), nn.Conv2d(score, classes, 1)) for c in channels)
        self.dfl = Expectation()

    def forward(self, levels):
        sides, scores, centres, strides = [], [], [], []
        for level, box, score, stride in zip(levels, self.cv2, self.cv3, STRIDES):
            height, width = level.shape[2:]
            sides.append(box(level).flatten(2))
            scores.append(score(level).flatten(2))
            y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
            centres.append(torch.stack([x, y]).flatten(1))
            strides.append(torch.full((height * width,), float(stride)))
        left_top, right_bottom = self.dfl(torch.cat(sides, 2)).chunk(2, 1)
        centre, stride = torch.cat(centres, 1)[None], torch.cat(strides)[None, None]
        middle, size = centre + (right_bottom - left_top) / 2, left_top + right_bottom
        return torch.cat([torch.cat([middle, size], 1) * stride, torch.cat(scores, 2).sigmoid()], 1)


class YoloV8(nn.Module):
    """`channels` of the five scales and `counts` of blocks per C2f (backbone's four) define a size; see `of_size`."""

    def __init__(self, channels: list[int], counts: list[int], classes: int):
        super().__init__()
        c1, c2, c3, c4, c5 = channels
        n = counts[0]
        skip = nn.Identity
        self.model = nn.ModuleList([
            Conv(3, c1, 3, 2), Conv(c1, c2, 3, 2), C2f(c2, c2, counts[0], True), Conv(c2, c3, 3, 2), C2f(c3, c3, counts[1], True),
            Conv(c3, c4, 3, 2), C2f(c4, c4, counts[2], True), Conv(c4, c5, 3, 2), C2f(c5, c5, counts[3], True), SPPF(c5),
            skip(), skip(), C2f(c5 + c4, c4, n), skip(), skip(), C2f(c4 + c3, c3, n),
            Conv(c3, c3, 3, 2), skip(), C2f(c3 + c4, c4, n), Conv(c4, c4, 3, 2), skip(), C2f(c4 + c5, c5, n), Detect([c3, c4, c5], classes),
        ])

    def forward(self, x):
        m = self.model
        third = m[4](m[3](m[2](m[1](m[0](x)))))
        fourth = m[6](m[5](third))
        fifth = m[9](m[8](m[7](fourth)))
        twice = lambda t: nn.functional.interpolate(t, scale_factor=2.0, mode="nearest")
        up = m[12](torch.cat([twice(fifth), fourth], 1))
        near = m[15](torch.cat([twice(up), third], 1))
        middle = m[18](torch.cat([m[16](near), up], 1))
        far = m[21](torch.cat([m[19](middle), fifth], 1))
        return m[22]([near, middle, far])


def of_size(size: str, classes: int) -> YoloV8:
    """One of the published sizes n, s, m, l, x."""
    depth, width, largest = SIZES[size]
    channels = [int(-(-min(c, largest) * width // 8) * 8) for c in (64, 128, 256, 512, 1024)]
    return YoloV8(channels, [max(1, round(n * depth)) for n in (3, 6, 6, 3)], classes)


def export(model: YoloV8, path: str, side: int = 640) -> None:
    """`images` [1, 3, side, side] to `output0` [1, 4 + classes, places], as that package's own exporter names them."""
    torch.onnx.export(model.eval(), (torch.zeros(1, 3, side, side),), path, input_names=["images"], output_names=["output0"],
                      opset_version=17, dynamo=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--size", default="m", choices=SIZES)
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--side", type=int, default=640)
    options = parser.parse_args()
    torch.manual_seed(0)
    built = of_size(options.size, options.classes)
    print(f"{sum(p.numel() for p in built.parameters())} parameters")
    export(built, options.out, options.side)
