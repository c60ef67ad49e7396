"""Writes synthetic scans with their truth: `python make_sheets.py --count 50 --out DIR [--first N] [--kinds jpg,png,pdf]`.

Conditions and file types take turns; truth.json lists per file the register number, the subject code, the condition and the
clockwise turn that puts it upright. Pages hold one field of each kind, or none (continuation sheets).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from sheet_page import REGISTER, SUBJECT
from sheets import EVALUATION_SEEDS, make_sheet

CONDITIONS = ("clean", "rotated", "100dpi", "phone")


def write(image: np.ndarray, path: Path, quality: int, dpi: float) -> None:
    picture = Image.fromarray(image)
    if path.suffix == ".png":
        picture.convert("L").save(path, dpi=(dpi, dpi), optimize=True)
    else:
        picture.save(path, quality=quality, dpi=(dpi, dpi), **({"resolution": dpi} if path.suffix == ".pdf" else {}))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first sheet of the evaluation seeds")
    parser.add_argument("--kinds", default="jpg,jpg,pdf,png")
    parser.add_argument("--dpi", type=float, default=200)
    parser.add_argument("--max-quality", type=int, default=100, help="of JPEG; keeps a folder of fixtures small")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    kinds, truth = options.kinds.split(","), []
    for index in range(options.count):
        condition = CONDITIONS[index % 4]
        dpi = 100 if condition == "100dpi" else options.dpi
        sheet = make_sheet(EVALUATION_SEEDS[condition] + options.first + index, dpi, condition, "test")
        name = f"sheet-{options.first + index:03d}-{condition}.{kinds[(index // 4 + index) % len(kinds)]}"
        write(sheet.image, options.out / name, min(sheet.quality, options.max_quality), dpi)
        texts = {field.kind: field.text for field in sheet.fields}
        truth.append({
            "file": name, "condition": condition, "layout": sheet.layout, "turn": sheet.turn,
            "register_number": texts.get(REGISTER, ""), "subject_code": texts.get(SUBJECT, ""),
            "boxes": {field.kind: [round(v, 1) for v in field.box()] for field in sheet.fields},
        })
    (options.out / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")


if __name__ == "__main__":
    main()
