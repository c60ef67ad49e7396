"""CIE L*a*b* (D65, 2 degrees) to sRGB, and colours near a named one."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from attributes import COLOURS

_TO_RGB = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
_WHITE = np.array([0.95047, 1.0, 1.08883])


def to_rgb(lab) -> np.ndarray:
    """One colour as sRGB float32 [3], 0..1, clipped (IEC 61966-2-1)."""
    f = (lab[0] + 16) / 116
    f = np.array([f + lab[1] / 500, f, f - lab[2] / 200])
    linear = np.clip(_TO_RGB @ (np.where(f > 6 / 29, f ** 3, (f - 4 / 29) * 3 * (6 / 29) ** 2) * _WHITE), 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def near(name: str, rng: Generator, spread: float = 1.0) -> np.ndarray:
    """A colour that still bears the name: sRGB float32 [3]."""
    l, a, b = COLOURS[name]
    chroma = max(np.hypot(a, b), 6) * 0.08
    return to_rgb((np.clip(l + rng.normal(0, 1.8) * spread, 4, 98), a + rng.normal(0, chroma) * spread, b + rng.normal(0, chroma) * spread))
