"""Draws pictures side by side, to look at: `python sample_sheet.py OUT.png [--first 0] [--held-out]`; prints a caption of each."""

from __future__ import annotations

import argparse
import time
from dataclasses import astuple

import cv2
import numpy as np

from captions import make_caption
from swatches import SIZE, make_swatch


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("out")
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--columns", type=int, default=10)
    options.add_argument("--rows", type=int, default=6)
    options.add_argument("--held-out", action="store_true")
    options = options.parse_args()
    cv2.setNumThreads(1)
    make_swatch(0)
    sheet = np.zeros((options.rows * (SIZE + 2), options.columns * (SIZE + 2), 3), np.uint8)
    chance = np.random.default_rng(options.first)
    started = time.process_time()
    for k in range(options.rows * options.columns):
        picture, look = make_swatch(options.first + k, options.held_out)
        row, column = divmod(k, options.columns)
        sheet[row * (SIZE + 2):row * (SIZE + 2) + SIZE, column * (SIZE + 2):column * (SIZE + 2) + SIZE] = picture
        print(row, column, " | ".join(astuple(look)), "|", make_caption(look, chance)[0])
    print(f"{options.rows * options.columns / (time.process_time() - started):.0f} pictures per CPU second")
    cv2.imwrite(options.out, sheet[..., ::-1])


if __name__ == "__main__":
    main()
