"""Measures the readers on UNIPEN's own held-out writers alone: `python evaluate_unseen.py [--count 200]`.

glyphs.py later moved two in twenty-five of the other writers to calibration and test; the first 38 minutes of training had
still seen them. Whoever differs from evaluate_readers.py here has been learnt by heart. Writes ../reports/readers-unseen.json.
"""

from __future__ import annotations

import argparse
import json

import numpy as np

import handwriting
from evaluate_readers import FILES, HANDS, OUT, measured, runner_of
from field_crops import make_crop
from glyphs import CACHE, DATA, TEST, UNIPEN
from reading import FORMS, read_all

NO_SPLIT = 9


def leave_out_known_writers() -> None:
    """Takes the glyphs of writers whom any training saw out of the test split of this process."""
    unipen = np.load(DATA / "unipen" / "unipen_chars.npz")
    known = np.unique(unipen["writer"][unipen["split"] == 0])
    glyphs = dict(np.load(CACHE / "glyphs.npz"))
    seen = (glyphs["splits"] == TEST) & (glyphs["sources"] == UNIPEN) & np.isin(glyphs["writers"], known)
    glyphs["splits"] = np.where(seen, NO_SPLIT, glyphs["splits"])
    handwriting.np.load = lambda path, *_, **__: glyphs
    print(f"{seen.sum()} of {seen.size} glyphs left out")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    leave_out_known_writers()
    report: dict = {}
    for field in FILES:
        run = runner_of(field)
        for condition in ("clean", "phone"):
            for hand in HANDS:
                rng = np.random.default_rng(4242)
                made = [make_crop(field, rng, condition, "test", neat=hand == "neat") for _ in range(options.count)]
                true = [text for _, text in made]
                report.setdefault(field, {}).setdefault(condition, {})[hand] = measured(read_all(run, np.stack([crop for crop, _ in made]), field), true, FORMS[field][0])
                print(field, condition, hand, report[field][condition][hand], flush=True)
    (OUT / "reports/readers-unseen.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
