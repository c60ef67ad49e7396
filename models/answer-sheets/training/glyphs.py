"""Pen-stroke glyphs: UNIPEN characters, thinned MNIST digits and thinned handwriting fonts in one form.

Every glyph is a set of polylines in units of the capital height (y 0 = top of a capital, 1 = baseline), so that one
renderer can draw all of them with any pen. Built once (`python glyphs.py`) and kept in cache/glyphs.npz.

Splits keep writers apart: 0 train, 1 dev (calibration), 2 test. UNIPEN's dev writers are shared out between dev and
test by writer, and joined by two in twenty-five of its other writers; MNIST is split by index, fonts by face.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("ANSWER_SHEETS_CACHE", HERE / "cache"))
DATA = Path(os.environ.get("ANSWER_SHEETS_DATA", HERE.parents[2].parent / "shared" / "data"))

TRAIN, DEV, TEST = 0, 1, 2
UNIPEN, MNIST, FONT = 0, 1, 2
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HELD_OUT_EVERY = 25  # of UNIPEN's train writers, one for dev and one for test
# Same pen movement, different meaning: these never count as a wrong label.
LOOKALIKES = [set("0OQD"), set("1I7"), set("1IL"), set("S5"), set("Z27"), set("G6C"), set("UV"), set("B8"), set("9G"), set("4A")]

# Debian packages of section 2 of the sheet study: faces with plain digits and capitals.
FONT_FACES = {
    "fonts-breip": ["Breip.ttf", "breipfont.ttf"],
    "fonts-bwht": ["BecauseWeLearn-Regular.otf", "BecauseWeOrganize-Regular.otf", "BecauseWeMentor-Regular.otf",
                   "BecauseWeConnect-Regular.otf", "BecauseWeBuild-Regular.otf", "BecauseWeCreate-Regular.otf"],
    "fonts-sjfonts": ["Delphine.ttf", "SteveHand.ttf"],
    "fonts-humor-sans": ["Humor-Sans.ttf"],
    "fonts-rufscript": ["Rufscript010.ttf"],
    "fonts-tomsontalks": ["TomsonTalks.ttf"],
    "fonts-kristi": ["Kristi.ttf"],
    "fonts-nanum-extra": ["NanumPen.ttf", "NanumBrush.ttf", "NanumBarunpenR.ttf"],
    "fonts-smc-chilanka": ["Chilanka-Regular.otf"],
    "fonts-kiloji": ["kiloji.ttf"],
    "fonts-comic-neue": ["ComicNeue-Regular.otf", "ComicNeue-Italic.otf"],
    "fonts-dkg-handwriting": ["dkg.ttf"],
}
DIGITS_ONLY_FACES = {"dkg.ttf"}
HELD_OUT_FACES = {"Breip.ttf": TEST, "BecauseWeBuild-Regular.otf": DEV, "SteveHand.ttf": TEST}


def thin(images: np.ndarray) -> np.ndarray:
    """Zhang and Suen's parallel thinning (CACM 27(3), 1984) of a stack [n, h, w] of 0/1 images with an empty border."""
    image = images.astype(np.uint8).copy()
    active = np.arange(len(image))
    while len(active):
        before = image[active].sum((1, 2), dtype=np.int64)
        for step in (0, 1):
            a = image[active]
            p = [np.roll(a, s, (1, 2)) for s in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]
            neighbours = sum(p)
            turns = sum(((p[k] == 0) & (p[(k + 1) % 8] == 1)).astype(np.uint8) for k in range(8))
            n, e, s, w = p[0], p[2], p[4], p[6]
            open_side = ((n & e & s) == 0) & ((e & s & w) == 0) if step == 0 else ((n & e & w) == 0) & ((n & s & w) == 0)
            a[(a == 1) & (neighbours >= 2) & (neighbours <= 6) & (turns == 1) & open_side] = 0
            image[active] = a
        active = active[image[active].sum((1, 2), dtype=np.int64) != before]
    return image


