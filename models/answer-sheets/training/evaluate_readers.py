"""Measures the exported readers and fits their calibration: `python evaluate_readers.py [--count 2000]`.

Through ONNX Runtime, on crops of writers that training never saw, by condition, and on real images (ORAND-CAR-A, NSYSU).
Writes reports/readers.json and the calibration into ../model.json. Data: ../../../../shared/data, or --data.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from torch.nn import functional

from export_readers import FILES, OUT
from field_crops import ALPHABETS, CONDITIONS, WIDTHS, fit, make_crop
from sheet_texts import register_number, subject_code


def session_of(field: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(OUT / FILES[field]), options)


def log_probabilities(session, crops: np.ndarray) -> torch.Tensor:
    """[n, T, classes] natural logarithms for uint8 crops [n, 32, W]."""
    parts = [session.run(None, {"image": crops[k:k + 64, None].astype(np.float32) / 127.5 - 1})[0] for k in range(0, len(crops), 64)]
    return torch.from_numpy(np.concatenate(parts)).log_softmax(2)


def greedy(scores: torch.Tensor, field: str) -> list[str]:
    texts = []
    for path in scores.argmax(2).tolist():
        texts.append("".join(ALPHABETS[field][c - 1] for k, c in enumerate(path) if c and (k == 0 or c != path[k - 1])))
    return texts


def log_likelihood(scores: torch.Tensor, texts: list[str], field: str) -> np.ndarray:
    """Of one text per picture, all alignments summed (Graves et al., 2006)."""
    targets = torch.tensor([ALPHABETS[field].index(c) + 1 for t in texts for c in t], dtype=torch.long)
    lengths = torch.tensor([len(t) for t in texts])
    steps = torch.full((len(texts),), scores.shape[1])
    return -functional.ctc_loss(scores.transpose(0, 1), targets, steps, lengths, reduction="none").numpy()


def edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def exact_and_cer(read: list[str], true: list[str]) -> dict:
    return {
        "exact": round(float(np.mean([a == b for a, b in zip(read, true)])), 4),
        "cer": round(sum(edits(a, b) for a, b in zip(read, true)) / sum(map(len, true)), 4),
        "count": len(true),
    }


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Guo et al., 2017: mean over equally wide bins of |share right - mean confidence|, weighted by size."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs(right[which == b].mean() - confidence[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any()))


def fit_platt(log_odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of a logistic regression, by Newton's method."""
    weights = np.array([1.0, 0.0])
    features = np.stack([log_odds, np.ones_like(log_odds)], 1)
    for _ in range(50):
        p = 1 / (1 + np.exp(-features @ weights))
        hessian = (features * (p * (1 - p))[:, None]).T @ features + 1e-6 * np.eye(2)
        weights = weights + np.linalg.solve(hessian, features.T @ (right - p))
    return float(weights[0]), float(weights[1])


def to_log_odds(log_posterior: np.ndarray) -> np.ndarray:
    p = np.clip(np.exp(np.minimum(0, log_posterior)), 0, 1)
    with np.errstate(divide="ignore"):
        return np.clip(np.log(p) - np.log1p(-p), -16, 16)


def score_lists(scores: torch.Tensor, true: list[str], field: str, size: int, rng) -> dict:
    """Share of pictures whose own entry wins in a list of `size`, a tenth of which differ from it by one character."""
    right = 0
    alphabet = ALPHABETS[field]
    for row, text in zip(scores, true):
        entries = {text}
        while len(entries) < size // 10:
            place = int(rng.integers(len(text)))
            kind = [c for c in alphabet if c.isdigit() == text[place].isdigit()]
            entries.add(text[:place] + kind[int(rng.integers(len(kind)))] + text[place + 1:])
        while len(entries) < size:
            entries.add(register_number(rng) if field == "register" else subject_code(rng))
        listed = list(entries)
        values = log_likelihood(row[None].expand(len(listed), -1, -1), listed, field)
        right += listed[int(values.argmax())] == text
    return {"size": size, "rank1": round(right / len(true), 4), "count": len(true)}


