"""A square of one material in its colour, pattern and finish: `draw_texture(look, rng, size)`."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from colours import near
from finishes import age, shade, shine
from layouts import Pieces, lay
from noise_fields import chance_of, clouds
from prints import PRINTS, geometric, quilt_height, soft, striped, triangle, weave_height
from surfaces import SURFACES, Patch


@dataclass(frozen=True)
class Look:
    """What a picture shows; "" for a kind or style that is none of the named, and for no second colour."""

    material: str
    kind: str
    colour: str
    accent: str
    pattern: str
    finish: str
    style: str
    scene: str


# Materials laid in pieces, and the patterns that are then laid; other patterns are printed, woven or in relief.
LAID = {
    **{m: {"planked", "herringbone", "chevron", "hexagonal", "scalloped", "woven", "grid", "running bond", "checked"} for m in ("wood", "stone", "marble", "granite", "terrazzo", "concrete", "tile", "brick", "cork")},
    "glass": {"grid", "checked", "hexagonal"}, "metal": {"grid", "hexagonal", "scalloped"}, "leather": {"grid"},
}
RELIEF = {("concrete", "geometric"), ("concrete", "striped"), ("plaster", "striped"), ("plaster", "floral"), ("plaster", "geometric"), ("leather", "geometric"), ("leather", "striped"), ("metal", "striped"), ("metal", "geometric"), ("glass", "striped"), ("wood", "striped")}
PIECE_TONE = {"wood": 0.34, "brick": 0.34, "stone": 0.2, "cork": 0.2, "concrete": 0.14, "leather": 0.1, "marble": 0.1, "glass": 0.25, "tile": 0.12}
JOINTS = {"tile": (0.02, 0.05), "brick": (0.06, 0.12), "stone": (0.015, 0.05), "wood": (0.01, 0.035)}


def coordinates(rng: Generator, size: int, tidy: float) -> tuple[np.ndarray, np.ndarray]:
    """Canvas coordinates in -0.5..0.5, turned; with chance `tidy` by less than 4 degrees from upright or level."""
    turn = rng.normal(0, 0.03) + (np.pi / 2) * int(rng.integers(4)) if rng.random() < tidy else rng.uniform(0, 2 * np.pi)
    line = (np.arange(size, dtype=np.float32) + 0.5) / size - 0.5
    cos, sin, narrow = np.float32(np.cos(turn)), np.float32(np.sin(turn)), np.float32(np.exp(rng.normal(0, 0.13)))
    x, y = line[None] * narrow, line[:, None]
    return cos * x - sin * y, sin * x + cos * y


def second_colour(look: Look, patch: Patch) -> np.ndarray:
    """The accent, or a shade of the base colour."""
    if look.accent:
        return near(look.accent, patch.rng)
    return patch.shifted(0.6) if patch.light > 0.12 else np.clip(patch.shifted(1.7) + 0.08, 0, 1)


def draw_texture(look: Look, rng: Generator, size: int) -> np.ndarray:
    """float32 [size, size, 3] sRGB 0..1 (not clipped)."""
    base = near(look.colour, rng)
    u, v = coordinates(rng, size, 0.7)
    u, v = u + np.float32(rng.uniform(0, 9)), v + np.float32(rng.uniform(0, 9))
    zoom = float(np.exp(rng.uniform(-0.45, 0.55)))
    rough = {"rough": 0.9, "aged": 0.5, "matte": 0.25, "brushed": 0.2, "satin": 0.1, "glossy": 0.03}[look.finish]
    colour = np.empty((size, size, 3), np.float32)
    colour[:] = base
    patch = Patch(rng, colour, np.zeros((size, size), np.float32), u, v, zoom, rough, float(base @ (0.21, 0.72, 0.07)))
    laid = look.pattern in LAID.get(look.material, ())
    pieces = None
    if laid:
        repeats = rng.uniform(2.6, 7.5) / zoom ** 0.5 * (1.35 if look.pattern in ("herringbone", "planked", "running bond", "woven") else 0.85)
        pieces = lay(look.pattern, look.material, u * np.float32(repeats), v * np.float32(repeats), rng)
        shift = chance_of(pieces.number, 1) * 7
        patch = replace(patch, u=pieces.along / np.float32(repeats) + shift, v=pieces.across / np.float32(repeats) + chance_of(pieces.number, 2) * 7)
        if look.pattern == "checked":
            patch.mix(pieces.parity, second_colour(look, patch))
        patch.tone(PIECE_TONE.get(look.material, 0.07) * (chance_of(pieces.number) - 0.5) * rng.uniform(0.4, 1.2))
    elif look.pattern not in ("plain", "grained"):
        _put_pattern(look, patch, u, v, zoom, 1.0 / size)
    SURFACES[look.material](patch, look.kind)
    if pieces is not None:
        _joints(look, patch, pieces, size, float(repeats))
    if look.finish == "aged":
        age(patch, u, v)
    shade(patch, look)
    shine(patch, look, pieces)
    return patch.colour


def _put_pattern(look: Look, patch: Patch, u: np.ndarray, v: np.ndarray, zoom: float, pixel: float) -> None:
    rng, pattern = patch.rng, look.pattern
    if look.material in ("granite", "terrazzo", "cork") and pattern == "speckled" or look.material == "marble" and pattern == "veined":
        return  # their surfaces are so by themselves
    repeats = np.float32(rng.uniform(2.2, 7.0) / zoom ** 0.5 * (2.0 if pattern == "dotted" and look.material == "metal" else 1.0))
    x, y, pixel = u * repeats, v * repeats, float(pixel * repeats)
    if look.material == "carpet":
        wobble = patch.field(clouds(), 8, 12, 1.5)
        x, y = x + wobble * 0.03, y - wobble * 0.03
    if pattern == "quilted":
        puffed = quilt_height(x, y)
        patch.height += 7 * puffed
        patch.tone(0.25 * puffed - 0.2 - 0.5 * soft(0.04 - np.minimum(triangle(x + y), triangle(x - y)), 0, 2 * pixel))
        return
    if pattern == "woven" and look.material in ("rattan", "fabric", "leather", "metal"):
        over = weave_height(x, y)
        if look.accent:
            patch.mix(((np.floor(x * 2) + np.floor(y * 2)) % 2).astype(np.float32) * 0.85, near(look.accent, rng))
        patch.height += 3 * over
        patch.tone(0.5 * over - 0.35 - (0.9 if look.material in ("rattan", "metal") else 0.4) * (over < 0.25))
        return
    first, second = PRINTS[pattern](x, y, pixel, rng)
    if look.material == "rattan":  # openwork: what is not cane is dark
        lines = np.maximum(1 - first if pattern == "hexagonal" else first * 0.6, 0)
        patch.tone(-0.9 * lines)
        patch.height += 2 * (1 - lines)
    elif (look.material, pattern) in RELIEF:
        if pattern == "striped":
            first = triangle(x) if rng.random() < 0.5 else np.sqrt(np.maximum(0, 1 - (2 * triangle(x * 1.0) - 1) ** 2 * 0.98))
            patch.tone(0.30 * first - 0.2)
        patch.height += 5 * first
        patch.tone(-0.10 * (1 - first))
    elif look.material == "metal" and pattern in ("dotted", "woven"):
        patch.mix(first * 0.92, (0.05, 0.05, 0.06) if patch.light > 0.1 else (0.5, 0.5, 0.5))
    else:
        strength = rng.uniform(0.8, 1.0)
        patch.mix(first * strength, second_colour(look, patch))
        if second is not None:
            other = second_colour(look, patch) * rng.uniform(0.5, 0.9) if rng.random() < 0.6 else near(str(rng.choice(["white", "sage", "mustard", "charcoal", "pink"])), rng)
            patch.mix(second * 0.8, np.clip(other, 0, 1))


def _joints(look: Look, patch: Patch, pieces: Pieces, size: int, repeats: float) -> None:
    rng = patch.rng
    low, high = JOINTS.get(look.material, (0.01, 0.04))
    width = rng.uniform(low, high)
    pixel = repeats / size
    joint = soft(max(width, 0.4 * pixel) - pieces.edge, 0, 1.6 * pixel)
    bevel = np.minimum(pieces.edge, 0.16) * 14
    patch.height = patch.height * (1 - joint) + bevel * (0.7 if look.material in ("wood", "marble", "granite", "terrazzo") else 1.6)
    if look.material in ("wood", "leather", "cork", "metal"):
        patch.mix(joint * rng.uniform(0.5, 0.9), patch.shifted(0.35))
    else:
        grout = rng.uniform(0.25, 0.95) if look.material in ("tile", "brick") else patch.light ** 0.5 * rng.uniform(0.5, 1.2)
        if abs(grout - patch.light ** 0.5) < 0.12:
            grout += 0.25 if grout < 0.5 else -0.25
        patch.mix(joint * 0.95, np.clip(grout * np.array([1.0, 0.985, 0.955]), 0.03, 0.97))