def trace(skeleton: np.ndarray) -> list[np.ndarray]:
    """The skeleton's pixels as smooth polylines (x, y), walked from ends and crossings."""
    ys, xs = np.nonzero(skeleton)
    points = set(zip(xs.tolist(), ys.tolist()))

    def around(point):
        x, y = point
        straight = [q for q in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)) if q in points]
        slanted = [q for q in ((x + 1, y + 1), (x - 1, y - 1), (x + 1, y - 1), (x - 1, y + 1))
                   if q in points and (q[0], y) not in points and (x, q[1]) not in points]
        return straight + slanted

    near = {p: around(p) for p in points}
    used: set = set()
    lines = []
    starts = [p for p in points if len(near[p]) == 1] + [p for p in points if len(near[p]) > 2] + list(points)
    for start in starts:
        for following in near[start]:
            if (start, following) in used:
                continue
            line = [start]
            previous, current = start, following
            while True:
                used.add((previous, current))
                used.add((current, previous))
                line.append(current)
                onward = [q for q in near[current] if (current, q) not in used]
                if len(near[current]) != 2 or not onward:
                    break
                previous, current = current, onward[0]
            lines.append(np.array(line, np.float32))
    smooth = []
    for line in lines:
        if len(line) < 3 and len(lines) > 1 and len(points) > 12:
            continue
        for _ in range(3):
            if len(line) > 3:
                line = np.concatenate([line[:1], (line[:-2] + 2 * line[1:-1] + line[2:]) / 4, line[-1:]])
        smooth.append(line)
    return smooth


def simplify(strokes: list[np.ndarray], tolerance: float) -> list[np.ndarray]:
    """Fewer points at the same shape (Douglas and Peucker, through OpenCV)."""
    result = []
    for stroke in strokes:
        if len(stroke) > 2:
            stroke = cv2.approxPolyDP(stroke.reshape(-1, 1, 2).astype(np.float32), tolerance, False).reshape(-1, 2)
        result.append(stroke.astype(np.float32))
    return result


