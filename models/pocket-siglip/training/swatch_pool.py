"""Pictures drawn ahead, on disk: `python swatch_pool.py --count 120000` (goes on where it stopped); picture k is that of seed k."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

import cv2
import numpy as np

from claims import NAMES, VALUES, to_codes
from swatches import SIZE, make_swatch
from textures import Look

CACHE = Path(__file__).resolve().parent / "cache"


def to_look(codes) -> Look:
    """The look behind a picture's codes."""
    return Look(**{name: VALUES[name][code] for name, code in zip(NAMES, codes) if name != "also"})


class SwatchPool:
    """Pictures uint8 [count, SIZE, SIZE, 3] and codes uint8 [count, 9]; `filled` says how many are drawn."""

    def __init__(self, folder: Path = CACHE, capacity: int = 200_000):
        folder.mkdir(parents=True, exist_ok=True)
        self.capacity = capacity
        self.pictures = self._open(folder / f"swatches-{SIZE}.u8", (capacity, SIZE, SIZE, 3))
        self.codes = self._open(folder / f"swatches-{SIZE}.codes.u8", (capacity, len(NAMES)))
        self.counter = folder / f"swatches-{SIZE}.count"

    def _open(self, path: Path, shape: tuple) -> np.ndarray:
        return np.memmap(path, np.uint8, "r+" if path.exists() else "w+", shape=shape)

    @property
    def filled(self) -> int:
        return int(self.counter.read_text()) if self.counter.exists() else 0

    def fill(self, count: int) -> None:
        """Draws pictures up to number `count`."""
        for seed in range(self.filled, min(count, self.capacity)):
            self.pictures[seed], look = make_swatch(seed)
            self.codes[seed] = to_codes(look)
            if (seed + 1) % 250 == 0 or seed + 1 == count:
                self.counter.with_suffix(".new").write_text(str(seed + 1))
                os.replace(self.counter.with_suffix(".new"), self.counter)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=120_000)
    options = options.parse_args()
    cv2.setNumThreads(1)
    pool, started = SwatchPool(), time.process_time()
    before = pool.filled
    pool.fill(options.count)
    print(f"{pool.filled} pictures, {(pool.filled - before) / (time.process_time() - started):.0f} per CPU second")


if __name__ == "__main__":
    main()