def real_strings(data: Path):
    """Crops and digits of ORAND-CAR-A; single digits of NSYSU set side by side to strings of ten."""
    with (data / "orand_car_a/labels.csv").open() as file:
        rows = list(csv.reader(file))
    names = [row[1:3] for row in rows[1:]]
    orand = []
    for row in names:
        image = cv2.imread(str(data / "orand_car_a/images" / Path(row[0]).name), cv2.IMREAD_GRAYSCALE)
        text = "".join(c for c in row[1] if c.isdigit())
        if image is not None and text:
            orand.append((fit(image, WIDTHS["register"]), text))
    return orand


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--data", type=Path, default=OUT.parents[2] / "shared/data")
    options = parser.parse_args()
    report: dict = {"fields": {}}
    facts = json.loads((OUT / "model.json").read_text()) if (OUT / "model.json").exists() else {}
    for field in FILES:
        session = session_of(field)
        entry: dict = {"conditions": {}}
        log_odds, right = [], []
        for number, condition in enumerate(CONDITIONS):
            rng = np.random.default_rng(900 + number)
            made = [make_crop(field, rng, condition, "dev") for _ in range(options.count)]
            scores = log_probabilities(session, np.stack([m[0] for m in made]))
            true, read = [m[1] for m in made], greedy(scores, field)
            entry["conditions"][condition] = exact_and_cer(read, true)
            full = [index for index, text in enumerate(read) if text]
            posterior = np.full(len(read), -30.0)
            posterior[full] = log_likelihood(scores[full], [read[k] for k in full], field)
            log_odds.append(to_log_odds(posterior))
            right.append(np.array([a == b for a, b in zip(read, true)], float))
            entry["conditions"][condition]["lists"] = [score_lists(scores[:100], true[:100], field, size, rng) for size in (60, 300)]
            print(field, condition, entry["conditions"][condition], flush=True)
        odds, was_right = np.concatenate(log_odds), np.concatenate(right)
        even = np.arange(len(odds)) % 2 == 0
        slope, intercept = fit_platt(odds[even], was_right[even])
        raw = 1 / (1 + np.exp(-odds[~even]))
        fitted = 1 / (1 + np.exp(-(slope * odds[~even] + intercept)))
        order = np.argsort(-fitted)
        precision = np.cumsum(was_right[~even][order]) / np.arange(1, len(order) + 1)
        entry["calibration"] = {
            "slope": round(slope, 4), "intercept": round(intercept, 4),
            "ece_before": round(expected_calibration_error(raw, was_right[~even]), 4),
            "ece": round(expected_calibration_error(fitted, was_right[~even]), 4),
            "coverage_at_99": round(float((np.nonzero(precision >= 0.99)[0].max(initial=-1) + 1) / len(order)), 4),
        }
        print(field, entry["calibration"], flush=True)
        key = f"{field}_reader"
        facts[key] = {
            "name": f"outpost/pocket-{field}-reader", "alphabet": ALPHABETS[field],
            "calibration": {"kind": "platt", "slope": round(slope, 4), "intercept": round(intercept, 4)}, "margin_ratio": 0.3,
        }
        if field == "register":
            orand = real_strings(options.data)
            read = greedy(log_probabilities(session, np.stack([o[0] for o in orand])), field)
            entry["orand_car_a"] = exact_and_cer(read, [o[1] for o in orand])
            print("ORAND-CAR-A", entry["orand_car_a"], flush=True)
        report["fields"][field] = entry
    facts.setdefault("name", "outpost/pocket-answer-sheets")
    (OUT / "model.json").write_text(json.dumps(facts, indent=2) + "\n")
    (OUT / "reports").mkdir(exist_ok=True)
    (OUT / "reports/readers.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