def to_unit_height(strokes: list[np.ndarray]) -> list[np.ndarray] | None:
    """The glyph with top 0, left 0 and height 1; None where it has no height."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    if high[1] - low[1] < 1e-3:
        return None
    return [(s - low) / (high[1] - low[1]) for s in strokes]


def stroke_length(strokes: list[np.ndarray]) -> float:
    return float(sum(np.linalg.norm(np.diff(s, axis=0), axis=1).sum() for s in strokes))


def thumbnail(strokes: list[np.ndarray], size: int = 16) -> np.ndarray:
    """A blurred picture of the glyph for nearest-neighbour comparison."""
    canvas = np.zeros((64, 64), np.uint8)
    width = max(s[:, 0].max() for s in strokes)
    scale = 48 / max(1.0, width)
    offset = np.array([32 - width * scale / 2, 32 - scale / 2])
    cv2.polylines(canvas, [np.round((s * scale + offset) * 16).astype(np.int32) for s in strokes], False, 255, 5, cv2.LINE_AA, 4)
    small = cv2.resize(cv2.GaussianBlur(canvas, (0, 0), 3), (size, size), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    return small / (np.linalg.norm(small) + 1e-6)


def load_unipen() -> list[tuple]:
    """UNIPEN without partial glyphs and without those that check_labels.py lists."""
    listed = HERE / "mislabelled.json"
    wrong = {i for part in json.loads(listed.read_text()).values() for i in part} if listed.exists() else set()
    return [g for g in clean(load_unipen_strokes()) if g[5] not in wrong]


def load_unipen_strokes() -> list[tuple]:
    """(character, strokes, writer, split, source, index) of every glyph with a height."""
    data = np.load(DATA / "unipen" / "unipen_chars.npz")
    points, ends = data["points"], np.cumsum(data["stroke_len"].astype(np.int64))
    starts = np.concatenate([[0], ends[:-1]])
    first = data["char_stroke_off"].astype(np.int64)
    glyphs = []
    for index, (label, writer, split) in enumerate(zip(data["label"], data["writer"], data["split"])):
        strokes = [points[starts[s]:ends[s]].astype(np.float32) / 1000 for s in range(first[index], first[index + 1])]
        strokes = [s for s in strokes if len(s)]
        strokes = to_unit_height(strokes) if strokes else None
        if strokes is None:
            continue
        part = {0: DEV, 1: TEST}.get(writer % HELD_OUT_EVERY, TRAIN) if split == 0 else (DEV if writer % 2 == 0 else TEST)
        glyphs.append((CHARACTERS[label], simplify(strokes, 0.012), int(writer), part, UNIPEN, index))
    return glyphs


def clean(glyphs: list[tuple]) -> list[tuple]:
    """UNIPEN without partial glyphs (all splits) and, for training only, without glyphs no neighbour agrees with."""
    labels = np.array([g[0] for g in glyphs])
    lengths = np.array([stroke_length(g[1]) for g in glyphs])
    widths = np.array([max(s[:, 0].max() for s in g[1]) for g in glyphs])
    keep = np.ones(len(glyphs), bool)
    for character in CHARACTERS:
        of = labels == character
        length, width = np.median(lengths[of]), np.median(widths[of])
        keep[of] &= (lengths[of] > 0.55 * length) & (lengths[of] < 2.2 * length) & (widths[of] < max(0.5, 2.1 * width)) \
            & (widths[of] > 0.35 * width if character not in "1I" else True)
    partial = int((~keep).sum())
    kept = np.nonzero(keep)[0]
    train = np.array([i for i in kept if glyphs[i][3] == TRAIN])
    pictures = np.stack([thumbnail(glyphs[i][1]) for i in train])
    agrees = {c: {c} | set().union(*[group for group in LOOKALIKES if c in group]) for c in CHARACTERS}
    odd = 0
    for begin in range(0, len(train), 2048):
        near = pictures[begin:begin + 2048] @ pictures.T
        near[np.arange(len(near)), begin + np.arange(len(near))] = -1
        nearest = np.argpartition(-near, 9, axis=1)[:, :9]
        for row, index in enumerate(train[begin:begin + 2048]):
            same = sum(labels[train[j]] in agrees[labels[index]] for j in nearest[row])
            if same == 0:
                keep[index] = False
                odd += 1
    print(f"UNIPEN: {len(glyphs)} glyphs, {partial} partial and {odd} outliers dropped")
    return [g for g, ok in zip(glyphs, keep) if ok]


def load_mnist(count: int = 53000) -> list[tuple]:
    def read(name, skip):
        with gzip.open(DATA / "mnist" / name) as file:
            return np.frombuffer(file.read(), np.uint8, offset=skip)
    images = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28)
    labels = read("train-labels-idx1-ubyte.gz", 8)
    chosen = np.concatenate([np.arange(0, count - 3000), np.arange(50000, 51500), np.arange(56000, 57500)])
    big = np.stack([np.pad(cv2.resize(images[i], (56, 56), interpolation=cv2.INTER_CUBIC), 2) for i in chosen])
    glyphs = []
    for begin in range(0, len(big), 1000):
        for index, skeleton in zip(chosen[begin:begin + 1000], thin(big[begin:begin + 1000] > 110)):
            strokes = trace(skeleton)
            strokes = to_unit_height(strokes) if strokes else None
            if strokes is None:
                continue
            part = TRAIN if index < 50000 else (DEV if index < 56000 else TEST)
            glyphs.append((str(labels[index]), simplify(strokes, 0.012), -1, part, MNIST))
    return glyphs


def font_paths() -> dict[str, str]:
    listed = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    paths = {line.split(":")[0].strip() for line in listed.splitlines()}
    return {Path(p).name: p for p in paths}


def load_fonts() -> list[tuple]:
    from PIL import Image, ImageDraw, ImageFont
    installed = font_paths()
    glyphs = []
    for number, name in enumerate(n for names in FONT_FACES.values() for n in names):
        if name not in installed:
            print(f"font {name} is not installed: skipped")
            continue
        probe = ImageFont.truetype(installed[name], 100)
        top, bottom = probe.getbbox("H", anchor="ls")[1], 0
        font = ImageFont.truetype(installed[name], int(100 * 56 / max(1, bottom - top)))
        wanted = "0123456789" if name in DIGITS_ONLY_FACES else CHARACTERS + CHARACTERS[10:].lower()
        canvases = []
        for character in wanted:
            canvas = Image.new("L", (190, 128), 0)
            ImageDraw.Draw(canvas).text((40, 88), character, fill=255, font=font, anchor="ls")
            canvases.append(np.array(canvas))
        for character, skeleton in zip(wanted, thin(np.stack(canvases) > 127)):
            strokes = trace(skeleton)
            if not strokes:
                continue
            left = min(s[:, 0].min() for s in strokes)
            strokes = [(s - [left, 88 - 56]) / 56 for s in strokes]
            glyphs.append((character, simplify(strokes, 0.012), 100000 + number, HELD_OUT_FACES.get(name, TRAIN), FONT))
    return glyphs


def build() -> Path:
    """Writes cache/glyphs.npz and returns its path."""
    glyphs = load_unipen() + load_mnist() + load_fonts()
    strokes = [s for g in glyphs for s in g[1]]
    path = CACHE / "glyphs.npz"
    CACHE.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        points=np.concatenate(strokes).astype(np.float32),
        stroke_sizes=np.array([len(s) for s in strokes], np.int32),
        glyph_strokes=np.array([len(g[1]) for g in glyphs], np.int32),
        labels=np.array([ord(g[0]) for g in glyphs], np.int32),
        writers=np.array([g[2] for g in glyphs], np.int32),
        splits=np.array([g[3] for g in glyphs], np.int8),
        sources=np.array([g[4] for g in glyphs], np.int8),
    )
    print(f"{len(glyphs)} glyphs, {sum(len(s) for s in strokes)} points -> {path}")
    return path


if __name__ == "__main__":
    build()
