"""Puts a texture into a picture: close up, as a swatch, a floor, a wall, a sample board, or an object.

All draw on float32 canvases [CANVAS, CANVAS, 3], 0..255.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from backdrops import backdrop, draw_frame

CANVAS = 128
_SQUARE = np.array([[0, 0], [CANVAS, 0], [CANVAS, CANVAS], [0, CANVAS]], np.float32)


def _put(canvas: np.ndarray, texture: np.ndarray, corners: np.ndarray, rounded: float = 0.0) -> None:
    """The texture on a quadrilateral, corners perhaps rounded."""
    mask = np.zeros((CANVAS, CANVAS), np.uint8)
    if rounded:
        r = int(rounded * CANVAS)
        cv2.rectangle(mask, (r, 0), (CANVAS - r, CANVAS), 255, -1)
        cv2.rectangle(mask, (0, r), (CANVAS, CANVAS - r), 255, -1)
        for x in (r, CANVAS - r):
            for y in (r, CANVAS - r):
                cv2.circle(mask, (x, y), r, 255, -1)
    else:
        mask[:] = 255
    warp = cv2.getPerspectiveTransform(_SQUARE, corners.astype(np.float32))
    moved = cv2.warpPerspective(texture, warp, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR)
    alpha = cv2.warpPerspective(mask, warp, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    canvas += alpha * (moved - canvas)


def _rectangle(rng: Generator, low: float, high: float, tilt: float) -> np.ndarray:
    """Corners of a rectangle somewhere near the middle, turned and a little skewed."""
    wide, tall = rng.uniform(low, high, 2) * CANVAS
    turn = rng.normal(0, tilt)
    corner = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (wide / 2, tall / 2) + rng.normal(0, tilt * 16, (4, 2))
    turned = corner @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    slack = max(0.0, CANVAS / 2 - max(wide, tall) / 2) * 0.5
    return turned + CANVAS / 2 + rng.uniform(-slack, slack, 2)


def _shadow(canvas: np.ndarray, corners: np.ndarray, rng: Generator) -> None:
    mask = np.zeros((CANVAS, CANVAS), np.float32)
    cv2.fillConvexPoly(mask, (corners + rng.uniform(1, 6, 2)).astype(np.int32), float(rng.uniform(0.2, 0.55)))
    canvas *= 1 - cv2.GaussianBlur(mask, (0, 0), rng.uniform(1, 4))[..., None]


def swatch(texture: np.ndarray, style: str, rng: Generator) -> np.ndarray:
    canvas = backdrop(style, rng, CANVAS)
    corners = _rectangle(rng, 0.5, 0.8, 0.03 if rng.random() < 0.6 else 0.2)
    if style != "modern" and rng.random() < 0.7:
        _shadow(canvas, corners, rng)
    _put(canvas, texture, corners, 0.1 if style == "mid-century" or (style == "" and rng.random() < 0.15) else 0.0)
    draw_frame(canvas, style, corners, rng)
    return canvas


def board(texture: np.ndarray, style: str, rng: Generator) -> np.ndarray:
    """Samples of one range beside each other, a line of text under each."""
    canvas = backdrop(style, rng, CANVAS)
    columns, rows = [(2, 2), (3, 2), (3, 3), (2, 1), (1, 2)][int(rng.integers(5))]
    margin, gap, text = 10, int(rng.integers(3, 9)), rng.random() < 0.5
    wide, tall = (CANVAS - 2 * margin - gap * (columns - 1)) / columns, (CANVAS - 2 * margin - gap * (rows - 1)) / rows
    ink = (60, 60, 60) if canvas[0, 0].mean() > 110 else (220, 220, 220)
    for column in range(columns):
        for row in range(rows):
            x, y = margin + column * (wide + gap), margin + row * (tall + gap)
            height = tall - (6 if text else 0)
            part = texture
            if min(columns, rows) > 1 and rng.random() < 0.5:
                part = np.ascontiguousarray(np.rot90(texture, int(rng.integers(4))))
            _put(canvas, part * np.float32(rng.uniform(0.95, 1.05)), np.array([[x, y], [x + wide, y], [x + wide, y + height], [x, y + height]]))
            if text:
                cv2.line(canvas, (int(x), int(y + tall - 2)), (int(x + wide * rng.uniform(0.4, 0.9)), int(y + tall - 2)), ink, 1)
    if style:
        draw_frame(canvas, style, np.array([[9, 9], [119, 9], [119, 119], [9, 119]], float), rng)
    return canvas


def _furnish(canvas: np.ndarray, rng: Generator, ground: float) -> None:
    """Silhouettes of a sofa, a lamp, a plant or a table that stand on the line `ground`."""
    shade = np.array([(120, 118, 114), (88, 74, 62), (205, 198, 188), (70, 92, 84)][int(rng.integers(4))]) * rng.uniform(0.8, 1.15)
    shade = tuple(float(c) for c in shade)
    x, sort = int(rng.uniform(0.05, 0.6) * CANVAS), int(rng.integers(4))
    y = int(ground)
    if sort == 0:
        cv2.rectangle(canvas, (x, y - 24), (x + 52, y - 12), shade, -1)
        cv2.rectangle(canvas, (x - 4, y - 14), (x + 56, y + 2), tuple(c * 0.9 for c in shade), -1)
    elif sort == 1:
        cv2.line(canvas, (x + 8, y), (x + 8, y - 38), (50, 50, 50), 2)
        cv2.fillConvexPoly(canvas, np.array([[x, y - 34], [x + 16, y - 34], [x + 12, y - 48], [x + 4, y - 48]]), (235, 220, 180), cv2.LINE_AA)
    elif sort == 2:
        cv2.rectangle(canvas, (x, y - 10), (x + 14, y + 3), (180, 110, 80), -1)
        for angle in rng.uniform(-1.1, 1.1, 6):
            cv2.line(canvas, (x + 7, y - 10), (int(x + 7 + 22 * np.sin(angle)), int(y - 10 - 24 * np.cos(angle))), (60, 110, 66), 3, cv2.LINE_AA)
    else:
        cv2.rectangle(canvas, (x, y - 20), (x + 44, y - 16), shade, -1)
        for leg in (x + 3, x + 39):
            cv2.line(canvas, (leg, y - 16), (leg, y + 4), shade, 2)


def _picture(canvas: np.ndarray, style: str, rng: Generator) -> None:
    """A framed picture on the wall in the style's way."""
    x, y = rng.uniform(20, 84), rng.uniform(12, 20)
    corners = np.array([[x, y], [x + 24, y], [x + 24, y + 18], [x, y + 18]])
    cv2.fillConvexPoly(canvas, corners.astype(np.int32), tuple(rng.uniform(120, 235, 3).tolist()))
    draw_frame(canvas, style, corners, rng)


