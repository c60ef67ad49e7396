"""Tileable fields of 256 x 256 from which surfaces are sampled: clouds, ridges, grains, cells, flowers.

All are made once per process from fixed seeds; a surface differs by where, how large and how turned it is sampled.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

SIZE = 256


def _spectral(rng: np.random.Generator, power: float, lowest: float = 1, stretch: float = 1) -> np.ndarray:
    """Gaussian noise with amplitude frequency^-power, mean 0, deviation 1; `stretch` > 1 lengthens it along x."""
    fx = np.fft.fftfreq(SIZE)[None] * SIZE * stretch
    fy = np.fft.fftfreq(SIZE)[:, None] * SIZE
    frequency = np.hypot(fx, fy)
    amplitude = np.where(frequency >= lowest, np.maximum(frequency, 1e-6) ** -power, 0)
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((SIZE, SIZE))) * amplitude).real
    return ((field - field.mean()) / field.std()).astype(np.float32)


@lru_cache(maxsize=1)
def clouds() -> list[np.ndarray]:
    """Smooth, mottled and fine fields, four of each: index 0-3, 4-7, 8-11."""
    rng = np.random.default_rng(1)
    return [_spectral(rng, power) for power in (1.9, 1.3, 0.7) for _ in range(4)]


@lru_cache(maxsize=1)
def streaks() -> list[np.ndarray]:
    """Fields stretched 14-fold along x: wood fibres, brushed metal, trowel strokes."""
    rng = np.random.default_rng(2)
    return [_spectral(rng, power, 2, 14) for power in (0.8, 1.2) for _ in range(3)]


@lru_cache(maxsize=1)
def ridges() -> list[np.ndarray]:
    """0..1, thin lines near 1 along the zero crossings of warped clouds: veins and cracks."""
    rng = np.random.default_rng(3)
    made = []
    for _ in range(5):
        warp = _spectral(rng, 2.0), _spectral(rng, 2.0)
        field = _spectral(rng, 1.9, 2) * 0.8 + _spectral(rng, 1.6, 3) * 0.35
        y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
        field = cv2.remap(field, x + warp[0] * 7, y + warp[1] * 7, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        made.append(np.exp(-np.abs(field) * 7).astype(np.float32))
    return made


@lru_cache(maxsize=1)
def cells() -> list[tuple[np.ndarray, np.ndarray]]:
    """Voronoi cells of 380 and 1,500 points: (number of the nearest point as float, distance to the border in pixels)."""
    rng = np.random.default_rng(4)
    made = []
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    for count in (380, 380, 1500):
        points = rng.uniform(0, SIZE, (count, 2)).astype(np.float32)
        first, second, nearest = np.full((SIZE, SIZE), 1e9, np.float32), np.full((SIZE, SIZE), 1e9, np.float32), np.zeros((SIZE, SIZE), np.float32)
        for number, (px, py) in enumerate(points):
            dx, dy = np.abs(x - px), np.abs(y - py)
            distance = np.hypot(np.minimum(dx, SIZE - dx), np.minimum(dy, SIZE - dy))
            closer = distance < first
            second = np.where(closer, first, np.minimum(second, distance))
            nearest[closer] = number
            first = np.minimum(first, distance)
        made.append((nearest, (second - first) / 2))
    return made


@lru_cache(maxsize=1)
def flowers() -> list[tuple[np.ndarray, np.ndarray]]:
    """Masks 0..1 of petals and of leaves with stems, strewn so that they tile."""
    rng = np.random.default_rng(5)
    return [_strewn(rng) for _ in range(14)]


def _strewn(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    big = SIZE * 3
    petals, leaves = np.zeros((big, big), np.uint8), np.zeros((big, big), np.uint8)
    count, petal_count = int(rng.integers(3, 8)), int(rng.integers(4, 9))
    radius = SIZE / np.sqrt(count) * rng.uniform(0.28, 0.42)
    slim = rng.uniform(0.25, 0.5)
    for _ in range(count):
        cx, cy = rng.uniform(0, SIZE, 2)
        turn, size = rng.uniform(0, 360), radius * rng.uniform(0.7, 1.15)
        stem = rng.uniform(0, 2 * np.pi)
        for ox in (0, SIZE, 2 * SIZE):
            for oy in (0, SIZE, 2 * SIZE):
                x, y = cx + ox, cy + oy
                end = (int(x + 2 * size * np.cos(stem)), int(y + 2 * size * np.sin(stem)))
                cv2.line(leaves, (int(x), int(y)), end, 255, max(2, int(size / 9)), cv2.LINE_AA)
                for side in (-0.7, 0.7):
                    middle = (int(x + 1.5 * size * np.cos(stem) + 0.35 * size * np.cos(stem + side)), int(y + 1.5 * size * np.sin(stem) + 0.35 * size * np.sin(stem + side)))
                    cv2.ellipse(leaves, middle, (int(size * 0.45), int(size * 0.18)), float(np.degrees(stem + side)), 0, 360, 255, -1, cv2.LINE_AA)
                for k in range(petal_count):
                    angle = np.radians(turn + 360 * k / petal_count)
                    centre = (int(x + 0.58 * size * np.cos(angle)), int(y + 0.58 * size * np.sin(angle)))
                    cv2.ellipse(petals, centre, (int(size * 0.45), int(size * slim * 0.6)), float(np.degrees(angle)), 0, 360, 255, -1, cv2.LINE_AA)
                cv2.circle(petals, (int(x), int(y)), int(size * 0.2), 0, -1, cv2.LINE_AA)
    middle = slice(SIZE, 2 * SIZE)
    flower = petals[middle, middle].astype(np.float32) / 255
    return flower, np.maximum(leaves[middle, middle].astype(np.float32) / 255 - flower, 0)


def sample(field: np.ndarray, x: np.ndarray, y: np.ndarray, nearest: bool = False) -> np.ndarray:
    """The field at float32 coordinates in its own pixels, repeated for ever."""
    return cv2.remap(field, x.astype(np.float32, copy=False), y.astype(np.float32, copy=False), cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)


TABLE = np.random.default_rng(6).random((8, 4096)).astype(np.float32)


def chance_of(numbers: np.ndarray, column: int = 0) -> np.ndarray:
    """0..1, the same for the same cell number."""
    return TABLE[column][(numbers.astype(np.int32) * 97) & 4095]
