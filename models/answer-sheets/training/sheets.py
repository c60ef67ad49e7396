"""Synthetic answer-sheet pages with exact truth: `make_sheet(seed, dpi, condition, split)`.

The same seed gives the same sheet at any resolution (up to rounding). Conditions: clean, rotated, 100dpi, phone for
evaluation, training for everything at once. Handwriting of split "test" comes from writers that no model has seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from sheet_effects import CONDITIONS, TURNS, expose, place, transform, wear_paper
from sheet_layouts import LAYOUTS
from sheet_page import Field, blank_page

# Evaluation seeds never meet training seeds (those start at 10 million).
EVALUATION_SEEDS = {"clean": 100_000, "rotated": 200_000, "100dpi": 300_000, "phone": 400_000}
EVALUATION_DPI = {"clean": 200, "rotated": 200, "100dpi": 100, "phone": 180}
PAPERS = [(8.5, 11.0), (8.27, 11.69), (8.3, 11.5), (8.27, 14.0)]
PAPER_SHARES = [0.45, 0.4, 0.12, 0.03]


@dataclass
class Sheet:
    """image: uint8 [height, width, 3] RGB as a reader meets it; fields in that image's pixels.

    turn: degrees clockwise by which the image must be turned to stand upright. layout: the layout's name.
    quality: the JPEG quality to store it with. label outlines of the fields are 4 x 2 corners.
    """

    image: np.ndarray
    fields: list[Field]
    turn: int
    layout: str
    condition: str
    quality: int
    seed: int
    phone: bool = False


def make_sheet(seed: int, dpi: float = 200, condition: str = "training", split: str = "train", layout=None) -> Sheet:
    """One sheet. `layout` forces one of sheet_layouts.LAYOUTS' functions."""
    rng = np.random.default_rng(seed)
    how = CONDITIONS[condition]
    width, height = PAPERS[int(rng.choice(len(PAPERS), p=PAPER_SHARES))]
    drawn = LAYOUTS[int(rng.choice(len(LAYOUTS), p=[share for _, share in LAYOUTS]))][0]
    page = blank_page(rng, split, dpi, width, height)
    (layout or drawn)(page)
    # What follows has a generator of its own, so that a change of the layouts leaves it alone.
    page.rng = rng = np.random.default_rng(seed + 77_000_000_000)
    wear_paper(page, how.wear)
    image, matrix, phone = place(page, how)
    image = expose(image, rng, how, phone, dpi)
    fields = []
    for field in page.fields:
        if field.kind:
            label = field.label
            corners = None if label is None else transform(np.array([[label[0], label[1]], [label[2], label[1]], [label[2], label[3]], [label[0], label[3]]]), matrix)
            fields.append(Field(field.kind, field.text, transform(field.hull, matrix), corners))
    turn = int(rng.choice(TURNS[1:])) if rng.random() < how.turned else 0
    sheet = Sheet(image, fields, 0, page.layout, condition, int(rng.integers(*how.quality)), seed, phone)
    return turned(sheet, (360 - turn) % 360)


def turned(sheet: Sheet, clockwise: int) -> Sheet:
    """The sheet turned by a multiple of 90 degrees, truth included."""
    if clockwise == 0:
        return sheet
    height, width = sheet.image.shape[:2]
    code = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}[clockwise]

    def move(points):
        if points is None:
            return None
        x, y = points[:, 0], points[:, 1]
        moved = {90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[clockwise]
        return np.stack(moved, 1)

    fields = [Field(f.kind, f.text, move(f.hull), move(f.label)) for f in sheet.fields]
    image = cv2.rotate(sheet.image, code)
    return Sheet(image, fields, (sheet.turn - clockwise) % 360, sheet.layout, sheet.condition, sheet.quality, sheet.seed, sheet.phone)


def compressed(image: np.ndarray, quality: int) -> np.ndarray:
    """The image after a JPEG of that quality."""
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_UNCHANGED)


def evaluation_sheet(condition: str, index: int) -> Sheet:
    """Sheet number `index` of a condition's fixed evaluation set, JPEG losses included; unseen writers."""
    sheet = make_sheet(EVALUATION_SEEDS[condition] + index, EVALUATION_DPI[condition], condition, "test")
    sheet.image = compressed(sheet.image, sheet.quality)
    return sheet


def drawn_truth(sheet: Sheet) -> np.ndarray:
    """The image with the truth's outlines on it, for looking at."""
    picture = sheet.image.copy()
    for field in sheet.fields:
        x0, y0, x1, y1 = (round(v) for v in field.box())
        cv2.rectangle(picture, (x0, y0), (x1, y1), (220, 30, 30) if field.kind == "RegisterNumber" else (20, 150, 40), 2)
    return picture


if __name__ == "__main__":
    import sys
    import time

    folder, dpi = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 100
    begun = time.process_time()
    pages = [make_sheet(s, dpi, "training") for s in range(12)]
    print(f"{(time.process_time() - begun) / 12 * 1000:.0f} ms CPU per sheet at {dpi:.0f} dpi")
    for start in (0, 6):
        row = [cv2.resize(drawn_truth(p), (700, 930), interpolation=cv2.INTER_AREA) for p in pages[start:start + 6]]
        grid = np.vstack([np.hstack(row[:3]), np.hstack(row[3:])])
        cv2.imwrite(f"{folder}/sheets{start}.png", cv2.cvtColor(grid, cv2.COLOR_RGB2BGR))
