"""Ink masks: printed words (Debian's text fonts) and handwriting (pen strokes, handwriting fonts for whole sentences)."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw, ImageFont

from glyphs import DIGITS_ONLY_FACES, FONT_FACES, HELD_OUT_FACES, TEST, TRAIN, font_paths
from handwriting import random_style, render_string

DRAWN_HEIGHT = 64.0

PRINT_FACES = [
    "LiberationSans-Regular.ttf", "LiberationSerif-Regular.ttf", "DejaVuSans.ttf", "LiberationSansNarrow-Regular.ttf",
    "DejaVuSerif.ttf", "DejaVuSansCondensed.ttf", "LiberationSans-Bold.ttf", "LiberationSerif-Bold.ttf",
]


@lru_cache(maxsize=1)
def _installed() -> dict[str, str]:
    return font_paths()


@lru_cache(maxsize=512)
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_installed()[face], size)


@lru_cache(maxsize=8192)
def text_mask(text: str, face: str, size: int) -> np.ndarray:
    """`text` as uint8 ink (255 = full) at `size` pixels per em, cut to its ink; read-only because it is cached."""
    font = _font(face, max(5, size))
    left, top, right, bottom = font.getbbox(text)
    canvas = Image.new("L", (max(1, int(right - left) + 2), max(1, int(bottom - top) + 2)), 0)
    ImageDraw.Draw(canvas).text((1 - left, 1 - top), text, fill=255, font=font)
    mask = np.array(canvas)
    mask.setflags(write=False)
    return mask


@lru_cache(maxsize=64)
def em_for_capital(face: str, height: int) -> int:
    """Pixels per em at which the face's capitals are `height` pixels tall."""
    _, top, _, bottom = _font(face, 200).getbbox("H")
    return max(5, round(200 * height / max(1, bottom - top)))


@lru_cache(maxsize=4)
def sentence_faces(split: int) -> list[str]:
    """Installed handwriting fonts of one split; those with digits only are left out."""
    names = [n for faces in FONT_FACES.values() for n in faces if n in _installed() and n not in DIGITS_ONLY_FACES]
    return [n for n in names if (HELD_OUT_FACES.get(n, TRAIN) == TRAIN) == (split == TRAIN)]


def shear(mask: np.ndarray, amount: float) -> np.ndarray:
    """The mask slanted by `amount` (columns per row), wide enough for all of it."""
    height, width = mask.shape
    extra = abs(amount) * height
    matrix = np.float32([[1, -amount, amount * height if amount > 0 else 0], [0, 1, 0]])
    return cv2.warpAffine(np.ascontiguousarray(mask), matrix, (int(width + extra) + 1, height), flags=cv2.INTER_LINEAR)


def written_by_font(text: str, capital: float, rng: Generator, face: str) -> np.ndarray:
    """A handwriting font's rendering with a slant of its own; `capital` is the height of a capital in pixels."""
    mask = text_mask(text, face, em_for_capital(face, max(4, round(capital))))
    return shear(mask, rng.uniform(-0.25, 0.15)) if rng.random() < 0.5 else mask


class Hand:
    """One student: a pen, a colour and a way of writing, kept for the whole page."""

    PENS = [(38, 44, 96), (46, 62, 140), (30, 30, 34), (52, 52, 60), (70, 84, 150), (24, 28, 70)]

    def __init__(self, rng: Generator, split: str):
        self.rng, self.split = rng, split
        self.colour = np.clip(np.array(self.PENS[int(rng.integers(len(self.PENS)))]) + rng.normal(0, 12, 3), 10, 170)
        self.strength = float(rng.uniform(0.75, 1.0))
        faces = sentence_faces(TRAIN if split == "train" else TEST)
        self.face = faces[int(rng.integers(len(faces)))]
        self.style = random_style(rng, split, "", DRAWN_HEIGHT)

    def string(self, text: str, capital: float) -> np.ndarray:
        """`text` in pen strokes, capitals `capital` pixels tall: drawn big, then reduced, so that thin pens stay thin."""
        style = random_style(self.rng, self.split, text, DRAWN_HEIGHT)
        for name in ("source", "writer", "slant", "pen_px", "width_scale"):
            setattr(style, name, getattr(self.style, name))
        mask = render_string(text, self.rng, style)
        scale = capital / DRAWN_HEIGHT
        size = (max(1, round(mask.shape[1] * scale)), max(1, round(mask.shape[0] * scale)))
        return trim(cv2.resize(mask, size, interpolation=cv2.INTER_AREA))

    def sentence(self, text: str, capital: float) -> np.ndarray:
        """Running text in a handwriting font."""
        return written_by_font(text, capital, self.rng, self.face)


def trim(mask: np.ndarray) -> np.ndarray:
    """The mask without empty rows and columns."""
    rows, columns = np.nonzero(mask.max(1) > 40)[0], np.nonzero(mask.max(0) > 40)[0]
    if not len(rows):
        return mask[:1, :1]
    return mask[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