def floor(texture: np.ndarray, style: str, rng: Generator) -> np.ndarray:
    canvas = backdrop(style, rng, CANVAS)
    horizon = rng.uniform(0.28, 0.5) * CANVAS
    _picture(canvas, style, rng)
    spread, slide = rng.uniform(0.35, 0.9) * CANVAS, rng.normal(0, 14)
    _put(canvas, texture, np.array([[-0.25 * spread + slide, horizon], [CANVAS + 0.25 * spread + slide, horizon], [CANVAS + spread, CANVAS + 2], [-spread, CANVAS + 2]]))
    skirting = (250, 250, 248) if style not in ("art deco", "industrial") else (40, 40, 40)
    cv2.line(canvas, (0, int(horizon) - 1), (CANVAS, int(horizon) - 1), skirting, int(rng.integers(1, 5)))
    if rng.random() < 0.7:
        _furnish(canvas, rng, horizon + rng.uniform(2, 14))
    canvas[int(horizon):] *= np.linspace(rng.uniform(0.8, 1.1), rng.uniform(0.85, 1.1), CANVAS - int(horizon), dtype=np.float32)[:, None, None]
    return canvas


def wall(texture: np.ndarray, style: str, rng: Generator) -> np.ndarray:
    canvas = np.full((CANVAS, CANVAS, 3), 200, np.float32)
    skew = rng.normal(0, 8, 2)
    horizon = rng.uniform(0.74, 0.9) * CANVAS
    _put(canvas, texture, np.array([[0, -abs(skew[0])], [CANVAS, -abs(skew[1])], [CANVAS, horizon + 2 + max(skew[1], 0)], [0, horizon + 2 + max(skew[0], 0)]]))
    ground = backdrop(style, rng, CANVAS)
    line = int(horizon)
    canvas[line:] = ground[line:] * 0.9 if style else np.array([(150, 118, 88), (176, 174, 170), (205, 190, 168)][int(rng.integers(3))], np.float32)
    cv2.line(canvas, (0, line), (CANVAS, line), (248, 248, 246), int(rng.integers(1, 4)))
    if style:
        _picture(canvas, style, rng)
    if rng.random() < 0.8:
        _furnish(canvas, rng, horizon + 4)
    canvas *= np.linspace(rng.uniform(0.85, 1.12), rng.uniform(0.85, 1.12), CANVAS, dtype=np.float32)[None, :, None]
    return canvas


