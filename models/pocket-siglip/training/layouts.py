"""How pieces lie: boards, tiles, bricks. Each layout maps coordinates to pieces.

`x`, `y` are float32 maps in units of one piece's short side. A layout returns `Pieces`: the number of each pixel's piece, the
coordinates along and across the piece, and the distance to its edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator


@dataclass
class Pieces:
    """int32 numbers; float32 along, across and edge, in units of a piece's short side."""

    number: np.ndarray
    along: np.ndarray
    across: np.ndarray
    edge: np.ndarray
    parity: np.ndarray


def _numbered(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    return column.astype(np.int32) * 71 + row.astype(np.int32) * 1009


def grid(x: np.ndarray, y: np.ndarray, rng: Generator, length: float = 1.0, shift: float = 0.0) -> Pieces:
    """Pieces of length x 1; every row is shifted by `shift` of a length against the one above."""
    row = np.floor(y)
    if shift < 0:  # boards: at random
        start = np.modf(np.abs(np.sin(row * 12.9898 + 4.1) * 4375.5453))[0] * length
    else:
        start = (row * shift % 1.0) * length
    moved = (x + start) / length
    column = np.floor(moved)
    along, across = (moved - column) * length, y - row
    edge = np.minimum(np.minimum(along, length - along), np.minimum(across, 1 - across))
    return Pieces(_numbered(column, row), along.astype(np.float32), across, edge.astype(np.float32), ((column + row) % 2).astype(np.float32))


def herringbone(x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """Pieces of n x 1, n of 3 to 5, laid at right angles."""
    n = int(rng.integers(3, 6))
    i, j = np.floor(x), np.floor(y)
    phase = (i - j) % (2 * n)
    flat = phase < n
    low = j - (2 * n - 1 - phase)
    along = np.where(flat, x - (i - phase), y - low)
    across = np.where(flat, y - j, x - i)
    number = np.where(flat, _numbered(i - phase, j), _numbered(i + 307, low))
    edge = np.minimum(np.minimum(along, n - along), np.minimum(across, 1 - across))
    return Pieces(number.astype(np.int32), along.astype(np.float32), across.astype(np.float32), edge.astype(np.float32), flat.astype(np.float32))


def chevron(x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """Slanted pieces that meet in straight lines."""
    width, slope = float(rng.uniform(2.2, 3.6)), float(rng.uniform(0.6, 1.1))
    column = np.floor(x / width)
    inside = x - column * width
    odd = column % 2
    slanted = y + slope * np.where(odd > 0, inside, width - inside)
    row = np.floor(slanted)
    across = slanted - row
    edge = np.minimum(np.minimum(inside, width - inside), np.minimum(across, 1 - across) / np.hypot(1, slope).astype(np.float32))
    return Pieces(_numbered(column, row), inside.astype(np.float32), across.astype(np.float32), edge.astype(np.float32), odd.astype(np.float32))


def hexagons(x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """Regular hexagons of width 1."""
    tall = np.float32(np.sqrt(3))
    ax, ay = x - np.floor(x) - 0.5, y - tall * np.floor(y / tall) - tall / 2
    bx, by = x + 0.5 - np.floor(x + 0.5) - 0.5, y + tall / 2 - tall * np.floor((y + tall / 2) / tall) - tall / 2
    first = ax * ax + ay * ay < bx * bx + by * by
    dx, dy = np.where(first, ax, bx), np.where(first, ay, by)
    number = _numbered(np.round((x - dx) * 2), np.round((y - dy) / tall * 2))
    distance = np.maximum(np.abs(dx), np.abs(dx) * 0.5 + np.abs(dy) * (tall / 2))
    return Pieces(number, dx + 0.5, dy + 0.5, 0.5 - distance, (number % 3 == 0).astype(np.float32))


def scales(x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """Overlapping discs like a fish's scales."""
    number = np.zeros(x.shape, np.int32)
    dx, dy, edge, parity = (np.zeros_like(x) for _ in range(4))
    base = np.floor(y * 2)
    for step in (1, 0, -1):
        row = base + step
        shift = (row % 2) * 0.5
        column = np.floor(x + shift)
        cx = x + shift - column - 0.5
        cy = y - row * 0.5
        distance = np.sqrt(cx * cx + cy * cy)
        inside = distance < 0.5
        number = np.where(inside, _numbered(column, row), number)
        dx, dy = np.where(inside, cx, dx), np.where(inside, cy, dy)
        edge, parity = np.where(inside, 0.5 - distance, edge), np.where(inside, row % 2, parity)
    return Pieces(number, dx + 0.5, dy + 0.5, edge, parity)


def basket(x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """Blocks of two or three pieces, laid in turn along x and along y."""
    n = int(rng.integers(2, 4))
    column, row = np.floor(x / n), np.floor(y / n)
    flat = (column + row) % 2 < 1
    px, py = x - column * n, y - row * n
    along, other = np.where(flat, px, py), np.where(flat, py, px)
    strip = np.floor(other)
    across = other - strip
    edge = np.minimum(np.minimum(along, n - along), np.minimum(across, 1 - across))
    return Pieces(_numbered(column * n + strip, row * n + 331 * flat), along, across, edge, flat.astype(np.float32))


def lay(pattern: str, material: str, x: np.ndarray, y: np.ndarray, rng: Generator) -> Pieces:
    """The pieces of a laid pattern."""
    if pattern == "herringbone":
        return herringbone(x, y, rng)
    if pattern == "chevron":
        return chevron(x, y, rng)
    if pattern == "hexagonal":
        return hexagons(x, y, rng)
    if pattern == "scalloped":
        return scales(x, y, rng)
    if pattern == "woven":
        return basket(x, y, rng)
    if pattern == "planked":
        return grid(x, y, rng, float(rng.uniform(5, 11)), -1)
    if pattern == "running bond":
        return grid(x, y, rng, float(rng.uniform(1.9, 3.4)), float(rng.choice([0.5, 0.5, 0.333])))
    return grid(x, y, rng, float(rng.choice([1.0, 1.0, 1.6])) if pattern == "grid" and material != "glass" else 1.0)
