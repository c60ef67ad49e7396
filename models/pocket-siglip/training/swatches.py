"""Pictures of materials with what they show: `make_swatch(seed)` gives uint8 [SIZE, SIZE, 3] RGB and its `Look`.

The same seed gives the same picture. Combinations of material, colour and pattern that `is_held_out` are drawn only on demand.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from attributes import (
    ALSO_SHOWN, COLOURS, FINISHES, KINDS, MATERIAL_FINISHES, MATERIAL_PATTERNS, MATERIALS, STYLE_COLOURS, STYLES, USUAL_COLOURS, is_held_out,
)
from scenes import CANVAS, SCENE_MAKERS
from textures import Look, draw_texture

SIZE = 96
NEUTRAL_ACCENTS = ("white", "cream", "black", "charcoal", "grey", "beige", "navy", "mustard")
# Patterns that are printed, dyed, woven or laid in two colours, and what is never so: it is relief, or of one piece.
TWO_COLOURS = {"striped", "checked", "herringbone", "chevron", "floral", "geometric", "hexagonal", "dotted", "speckled", "veined", "woven", "scalloped"}
PRINTED = {"fabric", "carpet", "wallpaper"}
ALSO_TWO = {
    ("tile", "floral"), ("tile", "geometric"), ("tile", "dotted"), ("wood", "geometric"), ("glass", "geometric"), ("glass", "dotted"),
    ("plaster", "speckled"), ("rattan", "woven"), ("rattan", "checked"), ("marble", "geometric"), ("cork", "striped"),
}
FLOORS = {"wood", "stone", "marble", "granite", "terrazzo", "concrete", "tile", "brick", "carpet", "cork", "leather"}
WALLS = {"wood", "stone", "marble", "granite", "concrete", "tile", "brick", "fabric", "metal", "glass", "plaster", "cork", "wallpaper", "leather", "rattan"}


def _weighted(rng: Generator, weights: dict) -> str:
    names = list(weights)
    share = np.fromiter(weights.values(), float)
    return names[int(np.searchsorted(np.cumsum(share), rng.random() * share.sum()))]


def _colour(rng: Generator, material: str, style: str) -> str:
    usual, preferred = USUAL_COLOURS[material], STYLE_COLOURS.get(style, ())
    usual_weight = min(6.0, 40 / len(usual))
    return _weighted(rng, {c: (1 + usual_weight * (c in usual)) * (3 if c in preferred else 1) for c in COLOURS})


def _accent(rng: Generator, material: str, colour: str, pattern: str) -> str:
    """The second colour; "" where there is none or it is a shade of the first."""
    printed = pattern in TWO_COLOURS and material in PRINTED and rng.random() < 0.8
    also = (material, pattern) in ALSO_TWO and rng.random() < 0.7
    if not (printed or also or pattern == "checked"):
        return ""
    choices = [c for c in (NEUTRAL_ACCENTS if rng.random() < 0.6 else tuple(COLOURS)) if abs(COLOURS[c][0] - COLOURS[colour][0]) > 22]
    return str(rng.choice(choices or ["white" if COLOURS[colour][0] < 50 else "black"]))


def draw_look(rng: Generator, held_out: bool) -> Look:
    """Random attributes of one picture."""
    while True:
        scene = _weighted(rng, {"surface": 40, "swatch": 20, "floor": 12, "wall": 10, "board": 9, "object": 9})
        style = "" if scene == "surface" or rng.random() < 0.25 else str(rng.choice(STYLES[1:]))
        material = str(rng.choice(MATERIALS))
        if scene == "floor" and material not in FLOORS or scene == "wall" and material not in WALLS:
            continue
        colour, pattern = _colour(rng, material, style), _weighted(rng, MATERIAL_PATTERNS[material])
        if is_held_out(material, colour, pattern) != held_out:
            continue
        kinds = [k for k, colours in KINDS.get(material, {}).items() if not colours or colour in colours]
        kind = str(rng.choice(kinds)) if kinds and rng.random() < 0.92 else ""
        finish = _weighted(rng, MATERIAL_FINISHES[material])
        if style == "rustic" and finish in ("glossy", "satin"):
            finish = "aged" if "aged" in MATERIAL_FINISHES[material] else "matte"
        return Look(material, kind, colour, _accent(rng, material, colour, pattern), pattern, finish, style, scene)


def also_shown(look: Look) -> str:
    """A pattern that the picture shows besides the named one, or ""."""
    other = ALSO_SHOWN.get(look.material, "")
    return "" if other == look.pattern else other


def photograph(canvas: np.ndarray, rng: Generator, size: int = SIZE) -> np.ndarray:
    """Light, crop, camera and file: float32 [CANVAS, CANVAS, 3] 0..255 to uint8 [size, size, 3]."""
    if rng.random() < 0.5:
        turn = rng.uniform(0, 2 * np.pi)
        line = (np.arange(CANVAS, dtype=np.float32) / CANVAS - 0.5) * rng.uniform(0.05, 0.3)
        canvas = canvas * (1 + np.cos(turn) * line[None] + np.sin(turn) * line[:, None])[..., None].astype(np.float32)
    warmth = rng.normal(0, 0.022)
    canvas = canvas * (np.float32(np.exp(rng.normal(0, 0.06))) * np.array([1 + warmth, 1, 1 - warmth], np.float32))
    margin = int(rng.integers(0, 12))
    x, y = rng.integers(0, margin + 1, 2)
    cropped = canvas[y:CANVAS - margin + y, x:CANVAS - margin + x]
    if rng.random() < 0.3:  # it was once a small file
        edge = int(rng.integers(56, 96))
        cropped = cv2.resize(cropped, (edge, edge), interpolation=cv2.INTER_AREA)
    small = cv2.resize(cropped, (size, size), interpolation=cv2.INTER_AREA if cropped.shape[0] > size else cv2.INTER_LINEAR)
    if rng.random() < 0.4:
        small = small + rng.standard_normal(small.shape, np.float32) * np.float32(rng.uniform(0.5, 5))
    picture = np.clip(small + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, coded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(45, 96))])
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]
    return np.ascontiguousarray(picture)


def make_swatch(seed: int, held_out: bool = False, size: int = SIZE) -> tuple[np.ndarray, Look]:
    """The picture of a seed, uint8 [size, size, 3] RGB, and what it shows."""
    rng = np.random.default_rng([seed, int(held_out)])
    look = draw_look(rng, held_out)
    texture = np.clip(draw_texture(look, rng, CANVAS), 0, 1) * np.float32(255)
    canvas = SCENE_MAKERS[look.scene](texture, look.style, rng) if look.scene != "surface" else texture
    return photograph(canvas, rng, size), look
