"""What each material looks like up close: tone, specks, relief, over coordinates in canvas units.

A surface gets a `Patch`, on which u, v are its own coordinates (turned and shifted from piece to piece where it is laid), and changes its
colour (float32 [h, w, 3], 0..1) and height. `unit` is the width of the canvas; noise is sampled relative to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from noise_fields import SIZE, cells, chance_of, clouds, ridges, sample, streaks


@dataclass
class Patch:
    """Canvas of one material while it is drawn."""

    rng: Generator
    colour: np.ndarray
    height: np.ndarray
    u: np.ndarray
    v: np.ndarray
    zoom: float  # > 1: seen from nearer
    rough: float  # 0..1
    light: float  # luminance of the base colour, 0..1

    def field(self, bank: list[np.ndarray], low: int, high: int, scale: float, across: float | None = None) -> np.ndarray:
        """A random member of a bank; `scale` in field widths per canvas at zoom 1."""
        size = SIZE * scale / self.zoom
        return sample(bank[int(self.rng.integers(low, high))], self.u * size + self.rng.uniform(0, SIZE), self.v * (SIZE * across / self.zoom if across else size) + self.rng.uniform(0, SIZE))

    def tone(self, amount: np.ndarray) -> None:
        """Lighter (> 0) or darker, as a factor exp(amount)."""
        self.colour *= np.exp(amount, dtype=np.float32)[..., None]

    def mix(self, mask: np.ndarray, colour) -> None:
        """Towards another colour where the mask is 1."""
        self.colour += mask[..., None] * (np.asarray(colour, np.float32) - self.colour)

    def shifted(self, factor: float) -> np.ndarray:
        """The mean colour, darker or lighter."""
        return np.clip(self.colour[::8, ::8].mean((0, 1)) * factor, 0.01, 1)


def wood(p: Patch, kind: str) -> None:
    rng = p.rng
    fibres = p.field(streaks(), 0, 6, 0.55, 1.6)
    waves = p.field(clouds(), 0, 4, 0.25, 0.8)
    strength = {"oak": 0.85, "ash": 1.0, "pine": 0.9, "walnut": 0.75, "teak": 0.6}.get(kind, 0.5)
    rings = np.sin((p.v * rng.uniform(16, 34) / p.zoom + waves * (1.6 if kind in ("oak", "pine", "ash", "walnut") else 0.5)) * 2.2)
    p.tone(strength * (0.10 * fibres + 0.11 * np.minimum(rings, 0.4)) + (0.06 * waves))
    if kind in ("oak", "ash", "teak"):
        p.tone(-0.55 * np.clip(p.field(streaks(), 0, 3, 0.9, 3.2) - 1.5, 0, 0.7))
    if kind == "walnut":
        p.tone(-0.35 * np.clip(p.field(streaks(), 3, 6, 0.3, 0.8) - 0.6, 0, 1))
    if kind == "pine":
        for _ in range(int(rng.integers(1, 4))):
            du, dv = p.u - rng.uniform(-0.4, 0.4), (p.v - rng.uniform(-0.4, 0.4)) * 1.3
            p.mix(np.exp(-(du * du + dv * dv) * 900 / p.zoom) * 0.8, p.shifted(0.35))
    p.height += 0.25 * fibres + (0.6 * p.rough) * rings


def stone(p: Patch, kind: str) -> None:
    p.tone(0.07 * p.field(clouds(), 0, 4, 0.6) + 0.06 * p.field(clouds(), 8, 12, 1.2))
    if kind == "travertine":
        bands = p.field(streaks(), 3, 6, 0.25, 0.7)
        p.tone(0.07 * bands)
        p.tone(-0.5 * np.clip(p.field(clouds(), 4, 8, 1.2, 3.0) - 1.6, 0, 1))
        p.height += bands
    elif kind == "slate":
        layers = p.field(ridges(), 0, 5, 0.35, 0.6)
        p.tone(0.14 * p.field(clouds(), 4, 8, 0.5, 0.9) + 0.12 * layers)
        p.height += 2.2 * layers + p.field(clouds(), 0, 4, 0.8)
    elif kind == "sandstone":
        p.tone(0.08 * p.field(streaks(), 0, 6, 0.2, 0.5) + 0.07 * p.field(clouds(), 8, 12, 1.8))
        p.height += p.field(clouds(), 8, 12, 1.5)
    else:
        p.tone(-0.3 * np.clip(p.field(clouds(), 8, 12, 1.0) - 1.8, 0, 1))
        p.height += 0.8 * p.field(clouds(), 4, 8, 1.0)


def marble(p: Patch, kind: str) -> None:
    rng = p.rng
    p.tone(0.08 * p.field(clouds(), 0, 4, 0.5))
    vein = p.shifted(rng.uniform(0.3, 0.65)) if p.light > 0.3 else np.clip(p.shifted(1) * 2 + rng.uniform(0.3, 0.6), 0, 1)
    if rng.random() < 0.25:
        vein = np.array([0.72, 0.55, 0.28]) * rng.uniform(0.8, 1.1)
    strong = p.field(ridges(), 0, 5, rng.uniform(0.25, 0.55)) * np.clip(0.75 + 0.5 * p.field(clouds(), 0, 4, 0.4), 0.15, 1)
    p.mix(np.clip(strong * rng.uniform(0.6, 1.0), 0, 0.9), vein)
    p.mix(0.4 * p.field(ridges(), 0, 5, rng.uniform(0.8, 1.2)), vein)


def granite(p: Patch, kind: str) -> None:
    grain = p.rng.uniform(1.1, 2.0)
    numbers = sample(cells()[2][0], p.u * SIZE * grain / p.zoom, p.v * SIZE * grain / p.zoom, True)
    chance = chance_of(numbers, int(p.rng.integers(8)))
    p.tone(0.45 * (chance - 0.5))
    p.mix((chance > 0.86) * 0.75, (0.92, 0.9, 0.88))
    p.mix((chance < 0.16) * 0.8, (0.08, 0.08, 0.09))
    p.tone(0.08 * p.field(clouds(), 8, 12, 1.6))


def terrazzo(p: Patch, kind: str) -> None:
    rng = p.rng
    grain = rng.uniform(0.5, 1.1)
    numbers, border = cells()[int(rng.integers(2))]
    x, y = p.u * SIZE * grain / p.zoom, p.v * SIZE * grain / p.zoom
    x, y = x + rng.uniform(0, SIZE), y + rng.uniform(0, SIZE)
    chance = chance_of(sample(numbers, x, y, True), int(rng.integers(8)))
    chip = np.clip((sample(border, x, y) - rng.uniform(1.0, 2.2) - chance * 2) * 1.2, 0, 1) * (chance < rng.uniform(0.5, 0.85))
    palette = np.array([rng.uniform(0.15, 0.95, 3) * 0.5 + rng.uniform(0.1, 0.5) for _ in range(3)] + [p.shifted(0.5), p.shifted(1.5)], np.float32)
    shade = palette[(chance * 9973).astype(np.int32) % 5]
    p.tone(0.04 * p.field(clouds(), 8, 12, 1.5))
    p.colour += (chip * 0.95)[..., None] * (shade - p.colour)


def concrete(p: Patch, kind: str) -> None:
    p.tone(0.10 * p.field(clouds(), 0, 4, 0.5) + 0.07 * p.field(clouds(), 4, 8, 0.8))
    holes = np.clip(p.field(clouds(), 8, 12, 0.8) - 2.3, 0, 1)
    p.tone(-0.9 * holes)
    if p.rng.random() < 0.3:
        p.tone(-0.3 * np.clip(p.field(ridges(), 0, 5, 0.3) - 0.75, 0, 1) * 4)
    p.height += p.field(clouds(), 4, 8, 0.9) - 4 * holes


def tile(p: Patch, kind: str) -> None:
    p.tone(0.035 * p.field(clouds(), 0, 4, 0.9))
    p.height += 0.15 * p.field(clouds(), 0, 4, 0.8)


def brick(p: Patch, kind: str) -> None:
    p.tone(0.11 * p.field(clouds(), 4, 8, 1.2) + 0.09 * p.field(clouds(), 8, 12, 1.6))
    p.tone(-0.4 * np.clip(p.field(clouds(), 4, 8, 1.4) - 1.6, 0, 1))
    p.height += 1.6 * p.field(clouds(), 8, 12, 1.3)


def fabric(p: Patch, kind: str) -> None:
    rng = p.rng
    if kind == "velvet":
        p.tone(0.22 * p.field(clouds(), 0, 4, 0.5) + 0.03 * p.field(clouds(), 8, 12, 2))
        p.height += 1.5 * p.field(clouds(), 0, 4, 0.35)
        return
    if kind == "wool":
        p.tone(0.12 * p.field(clouds(), 8, 12, 1.8) + 0.05 * p.field(clouds(), 4, 8, 1))
        p.height += 1.6 * p.field(clouds(), 8, 12, 1.6)
        return
    threads = rng.uniform(26, 44) / p.zoom
    if kind == "denim":
        twill = np.sin((p.u + p.v) * threads * 5)
        p.mix(np.clip(twill - 0.2, 0, 1) * 0.35, (0.85, 0.87, 0.9))
        p.tone(0.10 * p.field(streaks(), 0, 3, 1.0, 0.6))
        return
    slub = 0.16 if kind == "linen" else 0.05
    p.tone(slub * p.field(streaks(), 0, 6, 0.8, 1.8))
    upright = sample(streaks()[int(rng.integers(6))], p.v * SIZE * 0.8 / p.zoom, p.u * SIZE * 1.8 / p.zoom)
    p.tone(slub * upright + 0.07 * np.sin(p.u * threads * 6.3) * np.sin(p.v * threads * 6.3))
    if rng.random() < 0.4:
        folds = p.field(clouds(), 0, 4, 0.3)
        p.tone(0.12 * folds)


def leather(p: Patch, kind: str) -> None:
    grain = p.rng.uniform(0.7, 1.4)
    x, y = p.u * SIZE * grain / p.zoom, p.v * SIZE * grain / p.zoom
    wobble = 3 * sample(clouds()[4], x, y)
    creases = np.exp(-sample(cells()[2][1], x + wobble, y + wobble) * 1.1)
    p.tone(-0.4 * creases + 0.10 * p.field(clouds(), 0, 4, 0.5) + 0.05)
    p.height -= 2.2 * creases


def metal(p: Patch, kind: str) -> None:
    rng = p.rng
    angle = rng.uniform(0, 6.3)
    sweep = np.sin((p.u * np.cos(angle) + p.v * np.sin(angle)) * rng.uniform(3, 7) + rng.uniform(0, 6.3))
    p.tone(0.24 * sweep + 0.03 * p.field(clouds(), 0, 4, 0.4))
    if p.rough > 0.6:  # hammered
        border = sample(cells()[0][1], p.u * SIZE * 0.8 / p.zoom, p.v * SIZE * 0.8 / p.zoom)
        p.height += np.minimum(border, 5) * 1.1


def glass(p: Patch, kind: str) -> None:
    rng = p.rng
    angle = rng.uniform(0, 6.3)
    depth = p.u * np.cos(angle) + p.v * np.sin(angle)
    p.tone(0.28 * np.sin(depth * rng.uniform(2, 4) + rng.uniform(0, 6)))
    p.mix(np.clip(0.35 + 0.4 * np.sin(depth * rng.uniform(4, 9) + rng.uniform(0, 6)), 0, 0.6), (0.93, 0.96, 0.97))
    if p.rough > 0.4:
        p.tone(0.10 * p.field(clouds(), 8, 12, 1.2))


def plaster(p: Patch, kind: str) -> None:
    swirl = p.field(clouds(), 0, 4, 0.4)
    strokes = sample(streaks()[int(p.rng.integers(3, 6))], (p.u + 0.06 * swirl) * SIZE * 0.35 / p.zoom, (p.v + 0.10 * swirl) * SIZE * 0.8 / p.zoom)
    p.tone(0.05 * strokes + 0.04 * swirl)
    p.height += (1.0 + 1.6 * p.rough) * strokes + 0.5 * p.field(clouds(), 4, 8, 0.8)


def carpet(p: Patch, kind: str) -> None:
    tufts = p.field(clouds(), 8, 12, 2.0)
    p.tone(0.17 * tufts + 0.05 * p.field(clouds(), 0, 4, 0.6))
    p.tone(0.06 * np.sin(p.v * 200 / p.zoom))
    p.height += 2.4 * tufts


def cork(p: Patch, kind: str) -> None:
    grain = p.rng.uniform(0.7, 1.3)
    x, y = p.u * SIZE * grain / p.zoom, p.v * SIZE * grain / p.zoom
    numbers, border = cells()[2]
    chance = chance_of(sample(numbers, x, y, True), int(p.rng.integers(8)))
    p.tone(0.42 * (chance - 0.5) - 0.2 * np.exp(-sample(border, x, y) * 1.3))
    p.mix((chance < 0.1) * 0.7, p.shifted(0.3))
    p.height += 1.2 * chance


def rattan(p: Patch, kind: str) -> None:
    p.tone(0.10 * p.field(streaks(), 0, 6, 0.6, 1.5) + 0.04 * p.field(clouds(), 8, 12, 1.5))


def wallpaper(p: Patch, kind: str) -> None:
    p.tone(0.018 * p.field(clouds(), 8, 12, 2.0) + 0.012 * p.field(clouds(), 0, 4, 0.5))


SURFACES = {
    "wood": wood, "stone": stone, "marble": marble, "granite": granite, "terrazzo": terrazzo, "concrete": concrete, "tile": tile, "brick": brick,
    "fabric": fabric, "leather": leather, "metal": metal, "glass": glass, "plaster": plaster, "carpet": carpet, "cork": cork, "rattan": rattan,
    "wallpaper": wallpaper,
}
