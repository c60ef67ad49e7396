"""Synthetic crops of one field as the Space cuts them: pen strokes on paper with what lies around them on real sheets.

`make_crop(field, rng, level, split)` returns a uint8 picture [32, W] and its text. The scene is drawn with capitals of 40
pixels, turned, reduced to a scanner's resolution, spoiled, and cut by a jittered box plus the margin of the crop rule.
"""

from __future__ import annotations

import cv2
import numpy as np

from handwriting import careful, random_style, render_string
from sheet_ink import PRINT_FACES, em_for_capital, text_mask
from sheet_texts import REGISTER_LABELS, SUBJECT_AND_NAME_LABELS, SUBJECT_LABELS, SUBJECT_NAMES, digits, letters, pick, register_number, subject_code

HEIGHT = 32
WIDTHS = {"register": 256, "subject": 192}
ALPHABETS = {"register": "0123456789", "subject": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
CONDITIONS = ("clean", "rotated", "100dpi", "phone")
CAPITAL = 40
# The crop rule: 15 % of the box's height on each side, at most 10 pixels at 200 dpi.
MARGIN = 0.15


def random_text(field: str, rng: np.random.Generator, natural: bool) -> str:
    """What sheets hold (`natural`), or strings that teach every character in every place."""
    if field == "register":
        if natural:
            return register_number(rng)
        return digits(rng, 12 if rng.random() < 0.6 else int(rng.integers(3, 14)))
    if natural:
        return subject_code(rng)
    form = pick(rng, ["DDLLDDD", "DDLLDDD", "LLDDDD", "LLLDDD", "LLLDDD", "DDLLLDDD", "LLDDDDL", "DDDDDD", "LLLLL", "LDLDLD"])
    return "".join(digits(rng, 1) if c == "D" else letters(rng, 1) for c in form)


def stamp(scene: np.ndarray, mask: np.ndarray, x: int, y: int, dark: float) -> None:
    """Puts ink on the scene (float32 darkness 0-255, the darker wins); parts outside are lost."""
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + mask.shape[1], scene.shape[1]), min(y + mask.shape[0], scene.shape[0])
    if x0 < x1 and y0 < y1:
        part = scene[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - y:y1 - y, x0 - x:x1 - x] * np.float32(dark / 255), out=part)


