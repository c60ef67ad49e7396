"""Measures the exported detector on fixed pages of unseen writers: `python evaluate_detector.py [--count 100]`.

Writes ../reports/detector.json: recall and precision at IoU 0.5, the share of strings that lie wholly in their padded box
(what a reader needs), false fields on pages that have none, and how often the way up is right, by condition.
"""

from __future__ import annotations

import argparse
import json

import cv2
import numpy as np
import onnxruntime

from detector_model import CLASSES
from export_detector import FILE, MAX_OVERLAP, MIN_SCORE, OUT
from sheets import evaluation_sheet, turned
from train_detector import letterboxed


def overlap_of(a: np.ndarray, b: np.ndarray) -> float:
    """Intersection over union of two boxes of left, top, right, bottom."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0, width) * max(0, height)
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def detect(session, gray: np.ndarray) -> tuple[list[tuple[int, float, np.ndarray]], int]:
    """(class, score, box in the page's pixels), the best per class first, and the clockwise turn that puts the page upright."""
    picture, scale, left, top = letterboxed(gray)
    regions, orientation = session.run(None, {"image": picture[None, None].astype(np.float32) / 255})
    found = []
    for kind in range(len(CLASSES)):
        scores = regions[0, 4 + kind]
        kept: list[np.ndarray] = []
        for place in np.argsort(-scores)[:200]:
            if scores[place] < MIN_SCORE:
                break
            x, y, width, height = regions[0, :4, place]
            box = (np.array([x - width / 2, y - height / 2, x + width / 2, y + height / 2]) - [left, top, left, top]) / scale
            if all(overlap_of(box, other) < MAX_OVERLAP for other in kept):
                kept.append(box)
                found.append((kind, float(scores[place]), box))
    return found, int(orientation[0].argmax()) * 90


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    threads = onnxruntime.SessionOptions()
    threads.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(OUT / FILE), threads)
    report = {}
    for condition in ("clean", "rotated", "100dpi", "phone"):
        counts = dict.fromkeys(("fields", "found", "whole", "given", "right", "empty_pages", "false_on_empty", "pages", "upright"), 0)
        for index in range(options.count):
            sheet = evaluation_sheet(condition, index)
            gray = cv2.cvtColor(sheet.image, cv2.COLOR_RGB2GRAY)
            turn = detect(session, gray)[1]
            counts["pages"] += 1
            counts["upright"] += turn == sheet.turn
            sheet = turned(sheet, sheet.turn)
            found, _ = detect(session, cv2.cvtColor(sheet.image, cv2.COLOR_RGB2GRAY))
            truth = [(CLASSES.index(field.kind), np.array(field.box())) for field in sheet.fields]
            counts["fields"] += len(truth)
            counts["given"] += len(found)
            counts["right"] += sum(any(kind == other and overlap_of(box, true) >= 0.5 for other, true in truth) for kind, _, box in found)
            if not truth:
                counts["empty_pages"] += 1
                counts["false_on_empty"] += len(found)
            for kind, box in truth:
                same = [other for which, _, other in found if which == kind and overlap_of(box, other) >= 0.5]
                counts["found"] += bool(same)
                if same:
                    pad = 0.15 * (same[0][3] - same[0][1]) + 1
                    counts["whole"] += bool((same[0][:2] - pad <= box[:2]).all() and (same[0][2:] + pad >= box[2:]).all())
        report[condition] = {
            "recall": round(counts["found"] / max(1, counts["fields"]), 4), "precision": round(counts["right"] / max(1, counts["given"]), 4),
            "whole_share": round(counts["whole"] / max(1, counts["fields"]), 4), "orientation": round(counts["upright"] / counts["pages"], 4),
            "false_fields_per_empty_page": round(counts["false_on_empty"] / max(1, counts["empty_pages"]), 3), **counts,
        }
        print(condition, report[condition], flush=True)
    (OUT / "reports").mkdir(exist_ok=True)
    (OUT / "reports/detector.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
