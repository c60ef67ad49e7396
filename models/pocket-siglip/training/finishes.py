"""What light does on a finish, and what time does: relief, brushed streaks, sheen, reflections, stains and scratches."""

from __future__ import annotations

import cv2
import numpy as np

from noise_fields import SIZE, clouds, ridges, sample, streaks
from surfaces import Patch


def age(patch: Patch, u: np.ndarray, v: np.ndarray) -> None:
    """Stains, bleached places, scratches and worn spots."""
    rng, size = patch.rng, SIZE / patch.zoom
    at = lambda bank, scale: sample(bank[int(rng.integers(len(bank)))], u * size * scale + rng.uniform(0, SIZE), v * size * scale + rng.uniform(0, SIZE))
    patch.mix(np.clip(at(clouds()[:4], 0.5) - 0.5, 0, 0.7) * 0.6, np.array([0.33, 0.24, 0.15]) * (0.4 + patch.light))
    faded = patch.shifted(1.0).mean() * 0.5 + 0.4
    patch.mix(np.clip(at(clouds()[4:8], 0.7) - 0.9, 0, 0.8) * 0.7, (faded, faded * 0.98, faded * 0.94))
    patch.tone(-0.8 * np.clip(at(ridges(), 0.5) - 0.72, 0, 1) * 2)
    scratches = np.zeros(patch.height.shape, np.float32)
    edge = patch.height.shape[0]
    for _ in range(int(rng.integers(4, 12))):
        start, reach = rng.uniform(0, edge, 2), rng.normal(0, edge / 4, 2)
        cv2.line(scratches, tuple(start.astype(int).tolist()), tuple((start + reach).astype(int).tolist()), float(rng.uniform(0.3, 1)), 1, cv2.LINE_AA)
    patch.tone(scratches * (0.4 if patch.light < 0.4 else -0.45))


def shade(patch: Patch, look) -> None:
    """Light from one side on the relief."""
    angle = patch.rng.uniform(0, 2 * np.pi)
    strength = 0.028 + 0.11 * patch.rough
    if look.finish == "rough":
        patch.height += 1.0 * patch.field(clouds(), 4, 12, 1.2)
    height = cv2.GaussianBlur(patch.height, (3, 3), 0.7)
    slope = np.float32(np.cos(angle)) * (height - np.roll(height, 1, 1)) + np.float32(np.sin(angle)) * (height - np.roll(height, 1, 0))
    patch.tone(np.clip(strength * slope, -0.55, 0.55))


def shine(patch: Patch, look, pieces) -> None:
    """Brushed: parallel hairlines and a band of light across them. Glossy: hard reflections. Satin: a broad soft sheen."""
    rng = patch.rng
    size = patch.height.shape[0]
    line = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    x, y = line[None], line[:, None]
    turn = rng.uniform(0, 2 * np.pi)
    along = np.float32(np.cos(turn)) * x + np.float32(np.sin(turn)) * y
    if look.finish == "brushed":
        across = np.float32(np.cos(turn)) * y - np.float32(np.sin(turn)) * x
        fine = sample(streaks()[int(rng.integers(3))], along * SIZE * 0.5 + rng.uniform(0, SIZE), across * SIZE * 2.0)
        patch.tone(0.15 * fine)
        patch.tone(0.22 * np.exp(-((along - rng.uniform(-0.3, 0.3)) / 0.18) ** 2))
    elif look.finish == "satin":
        patch.mix(0.30 * np.exp(-((along - rng.uniform(-0.35, 0.35)) / 0.28) ** 2), (1.0, 1.0, 0.99))
    elif look.finish == "glossy":
        _reflect(patch, x, y, along, pieces)


def _reflect(patch: Patch, x: np.ndarray, y: np.ndarray, along: np.ndarray, pieces) -> None:
    """A window, a lamp or hard streaks, mirrored; on pieces also along their upper edges."""
    rng = patch.rng
    grey = patch.colour.mean(2, keepdims=True)
    patch.colour += 0.12 * (patch.colour - grey)
    patch.tone(0.16 * along * 2)
    sort = rng.random()
    light = np.zeros(patch.height.shape, np.float32)
    size = light.shape[0]
    if sort < 0.4:  # window of four panes
        wide, tall = rng.uniform(0.12, 0.3, 2)
        cx, cy = rng.uniform(0.2, 0.8, 2)
        slant = rng.uniform(-0.15, 0.15)
        for column in (0, 1):
            for row in (0, 1):
                corner = np.array([[column, row], [column + 0.88, row], [column + 0.88, row + 0.9], [column, row + 0.9]]) * (wide, tall) + (cx - wide, cy - tall)
                corner[:, 0] += slant * (corner[:, 1] - cy)
                cv2.fillConvexPoly(light, (corner * size).astype(np.int32), float(rng.uniform(0.5, 0.8)), cv2.LINE_AA)
        light = cv2.GaussianBlur(light, (0, 0), rng.uniform(0.5, 2))
    elif sort < 0.75:  # streaks
        for _ in range(int(rng.integers(1, 4))):
            light += rng.uniform(0.3, 0.65) * np.exp(-(np.abs(along - rng.uniform(-0.4, 0.4)) / rng.uniform(0.02, 0.07)) ** 3)
    else:  # lamps
        for _ in range(int(rng.integers(1, 4))):
            distance = (x - rng.uniform(-0.4, 0.4)) ** 2 + (y - rng.uniform(-0.4, 0.4)) ** 2
            radius = rng.uniform(0.03, 0.09)
            light += rng.uniform(0.5, 0.9) * np.exp(-distance / radius ** 2) + 0.15 * np.exp(-distance / (4 * radius) ** 2)
    if pieces is not None:
        light += 0.4 * np.exp(-((pieces.edge - 0.1) / 0.05) ** 2) * (pieces.across < 0.3)
    patch.mix(np.clip(light, 0, 0.85), (1.0, 1.0, 1.0))
