"""A pool of generated crops on disk that one or more processes fill while another learns from it.

Drawing a crop costs about as much as learning from it, so each is met a few times, never twice alike (`varied`).
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from field_crops import ALPHABETS, HEIGHT, WIDTHS, make_crop

MAX_LENGTH = 16


class CropPool:
    """`size` places per field; `filled` numbers the crops drawn so far over all processes."""

    def __init__(self, folder: Path, size: int, filled):
        self.size, self.filled = size, filled
        self.crops, self.labels = {}, {}
        for field, width in WIDTHS.items():
            self.crops[field] = self._open(folder / f"{field}.crops.u8", (size, HEIGHT, width))
            self.labels[field] = self._open(folder / f"{field}.labels.u8", (size, MAX_LENGTH))

    def _open(self, path: Path, shape: tuple) -> np.ndarray:
        return np.memmap(path, np.uint8, "r+" if path.exists() else "w+", shape=shape)

    def count(self) -> int:
        """Crops that an earlier run left."""
        return min(int((labels[:, 0] > 0).sum()) for labels in self.labels.values())

    def fill(self, seed: int, level: float) -> None:
        """Draws crops for ever; the oldest are replaced. `level`: see make_crop."""
        import cv2
        cv2.setNumThreads(1)
        cv2.setRNGSeed(seed)
        os.nice(8)
        rng = np.random.default_rng(seed)
        while True:
            with self.filled.get_lock():
                place = self.filled.value % self.size
                self.filled.value += 1
            for field in WIDTHS:
                crop, text = make_crop(field, rng, level)
                self.labels[field][place] = 0
                self.crops[field][place] = crop
                self.labels[field][place, :len(text)] = [ALPHABETS[field].index(c) + 1 for c in text]

    def draw(self, field: str, count: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Crops uint8 [count, 32, W], their classes one after the other, and their lengths."""
        chosen = np.sort(rng.integers(0, max(1, min(self.size, self.filled.value - 8)), count))
        labels = torch.from_numpy(self.labels[field][chosen]).long()
        lengths = (labels > 0).sum(1)
        return torch.from_numpy(self.crops[field][chosen]), labels[labels > 0], lengths


def varied(images: torch.Tensor) -> torch.Tensor:
    """Readers' input [n, 1, 32, W], each picture narrowed, slanted, shifted and brightened a little differently."""
    count = len(images)
    u = lambda low, high: torch.empty(count).uniform_(low, high)
    wide, tall, slant = u(1.0, 1.16), u(0.94, 1.08), u(-0.13, 0.13)
    zero = torch.zeros(count)
    ratio = HEIGHT / images.shape[3]
    # The left edge stays where it is, so that nothing leaves the picture at the right.
    theta = torch.stack([torch.stack([wide, slant * ratio, wide - 1 + u(-2, 0.5) * 2 / images.shape[3]], 1), torch.stack([zero, tall, u(-0.07, 0.07)], 1)], 1)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    moved = functional.grid_sample(images - 1, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + 1
    contrast = u(0.8, 1.15)[:, None, None, None]
    return (moved - 1) * contrast + 1 - u(0, 0.15)[:, None, None, None]
