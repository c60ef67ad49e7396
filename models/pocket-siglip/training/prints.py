"""Printed, dyed or woven-in patterns: masks 0..1 over coordinates in units of one repeat."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from layouts import hexagons, scales
from noise_fields import SIZE, chance_of, clouds, flowers, ridges, sample


def soft(value: np.ndarray, edge: float, width: float) -> np.ndarray:
    """0 below the edge, 1 above, linear over `width`."""
    return np.clip((value - edge) / max(width, 1e-4) + 0.5, 0, 1)


def triangle(x: np.ndarray) -> np.ndarray:
    """A zigzag between 0 and 1 with period 1."""
    return np.abs(x - np.floor(x + 0.5)) * 2


def striped(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    mask = soft(triangle(x), float(rng.uniform(0.5, 0.72)), 2 * pixel)
    if rng.random() < 0.35:  # a thin companion line
        mask = np.maximum(mask, soft(triangle(x + 0.5), 0.9, 2 * pixel))
    return mask, None


def checked(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    sort = rng.random()
    edge = float(rng.uniform(0.48, 0.62))
    a, b = soft(triangle(x), edge, 2 * pixel), soft(triangle(y), edge, 2 * pixel)
    if sort < 0.4:  # gingham
        return (a + b) * 0.5, None
    if sort < 0.7:  # chessboard
        a, b = soft(triangle(x), 0.5, 2 * pixel), soft(triangle(y), 0.5, 2 * pixel)
        return a + b - 2 * a * b, None
    thin = np.maximum(soft(triangle(x + 0.5), 0.9, 2 * pixel), soft(triangle(y + 0.5), 0.9, 2 * pixel))
    return (a + b) * 0.42, thin  # tartan


def herringbone(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    """Twill: slanted threads that turn from column to column, each broken at the column's edge."""
    column = np.floor(x)
    turn = np.where(column % 2 > 0, 1.0, -1.0)
    count = float(rng.integers(3, 6))
    lines = triangle((y * 1.0 + turn * (x - column - 0.5)) * count * 0.5 + 0.25 * turn)
    return soft(lines, 0.52, 3 * pixel * count), None


def chevron(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    zigzag = triangle(x) * float(rng.uniform(0.35, 0.7))
    return soft(triangle((y + zigzag) * float(rng.choice([1, 1, 2]))), float(rng.uniform(0.5, 0.6)), 4 * pixel), None


def floral(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    petals, leaves = flowers()[int(rng.integers(len(flowers())))]
    u, v = x * (SIZE / 2), y * (SIZE / 2)
    return sample(petals, u, v), sample(leaves, u, v)


def geometric(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    sort = int(rng.integers(6))
    fx, fy = x - np.floor(x), y - np.floor(y)
    width = 2 * pixel
    if sort == 0:  # triangles
        return soft(triangle(y * 0.5) + triangle(x) - 1, 0.0, 2 * width), None
    if sort == 1:  # diamonds, one in the other
        distance = triangle(x) + triangle(y)
        inner = soft(distance, 1.45, 2 * width)
        return soft(distance, 0.75, 2 * width) - soft(distance, 1.1, 2 * width) + inner, None
    if sort == 2:  # circles that meet
        a = np.hypot(fx - 0.5, fy - 0.5)
        b = np.hypot(triangle(x + 0.5) * 0.5 - 0.5, triangle(y + 0.5) * 0.5 - 0.5)
        ring = lambda d: soft(0.07 - np.abs(d - 0.46), 0, width)
        return np.maximum(ring(a), ring(b)), soft(0.14 - a, 0, width)
    if sort == 3:  # squares, one in the other
        distance = np.maximum(np.abs(fx - 0.5), np.abs(fy - 0.5)) * 2
        return soft(triangle(distance * 1.5 + 0.1), 0.55, 3 * width), None
    if sort == 4:  # stars
        angle = np.arctan2(fy - 0.5, fx - 0.5)
        reach = 0.27 + 0.14 * np.cos(angle * 8)
        return soft(reach - np.hypot(fx - 0.5, fy - 0.5), 0, width), soft(0.1 - np.hypot(triangle(x) / 2, triangle(y) / 2), 0, width)
    lattice = np.maximum(soft(triangle(x + y), 0.84, 3 * width), soft(triangle(x - y), 0.84, 3 * width))
    return lattice, soft(0.13 - np.hypot(triangle(x) / 2, triangle(y + 0.5) / 2), 0, width)


def hexagonal(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    pieces = hexagons(x, y, rng)
    lines = soft(0.06 - pieces.edge, 0, 2 * pixel)
    if rng.random() < 0.4:
        return np.maximum(lines, (chance_of(pieces.number) < 0.3).astype(np.float32)), None
    return lines, (soft(0.08 - np.abs(pieces.edge - 0.25), 0, 2 * pixel) if rng.random() < 0.5 else None)


def dotted(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    radius = float(rng.uniform(0.17, 0.32))
    row = np.floor(y)
    shifted = x + (0.5 * (row % 2) if rng.random() < 0.6 else 0)
    distance = np.hypot(shifted - np.floor(shifted) - 0.5, y - row - 0.5)
    return soft(radius - distance, 0, 2 * pixel), None


def speckled(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    field = clouds()[8 + int(rng.integers(4))]
    size = SIZE / float(rng.uniform(3, 6))
    at = lambda shift: soft(sample(field, x * size + shift, y * size), float(rng.uniform(1.3, 1.7)), 0.3)
    return at(0), at(101)


def veined(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    field = ridges()[int(rng.integers(5))]
    return np.clip(sample(field, x * 60, y * 60) * 1.2, 0, 1) * 0.9, None


def woven(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    """Thick threads over and under one another."""
    i, j = np.floor(x * 2), np.floor(y * 2)
    return ((i + j) % 2).astype(np.float32), None


def scalloped(x: np.ndarray, y: np.ndarray, pixel: float, rng: Generator) -> tuple[np.ndarray, np.ndarray | None]:
    pieces = scales(x, y, rng)
    rim = soft(0.07 - pieces.edge, 0, 2 * pixel)
    return rim, (soft(0.05 - np.abs(pieces.edge - 0.2), 0, 2 * pixel) if rng.random() < 0.6 else None)


PRINTS = {
    "striped": striped, "checked": checked, "herringbone": herringbone, "chevron": chevron, "floral": floral, "geometric": geometric,
    "hexagonal": hexagonal, "dotted": dotted, "speckled": speckled, "veined": veined, "woven": woven, "scalloped": scalloped,
}


def weave_height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Height 0..1 of threads (two to a unit) that go over and under."""
    fx, fy = x * 2 - np.floor(x * 2) - 0.5, y * 2 - np.floor(y * 2) - 0.5
    odd = (np.floor(x * 2) + np.floor(y * 2)) % 2
    over = np.where(odd > 0, np.sqrt(np.maximum(0, 1 - 3.4 * fy * fy)) * (1 - 1.2 * fx * fx), np.sqrt(np.maximum(0, 1 - 3.4 * fx * fx)) * (1 - 1.2 * fy * fy))
    return over.astype(np.float32)


def quilt_height(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Height 0..1 of padded diamonds, low along the seams."""
    a, b = triangle(x + y), triangle(x - y)
    return np.sqrt(np.maximum(1e-3, a * b)).astype(np.float32)