def into(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """The mask, made smaller where it would not fit."""
    scale = min(1.0, height / mask.shape[0], width / mask.shape[1])
    size = (max(1, int(mask.shape[1] * scale)), max(1, int(mask.shape[0] * scale)))
    return mask if scale == 1.0 else cv2.resize(mask, size, interpolation=cv2.INTER_AREA)


def boxed(text: str, rng: np.random.Generator, split: str, neat: bool) -> tuple[np.ndarray, np.ndarray]:
    """Characters in printed cells: the ink and the rules of the cells."""
    style = random_style(rng, split, text, CAPITAL * float(rng.uniform(0.75, 0.95)))
    style = careful(style) if neat else style
    style.groups = ()
    cell = int(CAPITAL * rng.uniform(0.95, 1.35))
    height = int(CAPITAL * rng.uniform(1.15, 1.5))
    ink = np.zeros((height, cell * len(text) + 2), np.uint8)
    for index, character in enumerate(text):
        mask = into(render_string(character, rng, style), height - 2, cell - 2)
        x = index * cell + int(np.clip((cell - mask.shape[1]) / 2 + rng.normal(0, 0.06 * cell), 0, cell - mask.shape[1] + 1))
        y = int(np.clip((height - mask.shape[0]) / 2 + rng.normal(0, 0.06 * height), 0, height - mask.shape[0]))
        ink[y:y + mask.shape[0], x:x + mask.shape[1]] = np.maximum(ink[y:y + mask.shape[0], x:x + mask.shape[1]], mask)
    rules = np.zeros_like(ink)
    thick = int(rng.integers(1, 3))
    cv2.rectangle(rules, (0, 0), (rules.shape[1] - 1, height - 1), 255, thick)
    for index in range(1, len(text)):
        cv2.line(rules, (index * cell, 0), (index * cell, height - 1), 255, thick)
    return ink, rules


def draw_rule(scene: np.ndarray, y: float, rng: np.random.Generator) -> None:
    """A printed rule at height y: solid, dotted, dashed or double."""
    width = scene.shape[1]
    mask = np.zeros((9, width), np.uint8)
    kind, thick = rng.random(), int(rng.integers(1, 3))
    if kind < 0.4:
        mask[4:4 + thick] = 255
    elif kind < 0.5:
        mask[1:1 + thick] = 255
        mask[7:7 + thick] = 255
    else:
        period = int(rng.integers(4, 9) if kind < 0.85 else rng.integers(10, 24))
        mask[4:4 + thick] = np.where(np.arange(width) % period < max(1, period * (0.35 if kind < 0.85 else 0.6)), 255, 0)
    stamp(scene, mask, 0, int(y) - 4, float(rng.uniform(40, 150)))


def add_neighbours(scene: np.ndarray, box: list[int], field: str, rng: np.random.Generator, split: str, dark: float, busy: float) -> None:
    """The end of the label at the left, writing at the right, lines above and below, red strokes, rules."""
    x0, y0, x1, y1 = box
    u = rng.random
    if u() < 0.45:
        label = pick(rng, REGISTER_LABELS if field == "register" else SUBJECT_LABELS + SUBJECT_AND_NAME_LABELS)[-14:] + pick(rng, [":", ":", " :", "", "."])
        mask = text_mask(label, pick(rng, PRINT_FACES), em_for_capital(pick(rng, PRINT_FACES[:4]), int(rng.integers(17, 32))))
        stamp(scene, mask, x0 - mask.shape[1] - int(rng.uniform(1, 34)), y1 - mask.shape[0] - int(rng.uniform(-3, 14)), float(rng.uniform(90, 190)))
    share = 0.6 if field == "subject" else 0.2
    if u() < share:
        word = pick(rng, ["/", "-", "&", ""]) + pick(rng, SUBJECT_NAMES)[:int(rng.integers(3, 10))]
        mask = render_string(word, rng, random_style(rng, split, word, CAPITAL * float(rng.uniform(0.7, 1.05))))
        before = u() < 0.25
        gap = int(rng.uniform(6, 50))
        stamp(scene, mask, x0 - mask.shape[1] - gap if before else x1 + gap, y1 - mask.shape[0] + int(rng.normal(0, 5)), dark)
    for side in (-1, 1):
        if u() < 0.3 * busy:
            word = pick(rng, ["gyp", "July", "9/7", "fgy", "DBMS", "Jan", "23/4"])
            mask = render_string(word, rng, random_style(rng, split, word, CAPITAL * float(rng.uniform(0.7, 1.1))))
            y = y1 + int(rng.uniform(2, 14)) if side > 0 else y0 - mask.shape[0] + int(rng.uniform(-10, 5))
            stamp(scene, mask, int(rng.uniform(x0 - 30, max(x0, x1 - 30))), y, dark)
    if u() < 0.55:
        draw_rule(scene, y1 + rng.normal(2, 6), rng)
        if u() < 0.3:
            draw_rule(scene, y0 - rng.uniform(2, 14), rng)
    elif u() < 0.08 * busy:
        draw_rule(scene, rng.uniform(y0, y1), rng)
    if u() < 0.12 * busy:
        add_specks(scene, box, rng)
    if u() < 0.12 * busy:
        points = np.cumsum(rng.normal(0, 22, (7, 2)), 0) + [rng.uniform(x0, x1), rng.uniform(y0 - 10, y1 + 10)]
        mask = np.zeros(scene.shape, np.uint8)
        cv2.polylines(mask, [points.astype(np.int32)], False, 255, int(rng.integers(2, 4)), cv2.LINE_AA)
        stamp(scene, mask, 0, 0, float(rng.uniform(50, 110)))
    if u() < 0.5 * busy:
        word = digits(rng, 5) + pick(rng, SUBJECT_NAMES)[:8]
        mask = render_string(word, rng, random_style(rng, split, word, CAPITAL))[:, ::-1]
        stamp(scene, cv2.blur(mask, (5, 5)), int(rng.uniform(0, max(1, scene.shape[1] - mask.shape[1]))), int(rng.uniform(0, scene.shape[0] * 0.7)), float(rng.uniform(8, 50)))


def with_marks(text: str, rng: np.random.Generator) -> str:
    """Marks that people set between, before or behind digits and that are no part of a number."""
    kind = rng.random()
    if kind < 0.45:
        mark, size = pick(rng, [".", ".", "-", ",", "/", " "]), int(rng.integers(2, 5))
        return mark.join(text[max(0, end - size):end] for end in range(len(text) % size or size, len(text) + 1, size))
    if kind < 0.75:
        return text + pick(rng, [".-", "-", ".", "/-", ". -"])
    place = int(rng.integers(1, max(2, len(text))))
    return text[:place] + pick(rng, [".", "-", ",", "."]) + text[place:]


def add_specks(scene: np.ndarray, box: list[int], rng: np.random.Generator) -> None:
    """Specks of a pen or of dirt, and the corners and edges of a table's cells."""
    x0, y0, x1, y1 = box
    for _ in range(int(rng.integers(1, 6))):
        spot = np.zeros((9, 9), np.uint8)
        cv2.circle(spot, (4, 4), int(rng.integers(1, 4)), 255, -1, cv2.LINE_AA)
        stamp(scene, spot, int(rng.uniform(x0 - 15, x1 + 15)), int(rng.uniform(y0 - 8, y1 + 8)), float(rng.uniform(60, 180)))
    if rng.random() < 0.5:
        x, top = int(rng.uniform(x0 - 12, x1 + 12)), int(rng.uniform(-10, 10)) + y0
        edge = np.full((y1 - y0 + 12, int(rng.integers(1, 3))), 255, np.uint8)
        stamp(scene, edge, x, top, float(rng.uniform(40, 130)))
        if rng.random() < 0.5:
            stamp(scene, np.full((int(rng.integers(1, 3)), int(rng.uniform(20, 90))), 255, np.uint8), x, top, float(rng.uniform(40, 130)))


def draw_scene(field: str, text: str, rng: np.random.Generator, split: str, busy: float, neat: bool) -> tuple[np.ndarray, list[int]]:
    """The field and its surroundings as darkness [h, w], with the box of the writing."""
    dark = float(rng.uniform(90, 210))
    shown = text
    if field == "subject" and rng.random() < 0.25:
        place = {"L": 2, "D": 3}.get("L" if text[:1].isdigit() else "D", 3)
        shown = text[:place] + pick(rng, [" ", "-", " "]) + text[place:]
    if field == "register" and rng.random() < 0.2:
        shown = with_marks(text, rng)
    is_boxed = rng.random() < (0.1 if field == "register" else 0.05)
    rules = None
    if is_boxed:
        ink, rules = boxed(text, rng, split, neat)
    else:
        in_box = field == "subject" and rng.random() < 0.1
        style = random_style(rng, split, shown, CAPITAL)
        ink = render_string(f"({shown})" if in_box else shown, rng, careful(style) if neat else style)
    height, width = ink.shape
    pad = int(0.75 * CAPITAL)
    scene = np.zeros((height + 2 * pad, width + 2 * pad), np.float32)
    box = [pad, pad, pad + width, pad + height]
    if rules is not None:
        stamp(scene, rules, pad, pad, float(rng.uniform(50, 160)))
    stamp(scene, ink, pad, pad, dark)
    if field == "subject" and not is_boxed and not in_box and rng.random() < 0.1:
        style = random_style(rng, split, "()", CAPITAL * 1.1)
        for sign, x in (("(", pad - int(rng.uniform(14, 24))), (")", pad + width + int(rng.uniform(2, 10)))):
            stamp(scene, render_string(sign, rng, style), x, pad - 2, dark)
    add_neighbours(scene, box, field, rng, split, dark, busy)
    return scene, box


def turned(scene: np.ndarray, box: list[int], rng: np.random.Generator, degrees: float, lean: float) -> tuple[np.ndarray, np.ndarray]:
    """The scene after a turn and a slight perspective, and the upright box around the turned writing."""
    height, width = scene.shape
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    if lean:
        matrix = np.array([[1, rng.normal(0, lean), 0], [0, 1, 0], [rng.normal(0, lean) * 0.3 / width, 0, 1]]) @ matrix
    x0, y0, x1, y1 = box
    # The writing fills its box's corners only partly, so an upright box around a slanted string is a little smaller.
    corners = cv2.perspectiveTransform(np.float32([[[x0, y0 + 4], [x1, y0 + 4], [x1, y1 - 4], [x0, y1 - 4]]]), matrix)[0]
    low, high = corners.min(0), corners.max(0)
    grow = 0.45 * CAPITAL
    shift = np.array([[1, 0, -(low[0] - grow)], [0, 1, -(low[1] - grow)], [0, 0, 1]])
    size = (int(high[0] - low[0] + 2 * grow), int(high[1] - low[1] + 2 * grow))
    image = cv2.warpPerspective(scene, shift @ matrix, size, flags=cv2.INTER_LINEAR)
    return image, np.array([grow, grow, size[0] - grow, size[1] - grow])


def conditions_of(name: str, rng: np.random.Generator) -> dict:
    """Angle, writing height in pixels (from the resolution), blur, noise, JPEG quality, shadow and box jitter."""
    u = rng.uniform
    if name == "clean":
        return {"degrees": u(-0.4, 0.4), "lean": 0, "pixels": u(30, 60), "blur": u(0, 0.6), "noise": u(0.5, 4), "quality": int(u(75, 95)), "shade": u(0, 8), "jitter": 0.05, "busy": 0.5}
    if name == "rotated":
        return {"degrees": u(-3, 3), "lean": 0, "pixels": u(24, 60), "blur": u(0, 0.8), "noise": u(0.5, 5), "quality": int(u(55, 92)), "shade": u(0, 15), "jitter": 0.08, "busy": 0.7}
    if name == "100dpi":
        return {"degrees": u(-0.6, 0.6), "lean": 0, "pixels": u(15, 25), "blur": u(0, 0.5), "noise": u(1, 8), "quality": int(u(35, 85)), "shade": u(0, 15), "jitter": 0.08, "busy": 0.7}
    if name == "phone":
        return {"degrees": u(-2.5, 2.5), "lean": 0.03, "pixels": u(20, 50), "blur": u(0.3, 1.2), "noise": u(1, 7), "quality": int(u(40, 90)), "shade": u(10, 90), "jitter": 0.08, "busy": 0.7}
    return {"degrees": float(np.clip(rng.normal(0, 1.6), -4, 4)), "lean": 0.03 if u() < 0.4 else 0, "pixels": u(15, 60), "blur": u(0, 1.1), "noise": u(0.3, 8),
            "quality": int(u(28, 95)), "shade": u(0, 70) if u() < 0.4 else u(0, 15), "jitter": 0.09, "busy": 1.0}


def photograph(dark: np.ndarray, box: np.ndarray, rng: np.random.Generator, how: dict) -> tuple[np.ndarray, np.ndarray]:
    """Paper, light, resolution, blur, noise and JPEG: uint8 and the box at the new scale."""
    scale = how["pixels"] / CAPITAL
    size = (max(8, round(dark.shape[1] * scale)), max(8, round(dark.shape[0] * scale)))
    dark = cv2.resize(dark, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    paper = float(rng.uniform(205, 252))
    shade = how["shade"]
    light = np.outer(np.ones(size[1], np.float32), np.linspace(0, rng.uniform(-shade, shade), size[0], dtype=np.float32))
    light += np.linspace(0, rng.uniform(-shade, shade) / 2, size[1], dtype=np.float32)[:, None]
    light -= light.max() - rng.uniform(0, 4)
    image = (paper + light) * (1 - dark * np.float32(rng.uniform(0.8, 1.0) / 255))
    if how["blur"] > 0.25:
        image = cv2.GaussianBlur(image, (0, 0), how["blur"] * max(0.6, scale))
    noise = np.empty((size[1], size[0]), np.float32)
    cv2.randn(noise, 0, how["noise"])
    image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.8:
        image = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, how["quality"]])[1], cv2.IMREAD_GRAYSCALE)
    return image, box * scale


