"""What paper, scanner and camera do to a sheet: bleed-through, hole, creases, skew, perspective, shade, noise, JPEG."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator

from sheet_page import Page, blank_page

TURNS = (0, 90, 180, 270)


@dataclass
class Condition:
    """Spreads of one way of taking sheets in; angles in degrees, blur as sigma in inches, quality as JPEG's."""

    name: str
    skew: float
    turned: float
    quality: tuple[int, int]
    phone: float = 0.0
    noise: tuple[float, float] = (1.0, 4.0)
    blur: tuple[float, float] = (0.0, 0.002)
    wear: float = 0.3
    gray: float = 0.1
    binary: float = 0.0


CONDITIONS = {
    "clean": Condition("clean", skew=0.15, turned=0, quality=(80, 93)),
    "rotated": Condition("rotated", skew=3.0, turned=0.75, quality=(60, 90), wear=0.4),
    "100dpi": Condition("100dpi", skew=1.0, turned=0, quality=(25, 80), noise=(2, 9), blur=(0.0, 0.005), wear=0.5, gray=0.3),
    "phone": Condition("phone", skew=5.0, turned=0.15, quality=(40, 90), phone=1.0, noise=(2, 8), blur=(0.001, 0.006), wear=0.3, gray=0.0),
    "training": Condition("training", skew=2.5, turned=0, quality=(25, 92), phone=0.3, noise=(0, 9), blur=(0.0, 0.006), wear=0.5, gray=0.3, binary=0.04),
}


@lru_cache(maxsize=12)
def _reverse_side(number: int, dpi: float, width: float, height: float) -> np.ndarray:
    """Mirrored ink of one of a few written pages, as it shows through from behind."""
    from sheet_layouts import continuation
    page = blank_page(np.random.default_rng(9_000_000 + number), "train", dpi, width, height)
    page.pixels[:] = 255
    continuation(page)
    return np.ascontiguousarray(cv2.GaussianBlur(255 - page.pixels.min(2), (0, 0), max(0.4, 0.006 * dpi))[:, ::-1])


def wear_paper(page: Page, amount: float) -> None:
    """Bleed-through, punched hole, creases, grey corners, a stain, a black band at the left edge."""
    rng, pixels = page.rng, page.pixels
    height, width = pixels.shape[:2]
    if rng.random() < 0.35 + amount / 2:
        ink = _reverse_side(int(rng.integers(6)), page.dpi, page.width, page.height)
        page.ink(ink, int(rng.integers(-width // 12, width // 12)), int(rng.integers(-height // 20, height // 10)), (90, 90, 120), float(rng.uniform(0.06, 0.3)))
    if rng.random() < amount * 0.5:
        centre = (page.px(rng.uniform(0.2, 0.7)), page.px(rng.uniform(0.3, 1.1)))
        cv2.circle(pixels, centre, page.px(0.13), (225, 225, 225) if rng.random() < 0.5 else (30, 30, 30), -1, cv2.LINE_AA)
        cv2.circle(pixels, centre, page.px(0.13), (170, 170, 170), max(1, page.px(0.012)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 3)) if rng.random() < amount else 0):
        a, b = rng.random(2) * [width, height], rng.random(2) * [width, height]
        mask = np.zeros((height, width), np.uint8)
        cv2.line(mask, a.astype(int).tolist(), b.astype(int).tolist(), 255, max(1, page.px(0.02)), cv2.LINE_AA)
        page.ink(cv2.blur(mask, (3, 3)), 0, 0, (150, 150, 150), float(rng.uniform(0.1, 0.4)))
    if rng.random() < amount * 0.6:
        size = page.px(rng.uniform(0.3, 1.2))
        corner = np.linspace(float(rng.uniform(0.4, 0.9)), 0, size)
        shade = np.maximum(0, corner[:, None] + corner[None] - corner[0]) * 255
        right, bottom = rng.random() < 0.5, rng.random() < 0.5
        shade = shade[:, ::-1] if right else shade
        shade = shade[::-1] if bottom else shade
        page.ink(shade.astype(np.uint8), width - size if right else 0, height - size if bottom else 0, (110, 110, 110), 0.9)
    if rng.random() < amount * 0.3:
        band = page.px(rng.uniform(0.05, 0.5))
        pixels[:, :band] = (rng.random((height, 1, 3)) * 14 + 8).astype(np.uint8)
        for field in page.fields:
            if field.hull[:, 0].min() < band:
                field.kind = ""


def scanner_matrix(page: Page, rng: Generator, skew: float) -> tuple[np.ndarray, tuple[int, int], tuple[int, int, int]]:
    """A feeder's small turn and shift on a canvas of the page's size."""
    height, width = page.pixels.shape[:2]
    angle = float(np.clip(rng.normal(0, skew / 1.5), -skew, skew)) if skew < 1 else float(rng.uniform(-skew, skew))
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, float(rng.uniform(0.985, 1.0))), [0, 0, 1]])
    matrix[:2, 2] += rng.normal(0, 0.006, 2) * [width, height]
    edge = int(rng.choice([255, 240, 20, 250]))
    return matrix, (width, height), (edge, edge, edge)


