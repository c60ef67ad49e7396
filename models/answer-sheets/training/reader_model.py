"""The readers' network: convolutions to one frame per four pixel columns, temporal convolutions, one head per field."""

from __future__ import annotations

import torch
from torch import nn

from field_crops import ALPHABETS


def _conv(inputs: int, outputs: int, kernel, stride=1, padding=None) -> nn.Sequential:
    padding = tuple(k // 2 for k in kernel) if padding is None else padding
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """x + conv(conv(x)) of one size."""

    def __init__(self, channels: int, kernel: tuple[int, int], dilation: int = 1):
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2 * dilation)
        self.first = nn.Conv2d(channels, channels, kernel, padding=padding, dilation=(1, dilation), bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.drop = nn.Dropout2d(0.05)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.drop(self.norm(self.first(x))))


class ReaderTrunk(nn.Module):
    """[n, 1, 32, W] to [n, 144, 1, W / 4]."""

    channels = 144

    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(
            _conv(1, 24, (5, 5), 2),
            _conv(24, 40, (3, 3), 2),
            _conv(40, 64, (3, 3)),
            Residual(64, (3, 3)),
            _conv(64, 96, (3, 3), (2, 1)),
            _conv(96, self.channels, (4, 3), padding=(0, 1)),
        )
        self.join = nn.Sequential(*(Residual(self.channels, (1, 5), d) for d in (1, 2, 4, 1)))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.join(self.look(image))


class Readers(nn.Module):
    """Both readers on one trunk; `forward(image, field)` gives logits [n, T, classes], class 0 blank."""

    def __init__(self):
        super().__init__()
        self.trunk = ReaderTrunk()
        self.heads = nn.ModuleDict({f: nn.Conv2d(ReaderTrunk.channels, len(a) + 1, 1) for f, a in ALPHABETS.items()})

    def forward(self, image: torch.Tensor, field: str) -> torch.Tensor:
        return self.heads[field](self.trunk(image)).squeeze(2).transpose(1, 2)


def to_input(crops) -> torch.Tensor:
    """uint8 [n, 32, W] as the readers' input [n, 1, 32, W], paper +1."""
    return torch.as_tensor(crops).unsqueeze(1).float() / 127.5 - 1


def greedy(logits: torch.Tensor, field: str) -> list[str]:
    """The best path, repetitions and blanks removed."""
    texts = []
    for path in logits.argmax(2).tolist():
        texts.append("".join(ALPHABETS[field][c - 1] for k, c in enumerate(path) if c and (k == 0 or c != path[k - 1])))
    return texts