def fit(image: np.ndarray, width: int) -> np.ndarray:
    """The picture at the reader's height, its aspect kept, white to the right; squeezed only where it is too wide."""
    wide = max(1, min(width, round(image.shape[1] * HEIGHT / image.shape[0])))
    shrinks = image.shape[0] > HEIGHT or image.shape[1] > wide
    small = cv2.resize(image, (wide, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    result = np.full((HEIGHT, width), 255, np.uint8)
    result[:, :wide] = small
    return result


def make_crop(field: str, rng: np.random.Generator, level: float | str = 1.0, split: str = "train", text: str | None = None, neat: bool = False) -> tuple[np.ndarray, str]:
    """One crop and its text. `level` is a condition's name (evaluation) or the share of degraded crops in training. `neat`: a careful hand."""
    if isinstance(level, str):
        name, natural = level, True
    else:
        name, natural = ("training" if rng.random() < level else "clean"), rng.random() < (0.5 if field == "register" else 0.7)
    how = conditions_of(name, rng)
    text = random_text(field, rng, natural) if text is None else text
    scene, box = draw_scene(field, text, rng, split, how["busy"], neat)
    image, around = turned(scene, box, rng, how["degrees"], how["lean"])
    image, around = photograph(image, around, rng, how)
    tall = around[3] - around[1]
    margin = MARGIN * tall + np.clip(rng.normal(0, how["jitter"], 4), -0.13, 0.25) * tall
    x0, y0 = np.maximum(0, around[:2] - margin[:2]).astype(int)
    x1, y1 = np.ceil(around[2:] + margin[2:]).astype(int)
    return fit(image[y0:y1, x0:x1], WIDTHS[field]), text


if __name__ == "__main__":
    import sys
    import time

    rng = np.random.default_rng(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    make_crop("register", rng)
    for field in WIDTHS:
        begun = time.process_time()
        for _ in range(300):
            make_crop(field, rng)
        print(f"{field}: {300 / (time.process_time() - begun):.0f} crops per CPU second")
    rows = []
    for _ in range(22):
        row = [make_crop(field, rng, level)[0] for field, level in (("register", 1.0), ("register", "clean"), ("subject", 1.0), ("subject", "phone"))]
        rows.append(np.pad(np.concatenate(row, 1), ((0, 4), (0, 0)), constant_values=0))
    sheet = np.concatenate(rows)
    cv2.imwrite(sys.argv[1] if len(sys.argv) > 1 else "crops.png", cv2.resize(sheet, None, fx=1.5, fy=1.5))
