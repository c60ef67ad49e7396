"""Handwritten strings from pen strokes.

`render_string(text, rng, style)` draws text as one writer would and returns the ink as an alpha mask. Strokes come
from glyphs.py (UNIPEN, thinned MNIST, thinned fonts); what varies is what section 3 of the sheet study saw on real
sheets: thin pens, slant, drift of the baseline, small 0 and 6 beside tall digits, touching letters, gaps between groups
of digits, overwriting, an open 4, 1 and I as bare strokes, C like a bracket.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np

from glyphs import CACHE, FONT, MNIST, TEST, TRAIN, UNIPEN, build

SPLITS = {"train": 0, "dev": 1, "test": 2}
SHIFT = 4  # fractional bits of OpenCV's drawing coordinates


def _arc(x0: float, bulge: float, flat: float = 0.0) -> np.ndarray:
    t = np.linspace(0, np.pi, 9)
    return np.stack([x0 - bulge * np.sin(t), 0.5 - (0.5 - flat) * np.cos(t)], 1).astype(np.float32)


def _line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, np.float32)


# Forms that the stroke data hardly holds, as (strokes, how often they stand in for a drawn glyph).
PLAIN_FORMS: dict[str, list[tuple[list[np.ndarray], float]]] = {
    "1": [([_line((0, 0), (0.02, 0.5), (0, 1))], 0.22), ([_line((0, 0.25), (0.2, 0), (0.2, 1))], 0.05)],
    "I": [([_line((0, 0), (0.02, 0.5), (0, 1))], 0.30),
          ([_line((0, 0), (0.5, 0)), _line((0.25, 0), (0.25, 1)), _line((0, 1), (0.5, 1))], 0.12)],
    "C": [([_arc(0.3, 0.3)], 0.12), ([_arc(0.45, 0.45, 0.06)], 0.05)],
    "4": [([_line((0.1, 0), (0, 0.62), (0.7, 0.58)), _line((0.52, 0.25), (0.48, 1))], 0.10),
          ([_line((0.05, 0), (0.02, 0.5), (0.5, 0.5)), _line((0.5, 0), (0.5, 1))], 0.08)],
    "7": [([_line((0, 0.02), (0.6, 0), (0.25, 1)), _line((0.12, 0.5), (0.55, 0.46))], 0.05)],
}
PUNCTUATION: dict[str, list[np.ndarray]] = {
    "(": [_arc(0.25, 0.25) * [1, 1.15] - [0, 0.05]],
    ")": [_arc(0.25, 0.25) * [-1, 1.15] + [0.25, -0.05]],
    "/": [_line((0.45, -0.05), (0, 1.1))],
    "-": [_line((0, 0.55), (0.4, 0.53))],
    ":": [_line((0, 0.35), (0.03, 0.38)), _line((0, 0.85), (0.03, 0.88))],
    ".": [_line((0, 0.95), (0.03, 0.98))],
    ",": [_line((0.05, 0.9), (0, 1.15))],
    "&": [_line((0.6, 1), (0.1, 0.25), (0.25, 0), (0.4, 0.2), (0, 0.75), (0.2, 1), (0.6, 0.6))],
    "'": [_line((0, 0), (0, 0.2))],
}


@dataclass
class Style:
    """How one hand writes one string; lengths are in capital heights unless they say pixels."""

    split: str = "train"
    height_px: float = 64.0
    pen_px: float = 6.0
    source: int = UNIPEN
    writer: int = -1
    writer_loyalty: float = 0.6
    slant: float = 0.0
    width_scale: float = 1.0
    gap: float = 0.15
    gap_jitter: float = 0.06
    size_jitter: float = 0.06
    turn_jitter: float = 0.04
    baseline_slope: float = 0.0
    baseline_jitter: float = 0.03
    wobble: float = 0.02
    small_characters: str = ""
    small_scale: float = 0.7
    group_gap: float = 0.4
    groups: tuple[int, ...] = ()
    overwrite: float = 0.0
    plain_forms: float = 1.0
    word_gap: float = 0.5
    extra: dict = field(default_factory=dict)


def random_style(rng: np.random.Generator, split: str = "train", text: str = "", height_px: float | None = None) -> Style:
    """A style drawn from the spread seen on real sheets: pen 0.3-0.7 mm on writing 5-8 mm high, i.e. 5-13 % of it."""
    store = glyph_store(split)
    u = rng.random
    height = float(rng.uniform(52, 84)) if height_px is None else height_px
    share = u()
    source = FONT if share < 0.13 else (MNIST if share < 0.38 else UNIPEN)
    style = Style(split=split, height_px=height, source=source)
    style.pen_px = height * float(np.clip(rng.normal(0.078, 0.022), 0.032, 0.12))
    style.writer = int(rng.choice(store.fonts if source == FONT else store.writers))
    style.writer_loyalty = float(rng.uniform(0.3, 0.9))
    style.slant = float(np.clip(rng.normal(0.08, 0.16), -0.35, 0.55))
    style.width_scale = float(np.clip(rng.normal(0.95, 0.17), 0.6, 1.5))
    tightness = u()
    style.gap = float(rng.uniform(0.02, 0.1) if tightness < 0.25 else rng.uniform(0.06, 0.28) if tightness < 0.9 else rng.uniform(0.25, 0.6))
    style.gap_jitter = float(rng.uniform(0.02, 0.09))
    style.size_jitter = float(rng.uniform(0.02, 0.11))
    style.turn_jitter = float(rng.uniform(0.01, 0.07))
    style.baseline_slope = float(rng.normal(0, 0.015))
    style.baseline_jitter = float(rng.uniform(0.01, 0.07))
    style.wobble = float(rng.uniform(0, 0.035))
    if u() < 0.3:
        style.small_characters = "".join(rng.choice(list("06OC894"), 2))
        style.small_scale = float(rng.uniform(0.55, 0.85))
    if u() < 0.25 and len(text) > 4:
        style.groups = tuple(int(i) for i in rng.integers(1, len(text), rng.integers(1, 4)))
        style.group_gap = float(rng.uniform(0.2, 0.9))
    style.overwrite = 0.012 if u() < 0.05 else 0.0
    style.word_gap = float(rng.uniform(0.3, 0.8))
    return style


def careful(style: Style) -> Style:
    """The same writer filling in a form with care: no characters that touch, lean far or shrink, nothing written over."""
    style.gap, style.gap_jitter = max(style.gap, 0.14), min(style.gap_jitter, 0.03)
    style.slant = float(np.clip(style.slant, -0.1, 0.25))
    style.width_scale = max(style.width_scale, 0.85)
    style.size_jitter, style.turn_jitter, style.baseline_jitter, style.wobble = min(style.size_jitter, 0.05), min(style.turn_jitter, 0.03), min(style.baseline_jitter, 0.03), min(style.wobble, 0.012)
    style.writer_loyalty, style.overwrite, style.small_characters = 1.0, 0.0, ""
    return style


class GlyphStore:
    """The cached glyphs of one split, ready to be picked by character, source and writer."""

    def __init__(self, split: str):
        path = CACHE / "glyphs.npz"
        if not path.exists():
            build()
        # Every look into the archive unpacks the array again.
        data = dict(np.load(path))
        points, sizes, counts = data["points"], data["stroke_sizes"], data["glyph_strokes"]
        ends = np.cumsum(sizes)
        starts = ends - sizes
        first = np.cumsum(counts) - counts
        self.glyphs: list[tuple[np.ndarray, list[int]]] = []
        self.by_character: dict[tuple[str, int], list[int]] = {}
        self.by_writer: dict[tuple[str, int], list[int]] = {}
        writers, fonts = set(), set()
        part = SPLITS[split]
        fonts_of_split = data["splits"] == part
        for index in np.nonzero(fonts_of_split)[0]:
            begin, count = first[index], counts[index]
            spans = sizes[begin:begin + count]
            character, source, writer = chr(data["labels"][index]), int(data["sources"][index]), int(data["writers"][index])
            number = len(self.glyphs)
            self.glyphs.append((points[starts[begin]:ends[begin + count - 1]], spans.tolist()))
            self.by_character.setdefault((character, source), []).append(number)
            if writer >= 0:
                self.by_writer.setdefault((character, writer), []).append(number)
                (fonts if source == FONT else writers).add(writer)
        self.writers = np.array(sorted(writers))
        self.fonts = np.array(sorted(fonts))
        self.forms = {c: [(np.concatenate(s), [len(x) for x in s], p) for s, p in forms] for c, forms in PLAIN_FORMS.items()}
        self.marks = {c: (np.concatenate(s).astype(np.float32), [len(x) for x in s]) for c, s in PUNCTUATION.items()}

    def pick(self, character: str, style: Style, rng: np.random.Generator) -> tuple[np.ndarray, list[int]] | None:
        """Points [n, 2] and stroke sizes for the character; None for a character that nobody drew (a gap)."""
        mark = self.marks.get(character)
        if mark is not None:
            return mark
        if style.source != FONT and character in self.forms:
            draw = rng.random()
            for points, sizes, share in self.forms[character]:
                draw -= share * style.plain_forms
                if draw < 0:
                    return points, sizes
        if style.source != MNIST or not character.isdigit():
            own = self.by_writer.get((character, style.writer))
            if own and (style.source == FONT or rng.random() < style.writer_loyalty):
                return self.glyphs[own[int(rng.random() * len(own))]]
        for source in (style.source, UNIPEN, FONT):
            known = self.by_character.get((character, source))
            if known:
                return self.glyphs[known[int(rng.random() * len(known))]]
        return None


@cache
def glyph_store(split: str) -> GlyphStore:
    return GlyphStore(split)


def lay_out(text: str, rng: np.random.Generator, style: Style):
    """Points of the whole string in capital heights, with the sizes of its strokes and each stroke's character."""
    store = glyph_store(style.split)
    picked, spaces, pending = [], [], 0.0
    for index, character in enumerate(text):
        glyph = None if character == " " else store.pick(character, style, rng)
        if index in style.groups:
            pending += style.group_gap
        if glyph is None:
            pending += style.word_gap
            continue
        if style.overwrite and rng.random() < style.overwrite:
            wrong = store.pick(str(rng.choice(list("0123456789"))), style, rng)
            if wrong is not None:
                picked.append((wrong, character, True))
                spaces.append(pending)
                picked.append((glyph, character, False))
                spaces.append(None)
                pending = 0.0
                continue
        picked.append((glyph, character, False))
        spaces.append(pending)
        pending = 0.0
    if not picked:
        return None
    count = len(picked)
    points = np.concatenate([p[0][0] for p in picked])
    lengths = np.array([len(p[0][0]) for p in picked])
    starts = np.cumsum(lengths) - lengths
    sizes = [s for p in picked for s in p[0][1]]
    normal = rng.standard_normal((6, count)).astype(np.float32)
    height = 1 + style.size_jitter * normal[0]
    for k, (_, character, _) in enumerate(picked):
        if character in style.small_characters:
            height[k] *= style.small_scale
    height = np.clip(height, 0.55, 1.4)
    width = height * style.width_scale * np.clip(1 + 0.12 * normal[1], 0.7, 1.35)
    turn = style.turn_jitter * normal[2]
    owner = np.repeat(np.arange(count), lengths)
    x, y = points[:, 0], points[:, 1]
    phase = rng.random((2, count)).astype(np.float32) * 6.28
    x = x + style.wobble * np.sin(4.5 * y + phase[0][owner])
    y = y + style.wobble * np.sin(5.5 * x + phase[1][owner])
    y = (y - 1) * height[owner]  # the baseline is 0
    x = x * width[owner]
    shear = (style.slant + 0.04 * normal[3])[owner] + turn[owner]
    x, y = x - shear * y, y + turn[owner] * x
    left = np.minimum.reduceat(x, starts)
    advance = np.maximum.reduceat(x, starts) - left
    # Neighbours may touch; what overlaps by more than a pen's width nobody can read.
    gaps = np.maximum(style.gap + style.gap_jitter * normal[4], -0.02)
    at, cursor = np.zeros(count, np.float32), 0.0
    for k in range(count):
        if spaces[k] is None:
            at[k] = at[k - 1] + 0.05 * normal[5, k]
            cursor = max(cursor, at[k] + advance[k])
            continue
        cursor += spaces[k] + (gaps[k] if k else 0.0)
        at[k] = cursor
        cursor += advance[k]
    x = x + (at - left)[owner]
    drift = style.baseline_jitter * normal[5]
    y = y + drift[owner] + style.baseline_slope * x
    return np.stack([x, y], 1), sizes