def thing(texture: np.ndarray, style: str, rng: Generator) -> np.ndarray:
    """A cushion, ball, vase, table top or chair seat of the material."""
    canvas = backdrop(style, rng, CANVAS)
    mask = np.zeros((CANVAS, CANVAS), np.float32)
    cx, cy = 64 + rng.normal(0, 5, 2)
    radius = rng.uniform(34, 46)
    sort = int(rng.integers(4))
    middle = (int(cx), int(cy))
    if sort == 0:
        cv2.circle(mask, middle, int(radius), 1.0, -1, cv2.LINE_AA)
    elif sort == 1:
        angle = np.linspace(0, 2 * np.pi, 48)
        bulge = np.abs(np.cos(angle)) ** 0.45 * np.sign(np.cos(angle)), np.abs(np.sin(angle)) ** 0.45 * np.sign(np.sin(angle))
        cv2.fillPoly(mask, [(np.stack(bulge, 1) * radius * (1, rng.uniform(0.75, 1)) + middle).astype(np.int32)], 1.0, cv2.LINE_AA)
    elif sort == 2:
        cv2.ellipse(mask, middle, (int(radius), int(radius * rng.uniform(0.45, 0.65))), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
        for x in (-0.6, 0.6):
            cv2.line(canvas, (int(cx + x * radius), middle[1]), (int(cx + x * radius * 1.1), CANVAS - 8), (70, 60, 52), 3, cv2.LINE_AA)
    else:
        t = np.linspace(-1, 1, 24)
        profile = radius * (0.5 + 0.28 * np.sin(t * rng.uniform(1.5, 3.0) + rng.uniform(0, 3)))
        outline = np.concatenate([np.stack([cx - profile, cy + t * radius], 1), np.stack([cx + profile, cy + t * radius], 1)[::-1]])
        cv2.fillPoly(mask, [outline.astype(np.int32)], 1.0, cv2.LINE_AA)
    shadow = cv2.GaussianBlur(np.roll(mask, (5, 4), (0, 1)), (0, 0), 4)
    canvas *= 1 - 0.35 * shadow[..., None]
    round_light = cv2.GaussianBlur(mask, (0, 0), radius * 0.28) if sort != 2 else mask
    lit = texture * (0.55 + 0.5 * np.roll(round_light, (-3, -4), (0, 1)))[..., None]
    canvas += mask[..., None] * (lit - canvas)
    if style:
        draw_frame(canvas, style, np.array([[8, 8], [120, 8], [120, 120], [8, 120]], float), rng)
    return canvas


SCENE_MAKERS = {"swatch": swatch, "floor": floor, "wall": wall, "board": board, "object": thing}
