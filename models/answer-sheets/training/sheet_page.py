"""A blank page that layouts print and write on; it remembers where every written string and its label stand.

Lengths are inches from the page's top left corner, so that one seed gives the same sheet at any resolution.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator

from sheet_ink import PRINT_FACES, Hand, text_mask, trim

REGISTER, SUBJECT = "RegisterNumber", "SubjectCode"
# Ink box heights of section 3.1 (48-74 px and 48-88 px at 300 dpi) as capital heights in inches.
CAPITAL_INCHES = (0.13, 0.25)


@dataclass
class Field:
    """A written string: its text and the outline of its ink; `label` is the printed label's box or None."""

    kind: str
    text: str
    hull: np.ndarray
    label: np.ndarray | None = None

    def box(self) -> list[float]:
        """left, top, right, bottom in pixels."""
        return [*self.hull.min(0).tolist(), *self.hull.max(0).tolist()]


@dataclass
class Page:
    rng: Generator
    hand: Hand
    width: float
    height: float
    dpi: float
    paper: tuple[int, int, int] = (250, 250, 248)
    print_colour: tuple[int, int, int] = (40, 40, 44)
    face: str = "LiberationSans-Regular.ttf"
    fields: list[Field] = field(default_factory=list)
    layout: str = ""

    def __post_init__(self):
        self.pixels = np.empty((round(self.height * self.dpi), round(self.width * self.dpi), 3), np.uint8)
        self.pixels[:] = np.clip(self.paper, 0, 255)

    def px(self, inches: float) -> int:
        return round(inches * self.dpi)

    def ink(self, mask: np.ndarray, left: int, top: int, colour, strength: float = 1.0) -> None:
        """Darkens the page to `colour` where the mask is inked; what falls outside the page is lost."""
        height, width = self.pixels.shape[:2]
        x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + mask.shape[1]), min(height, top + mask.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        alpha = mask[y0 - top:y1 - top, x0 - left:x1 - left, None].astype(np.float32) * (strength / 255)
        region = self.pixels[y0:y1, x0:x1]
        region[:] = region - alpha * np.maximum(region.astype(np.float32) - np.asarray(colour, np.float32), 0)

    def print(self, text: str, x: float, y: float, size: float, face: str | None = None, anchor: str = "left", colour=None,
              strength: float = 1.0) -> np.ndarray:
        """Prints text with the top of its ink at y; `size` is the em in inches. Returns its box in pixels."""
        mask = text_mask(text, face or self.face, self.px(size))
        left = self.px(x) - (mask.shape[1] // 2 if anchor == "middle" else mask.shape[1] if anchor == "right" else 0)
        self.ink(mask, left, self.px(y), colour or self.print_colour, strength)
        return np.array([left, self.px(y), left + mask.shape[1], self.px(y) + mask.shape[0]], np.float32)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.008, style: str = "solid", colour=None,
             strength: float = 0.9) -> None:
        """A rule: solid, dotted, dashed or double."""
        thick = max(1, self.px(width))
        length = int(np.hypot(x1 - x0, y1 - y0) * self.dpi)
        across = abs(y1 - y0) < abs(x1 - x0)
        mask = np.zeros((thick, max(1, length)), np.uint8)
        period = {"dotted": max(2, self.px(0.045)), "dashed": max(4, self.px(0.14))}.get(style, 0)
        if period:
            on = max(1, thick if style == "dotted" else period * 6 // 10)
            mask[:, (np.arange(length) % period) < on] = 255
        else:
            mask[:] = 255
        faint = strength * min(1.0, width * self.dpi / thick)
        for offset in ((0.0, 0.04) if style == "double" else (0.0,)):
            m = mask if across else mask.T
            dx, dy = (0, offset) if across else (offset, 0)
            self.ink(m, self.px(min(x0, x1) + dx), self.px(min(y0, y1) + dy), colour or self.print_colour, faint)

    def box(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.01, radius: float = 0.0) -> None:
        """A printed frame, with round corners where radius is above 0."""
        size = (max(3, self.px(x1 - x0)), max(3, self.px(y1 - y0)))
        mask = np.zeros((size[1], size[0]), np.uint8)
        thick, r = max(1, self.px(width)), self.px(radius)
        if r <= 0:
            cv2.rectangle(mask, (0, 0), (size[0] - 1, size[1] - 1), 255, thick)
        else:
            right, bottom = size[0] - 1, size[1] - 1
            for a, b in (((r, 0), (right - r, 0)), ((r, bottom), (right - r, bottom)), ((0, r), (0, bottom - r)), ((right, r), (right, bottom - r))):
                cv2.line(mask, a, b, 255, thick)
            for centre, angle in (((r, r), 180), ((right - r, r), 270), ((right - r, bottom - r), 0), ((r, bottom - r), 90)):
                cv2.ellipse(mask, centre, (r, r), angle, 0, 90, 255, thick, cv2.LINE_AA)
        self.ink(mask, self.px(x0), self.px(y0), self.print_colour, 0.9)

    def write(self, text: str, x: float, base: float, capital: float, kind: str | None = None, label: np.ndarray | None = None,
              sentence: bool = False) -> float:
        """Writes text standing on `base`; a `kind` makes it a field. Returns where the ink ends (inches)."""
        mask = (self.hand.sentence if sentence else self.hand.string)(text, capital * self.dpi)
        left, top = self.px(x), self.px(base) - mask.shape[0]
        self.put(mask, left, top, text, kind, label)
        return (left + mask.shape[1]) / self.dpi

    def put(self, mask: np.ndarray, left: int, top: int, text: str, kind: str | None, label: np.ndarray | None) -> None:
        self.ink(mask, left, top, self.hand.colour, self.hand.strength)
        if kind is None:
            return
        points = cv2.findNonZero((mask > 60).astype(np.uint8))
        if points is None:
            return
        hull = cv2.convexHull(points).reshape(-1, 2).astype(np.float32) + [left, top]
        # A pixel has an extent: the outline runs along the pixels' outer edges.
        hull = np.concatenate([hull, hull + [1, 0], hull + [0, 1], hull + [1, 1]])
        self.fields.append(Field(kind, text, hull, label))

    def write_boxed(self, text: str, x: float, y: float, cell: tuple[float, float], count: int, kind: str | None, label) -> float:
        """One printed box per character; the field is the written part of the strip. Returns the strip's right end."""
        width, height = cell
        for k in range(count):
            self.box(x + k * width, y, x + (k + 1) * width, y + height, 0.008)
        if text:
            strip = np.zeros((self.px(height * 1.3), self.px(width * count)), np.uint8)
            for k, character in enumerate(text[:count]):
                glyph = self.hand.string(character, height * self.rng.uniform(0.55, 0.8) * self.dpi)
                free = width * self.dpi - glyph.shape[1]
                left = max(0, int(k * width * self.dpi + free * self.rng.uniform(0.25, 0.75)))
                top = max(0, int((height * self.dpi - glyph.shape[0]) * self.rng.uniform(0.3, 0.8)))
                place = strip[top:top + glyph.shape[0], left:left + glyph.shape[1]]
                np.maximum(place, glyph[:place.shape[0], :place.shape[1]], out=place)
            self.put(strip, self.px(x), self.px(y), text[:count], kind, label)
        return x + count * width

    def face_of(self, bold: bool = False) -> str:
        """Another of the page's text faces."""
        return PRINT_FACES[6 + int(self.rng.integers(2))] if bold else PRINT_FACES[int(self.rng.integers(6))]


def blank_page(rng: Generator, split: str, dpi: float, width: float = 8.5, height: float = 11.0) -> Page:
    """An empty page of a fresh student, with its paper's tint and its print's colour."""
    tint = int(rng.integers(226, 254))
    page = Page(rng, Hand(rng, split), width, height, dpi, tuple(int(tint + rng.integers(-5, 4)) for _ in range(3)))
    page.face = PRINT_FACES[int(rng.integers(len(PRINT_FACES)))]
    return page


__all__ = ["CAPITAL_INCHES", "REGISTER", "SUBJECT", "Field", "Page", "blank_page", "trim"]
