"""What stands around a swatch, by style: `backdrop(style, rng, size)` and the frame of a swatch or picture, `draw_frame`.

The cues are fixed so that a style can be seen: modern white with a thin dark line; rustic kraft paper with a rough edge and twine; industrial dark
concrete with rivets; classic cream with a gold double frame; mid-century a flat mustard, teal or orange with discs;
scandinavian pale grey with a light wooden frame; art deco black with golden steps; bohemian terracotta or pink with tassels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from noise_fields import SIZE, clouds, streaks

GOLD, DARK_LINE, KRAFT = (196, 160, 88), (40, 40, 42), (178, 140, 98)


def _grain(rng: Generator, size: int, bank: list[np.ndarray]) -> np.ndarray:
    x, y = rng.integers(0, SIZE - size, 2)
    return bank[int(rng.integers(len(bank)))][y:y + size, x:x + size, None]


def backdrop(style: str, rng: Generator, size: int) -> np.ndarray:
    """float32 [size, size, 3], 0..255."""
    plain = np.empty((size, size, 3), np.float32)
    if style == "rustic":
        plain[:] = np.array(KRAFT) * rng.uniform(0.85, 1.1)
        return plain * (1 + 0.07 * _grain(rng, size, streaks()))
    if style == "industrial":
        plain[:] = rng.uniform(62, 92)
        return plain * (1 + 0.08 * _grain(rng, size, clouds()[:8]))
    if style == "classic":
        plain[:] = np.array((240, 229, 205)) * rng.uniform(0.95, 1.02)
    elif style == "mid-century":
        plain[:] = np.array([(214, 164, 62), (38, 124, 122), (222, 116, 52)][int(rng.integers(3))]) * rng.uniform(0.92, 1.06)
        for _ in range(int(rng.integers(2, 5))):
            shade = [(240, 226, 196), (60, 52, 44), (38, 124, 122), (222, 116, 52), (214, 164, 62)][int(rng.integers(5))]
            centre = tuple(int(c) for c in rng.choice([0.06, 0.94], 2) * size + rng.normal(0, 0.06 * size, 2))
            cv2.circle(plain, centre, int(size * rng.uniform(0.07, 0.17)), shade, -1 if rng.random() < 0.6 else 3, cv2.LINE_AA)
    elif style == "scandinavian":
        plain[:] = np.array((228, 230, 229)) * rng.uniform(0.97, 1.04)
    elif style == "art deco":
        plain[:] = rng.uniform(16, 30)
        corner = (0, 0) if rng.random() < 0.5 else (size, 0)
        for radius in range(int(size * 0.12), int(size * 0.62), int(size * 0.07)):
            cv2.circle(plain, corner, radius, GOLD, 1, cv2.LINE_AA)
    elif style == "bohemian":
        plain[:] = np.array([(206, 122, 92), (226, 160, 150), (212, 140, 60)][int(rng.integers(3))]) * rng.uniform(0.94, 1.05)
        for k in range(9):
            x = int((k + 0.5) * size / 9)
            cv2.circle(plain, (x, int(size * 0.05)), max(2, int(size * 0.022)), (250, 240, 220), -1, cv2.LINE_AA)
            cv2.circle(plain, (x, int(size * 0.95)), max(2, int(size * 0.022)), (60, 130, 130), -1, cv2.LINE_AA)
    elif style == "modern":
        plain[:] = rng.uniform(246, 255)
    else:
        shade = rng.uniform(205, 255)
        plain[:] = (shade, shade * rng.uniform(0.97, 1.0), shade * rng.uniform(0.94, 1.0))
        if rng.random() < 0.3:
            plain *= np.linspace(1, rng.uniform(0.8, 0.97), size, dtype=np.float32)[:, None, None]
    return plain


def draw_frame(canvas: np.ndarray, style: str, corners: np.ndarray, rng: Generator) -> None:
    """The style's edge around a quadrilateral, float [4, 2] in pixels, clockwise from the upper left."""
    if style in ("", "rustic") and rng.random() < 0.75 and style == "":
        return
    middle = corners.mean(0)
    grown = lambda factor: [((corners - middle) * factor + middle).astype(np.int32)]
    line = lambda factor, colour, width: cv2.polylines(canvas, grown(factor), True, colour, width, cv2.LINE_AA)
    if style == "modern":
        line(1.12, DARK_LINE, 1)
    elif style == "industrial":
        line(1.05, (34, 34, 36), 5)
        for corner in grown(1.05)[0]:
            cv2.circle(canvas, tuple(corner.tolist()), 3, (150, 150, 152), -1, cv2.LINE_AA)
    elif style == "classic":
        line(1.04, GOLD, 3)
        line(1.16, GOLD, 1)
    elif style == "scandinavian":
        line(1.05, (222, 192, 150), 5)
    elif style == "art deco":
        for factor in (1.04, 1.12, 1.2):
            line(factor, GOLD, 1)
    elif style == "bohemian":
        low = corners[[3, 2]]
        for k in range(10):
            x, y = low[0] + (low[1] - low[0]) * ((k + 0.5) / 10)
            cv2.line(canvas, (int(x), int(y)), (int(x), int(y + 9)), (248, 238, 220), 2, cv2.LINE_AA)
    elif style == "rustic":
        for factor in (1.0, 1.02):
            cv2.polylines(canvas, [((corners - middle) * factor + middle + rng.normal(0, 1.2, (4, 2))).astype(np.int32)], True, (104, 76, 48), 2, cv2.LINE_AA)
        x = int(middle[0])
        cv2.line(canvas, (x, 0), (x, canvas.shape[0]), (214, 188, 146), 2, cv2.LINE_AA)
    elif style == "mid-century":
        line(1.05, (244, 234, 208), 4)
    else:
        line(1.03, (rng.uniform(80, 250),) * 3, int(rng.integers(1, 3)))
