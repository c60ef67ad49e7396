"""The region detector: a small anchor-free network on a letterboxed gray page, and which way the page is turned."""

from __future__ import annotations

import torch
from torch import nn

WIDTH, HEIGHT, STRIDE = 768, 1024, 8
CLASSES = ("RegisterNumber", "SubjectCode")


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """x + conv(conv(x)), the channels halved in between."""

    def __init__(self, channels: int):
        super().__init__()
        self.inner = nn.Sequential(_conv(channels, channels // 2, 1), _conv(channels // 2, channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)


class Detector(nn.Module):
    """[n, 1, 1024, 768] gray 0-1 to class logits [n, 2, 128, 96], box distances in cells [n, 4, 128, 96], turn logits [n, 4].

    Fields are told apart by the label beside them, so every cell sees far: two coarser levels (1/16, 1/32) flow back into 1/8.
    """

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(_conv(1, 12, 5, 2), _conv(12, 24, 3, 2), _conv(24, 24), _conv(24, 48, 3, 2), Residual(48), Residual(48))
        self.middle = nn.Sequential(_conv(48, 80, 3, 2), Residual(80), Residual(80))
        self.far = nn.Sequential(_conv(80, 112, 3, 2), Residual(112), Residual(112), Residual(112))
        self.far_back = nn.Conv2d(112, 80, 1)
        self.middle_mix = Residual(80)
        self.middle_back = nn.Conv2d(80, 48, 1)
        self.mix = nn.Sequential(Residual(48), Residual(48))
        self.classes = nn.Sequential(_conv(48, 48), nn.Conv2d(48, len(CLASSES), 1))
        self.boxes = nn.Sequential(_conv(48, 48), nn.Conv2d(48, 4, 1))
        self.turn = nn.Sequential(nn.Linear(2 * 112, 48), nn.ReLU(inplace=True), nn.Linear(48, 4))
        # Nearly all cells hold nothing: the network starts out saying so.
        nn.init.constant_(self.classes[-1].bias, -4.6)

    def forward(self, page: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        near = self.stem(page)
        middle = self.middle(near)
        far = self.far(middle)
        turn = self.turn(torch.cat([far.mean((2, 3)), far.amax((2, 3))], 1))
        middle = self.middle_mix(middle + nn.functional.interpolate(self.far_back(far), scale_factor=2.0, mode="nearest"))
        near = self.mix(near + nn.functional.interpolate(self.middle_back(middle), scale_factor=2.0, mode="nearest"))
        # Distances from a cell's centre to the four sides, in cells; bounded so that no box is without end.
        distances = torch.exp(self.boxes(near).clamp(-3, 5))
        return self.classes(near), distances, turn


class ExportedDetector(nn.Module):
    """`regions` [1, 6, N] (centre x, centre y, width, height in input pixels, two scores) and `orientation` [1, 4] (clockwise turn to stand upright)."""

    def __init__(self, detector: Detector):
        super().__init__()
        self.detector = detector
        y, x = torch.meshgrid(torch.arange(HEIGHT // STRIDE) + 0.5, torch.arange(WIDTH // STRIDE) + 0.5, indexing="ij")
        self.register_buffer("x", (x * STRIDE)[None])
        self.register_buffer("y", (y * STRIDE)[None])

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        classes, distances, turn = self.detector(image)
        left, top, right, bottom = (distances[:, k] * STRIDE for k in range(4))
        box = torch.stack([self.x + (right - left) / 2, self.y + (bottom - top) / 2, left + right, top + bottom], 1)
        return torch.cat([box, classes.sigmoid()], 1).flatten(2), turn.softmax(1)
