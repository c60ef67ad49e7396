"""The two towers: a convolutional one for pictures and a small transformer for texts, both to unit vectors of 1152 numbers.

The loss is the sigmoid loss (Zhai et al., Sigmoid Loss for Language Image Pre-Training, 2023): every pair of a picture and a text is a
binary decision with logit scale * cosine + bias, both learnt. The paper starts them at 10 and -10, for one true text in a large batch;
here several texts of a small batch are true of a picture (claims.py), and steps are few: they start at 20 and -4.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional

DIMENSIONS = 1152
TEXT_LENGTH = 64
PAD = 0


def _conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """relu(x + conv(relu(conv(x))))."""

    def __init__(self, channels: int):
        super().__init__()
        self.first, self.second = _conv(channels, channels, 3), _conv(channels, channels, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(torch.relu(self.first(x))))


def mean_and_deviation(x: torch.Tensor) -> torch.Tensor:
    """[n, c, h, w] to [n, 2c]: a texture is told by how its features spread, not only by their mean."""
    x = x.float()
    mean = x.mean((2, 3))
    return torch.cat([mean, ((x - mean[:, :, None, None]) ** 2).mean((2, 3)).add(1e-4).sqrt()], 1)


class ImageTower(nn.Module):
    """float32 [n, 3, S, S] in -1..1 to [n, 1152]."""

    widths = (24, 48, 112, 208)

    def __init__(self):
        super().__init__()
        a, b, c, d = self.widths
        self.stem = _conv(3, a, 5, 2)
        self.fine = nn.ModuleList([_conv(a, b, 3, 2), Residual(b)])
        self.middle = nn.ModuleList([_conv(b, c, 3, 2), Residual(c), Residual(c)])
        self.coarse = nn.ModuleList([_conv(c, d, 3, 2), Residual(d), Residual(d)])
        pooled = 2 * (b + c + d)
        self.norm = nn.LayerNorm(pooled)
        self.hidden = nn.Linear(pooled, 512)
        self.head = nn.Linear(512, DIMENSIONS)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        x = torch.relu(self.stem(pixels))
        seen = []
        for stage in (self.fine, self.middle, self.coarse):
            x = torch.relu(stage[0](x))
            for block in list(stage)[1:]:
                x = block(x)
            seen.append(mean_and_deviation(x))
        features = self.norm(torch.cat(seen, 1))
        return functional.normalize(self.head(functional.gelu(self.hidden(features))).float(), dim=1, eps=1e-6)


class Block(nn.Module):
    """Pre-norm transformer layer; padding is not attended to."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.read, self.write = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 3 * width), nn.Linear(3 * width, width)

    def forward(self, x: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        n, length, width = x.shape
        q, k, v = (part.reshape(n, length, self.heads, width // self.heads).transpose(1, 2) for part in self.read(self.before(x)).chunk(3, 2))
        scores = q @ k.transpose(2, 3) / math.sqrt(width // self.heads) + hidden
        x = x + self.write((scores.softmax(3) @ v).transpose(1, 2).reshape(n, length, width))
        return x + self.down(functional.gelu(self.up(self.between(x))))


class TextTower(nn.Module):
    """int64 [n, up to 64], padded with 0, to [n, 1152]."""

    width, heads, depth = 192, 4, 2

    def __init__(self, vocabulary: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary, self.width)
        self.places = nn.Parameter(torch.randn(TEXT_LENGTH, self.width) * 0.02)
        self.blocks = nn.ModuleList(Block(self.width, self.heads) for _ in range(self.depth))
        self.norm = nn.LayerNorm(self.width)
        self.head = nn.Linear(self.width, DIMENSIONS)
        nn.init.normal_(self.words.weight, std=0.05)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        there = (ids != PAD).float()
        hidden = (there[:, None, None] - 1) * 1e4
        x = self.words(ids) + self.places[:ids.shape[1]]
        for block in self.blocks:
            x = block(x, hidden)
        # The mean as a product: a sum over places is added up in another order for one text than for several.
        x = (there[:, None] @ self.norm(x)).squeeze(1) / there.sum(1, keepdim=True).clamp(min=1)
        return functional.normalize(self.head(x).float(), dim=1, eps=1e-6)


class DualEncoder(nn.Module):
    """Both towers with the loss's scale (as its logarithm) and bias."""

    def __init__(self, vocabulary: int):
        super().__init__()
        self.image, self.text = ImageTower(), TextTower(vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(20.0)))
        self.bias = nn.Parameter(torch.tensor(-4.0))

    def loss(self, images: torch.Tensor, texts: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        """Unit vectors [n, 1152], [m, 1152], truth [n, m] of +1, 0 (left out), -1; the sum over pairs per picture."""
        logits = self.log_scale.exp() * images @ texts.T + self.bias
        return -(functional.logsigmoid(truth * logits) * truth.abs()).sum() / len(images)