def phone_matrix(page: Page, rng: Generator, skew: float) -> tuple[np.ndarray, tuple[int, int], None]:
    """A hand-held camera: perspective, turn, the page not filling the frame."""
    height, width = page.pixels.shape[:2]
    frame_width = width * float(rng.uniform(1.0, 1.25))
    frame_height = max(height * float(rng.uniform(1.0, 1.2)), frame_width * 1.2)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    centre = np.float32([width / 2, height / 2])
    angle = np.deg2rad(rng.uniform(-skew, skew))
    turn = np.float32([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    target = (corners - centre) @ turn.T * float(rng.uniform(0.88, 1.02))
    target *= 1 + rng.uniform(-0.05, 0.05, (4, 1)).astype(np.float32)
    lean = rng.uniform(-0.07, 0.07, 2)
    target[:2, 0] *= 1 + lean[0]
    target[[0, 3], 1] *= 1 + lean[1]
    target += np.float32([frame_width / 2, frame_height / 2]) + rng.normal(0, 0.012, 2).astype(np.float32) * [width, height]
    return cv2.getPerspectiveTransform(corners, target.astype(np.float32)), (int(frame_width), int(frame_height)), None


def desk(rng: Generator, size: tuple[int, int]) -> np.ndarray:
    """A table top: one colour with grain, stripes or cloth, and some darker thing lying about."""
    width, height = size
    colour = np.array([(120, 80, 50), (60, 50, 45), (150, 150, 155), (90, 110, 140), (180, 150, 110), (40, 40, 48)][int(rng.integers(6))], np.float32)
    grain = cv2.resize(rng.normal(0, 1, (int(rng.integers(8, 60)), int(rng.integers(4, 30)))).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    table = np.clip(colour + grain[..., None] * float(rng.uniform(4, 18)), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 4))):
        a = (rng.random(2) * [width, height]).astype(int)
        cv2.rectangle(table, a.tolist(), (a + rng.integers(20, max(21, width // 3), 2)).tolist(), rng.integers(0, 255, 3).tolist(), -1)
    return table


def transform(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    return cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix).reshape(-1, 2).astype(np.float32)


def place(page: Page, condition: Condition) -> tuple[np.ndarray, np.ndarray, bool]:
    """The page as the device sees it: pixels, the matrix from page to image, and whether a phone took it."""
    rng = page.rng
    phone = rng.random() < condition.phone
    matrix, size, edge = (phone_matrix if phone else scanner_matrix)(page, rng, condition.skew)
    if edge is None:
        image = desk(rng, size)
        cv2.warpPerspective(page.pixels, matrix, size, dst=image, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    else:
        image = cv2.warpPerspective(page.pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=edge)
    return image, matrix, phone


def expose(image: np.ndarray, rng: Generator, condition: Condition, phone: bool, dpi: float) -> np.ndarray:
    """Shade, colour cast, contrast, blur, noise; all in place of a lens and a sensor."""
    height, width = image.shape[:2]
    if phone:
        coarse = np.add.outer(np.linspace(0, float(rng.normal(0, 0.25)), 9), np.linspace(0, float(rng.normal(0, 0.25)), 7))
        if rng.random() < 0.4:
            coarse[:, int(rng.integers(1, 6)):] -= float(rng.uniform(0.1, 0.35))
        shade = np.clip(0.95 + coarse - coarse.max() * 0.7, 0.35, 1.1).astype(np.float32)
        shade = (cv2.resize(shade, (width, height), interpolation=cv2.INTER_CUBIC) * 128).clip(0, 255).astype(np.uint8)
        image = cv2.multiply(image, cv2.merge([shade] * 3), scale=1 / 128)
    gain = 1 + (rng.normal(0, 0.06, 3) if phone else rng.normal(0, 0.012, 3))
    contrast, lift, gamma = float(rng.uniform(0.8, 1.1)), float(rng.uniform(-8, 12)), float(np.exp(rng.normal(0, 0.12)))
    levels = np.arange(256, dtype=np.float32)[:, None] / 255
    table = np.clip(((levels ** gamma) * contrast * gain + (1 - contrast) * 0.9) * 255 + lift, 0, 255).astype(np.uint8)
    image = cv2.LUT(image, table.reshape(256, 1, 3))
    sigma = float(rng.uniform(*condition.blur)) * dpi
    if sigma > 0.3:
        image = cv2.GaussianBlur(image, (0, 0), sigma)
    if rng.random() < 0.15:
        image = cv2.addWeighted(image, 1.6, cv2.GaussianBlur(image, (0, 0), 1.0), -0.6, 0)
    level = float(rng.uniform(*condition.noise))
    if level > 0.5:
        tile = rng.normal(0, level, (256, 256)).astype(np.int16)
        noise = np.tile(tile, (height // 256 + 1, width // 256 + 1))[:height, :width]
        image = cv2.add(image, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
    if rng.random() < condition.gray:
        image = cv2.merge([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)] * 3)
    if rng.random() < condition.binary:
        gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = cv2.merge([cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, max(3, int(dpi * 0.15) | 1), 14)] * 3)
    return image