def render_string(text: str, rng: np.random.Generator, style: Style | None = None) -> np.ndarray:
    """The text as ink: uint8 [height, width], 0 = paper, 255 = full ink, cropped to the ink plus two pixels.

    The height follows the writing (about 48-96 px, more with descenders); style defaults to a random one. Digits,
    capitals, a-z (from fonts) and ( ) / - : . , & ' are drawn, a space is a gap, anything else counts as a space.
    """
    style = random_style(rng, "train", text) if style is None else style
    laid = lay_out(text, rng, style)
    if laid is None:
        return np.zeros((8, 8), np.uint8)
    points, sizes = laid
    points = points * style.height_px
    pen = max(1, int(style.pen_px + rng.random()))
    margin = pen // 2 + 2
    low = points.min(0)
    points = points - low + margin
    extent = np.ceil(points.max(0)).astype(int) + margin
    mask = np.zeros((extent[1], extent[0]), np.uint8)
    fixed = np.round(points * (1 << SHIFT)).astype(np.int32)
    strokes = np.split(fixed, np.cumsum(sizes)[:-1])
    cv2.polylines(mask, strokes, False, 255, pen, cv2.LINE_AA, SHIFT)
    return mask


if __name__ == "__main__":
    import sys
    import time

    rng = np.random.default_rng(7)
    begun = time.process_time()
    for _ in range(1000):
        render_string("212221040017", rng, random_style(rng, "train", "212221040017"))
    print(f"{1000 / (time.process_time() - begun):.0f} strings per CPU second")
    sheet = np.full((1600, 1500), 255, np.uint8)
    y = 5
    for row in range(16):
        x = 5
        for text in ("212221040017", "19AI405", "CS8501 Maths", "AMT 305 (QX)"):
            ink = render_string(text, rng, random_style(rng, sys.argv[2] if len(sys.argv) > 2 else "train", text, 56))
            h, w = min(ink.shape[0], 1600 - y), min(ink.shape[1], 1500 - x)
            if h > 0 and w > 0:
                sheet[y:y + h, x:x + w] = np.minimum(sheet[y:y + h, x:x + w], 255 - ink[:h, :w])
            x += w + 25
        y += 100
    cv2.imwrite(sys.argv[1] if len(sys.argv) > 1 else str(CACHE / "handwriting.png"), sheet)
