"""Writes fixtures/: pictures of held-out combinations as JPEG with what they show: `python make_fixtures.py`.

`truth.json` lists per file material, kind, colour, accent, pattern, finish, style and scene ("" for none) and a caption that names them.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import cv2
import numpy as np

from captions import make_caption
from scenes import CANVAS
from swatches import make_swatch
from towers import FOLDER

COUNT, FIRST_SEED = 240, 400_000


def main() -> None:
    folder = FOLDER / "fixtures"
    folder.mkdir(exist_ok=True)
    cv2.setNumThreads(1)
    truth = []
    for number in range(COUNT):
        picture, look = make_swatch(FIRST_SEED + number, True, CANVAS)
        name = f"swatch-{number:03d}.jpg"
        cv2.imwrite(str(folder / name), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])
        caption, _ = make_caption(look, np.random.default_rng(number), full=True)
        truth.append({"file": name, **asdict(look), "caption": caption})
    lines = ",\n".join("  " + json.dumps(entry) for entry in truth)
    (folder / "truth.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
