"""Measures the exported readers and fits their calibration: `python evaluate_readers.py [--count 400]`.

Through ONNX Runtime and as the Space reads (reading.py), on crops of writers that training never saw, by condition and hand,
and on real handwriting (ORAND-CAR-A, NSYSU). Writes ../reports/readers.json, the calibration into ../model.json, and the
fixture that holds the Space to the same readings. Data: ../../../../shared/data, or --data.
"""

from __future__ import annotations

import argparse
import base64
import csv
import json
import multiprocessing
import re
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch

from export_readers import FILES, OUT
from field_crops import ALPHABETS, CONDITIONS, WIDTHS, fit, make_crop
from reading import FORMS, Reading, log_likelihoods, read_all
from sheet_texts import register_number, subject_code

# A person who writes a form with care: no touching characters, a steady hand, nothing written over.
HANDS = ("any", "neat")
LIST_SIZES = (60, 300)


def runner_of(field: str):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(OUT / FILES[field]), options)
    return lambda images: session.run(None, {"image": images})[0]


def edits(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def measured(readings: list[Reading], true: list[str], form: str) -> dict:
    """Exact match and character errors of the free text; exact match of those that have the field's form when that is known."""
    formed = [r.formed == t for r, t in zip(readings, true) if re.fullmatch(form, t)]
    return {
        "exact": round(float(np.mean([r.free == t for r, t in zip(readings, true)])), 4),
        "exact_formed": round(float(np.mean(formed)), 4) if formed else None, "count_formed": len(formed),
        "cer": round(sum(edits(r.free, t) for r, t in zip(readings, true)) / sum(map(len, true)), 4),
        "count": len(true),
    }


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Guo et al., 2017: mean over equally wide bins of |share right - mean confidence|, weighted by size."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(sum(abs(right[which == b].mean() - confidence[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any()))


def fit_points(posterior: np.ndarray, right: np.ndarray, bins: int = 8) -> list[list[float]]:
    """[posterior, share that is right] of equally large groups, made to rise (isotonic regression: Zadrozny and Elkan, 2002)."""
    groups: list[list[float]] = []
    for part in np.array_split(np.argsort(posterior), bins):
        groups.append([posterior[part].mean(), right[part].mean(), len(part)])
        while len(groups) > 1 and groups[-2][1] >= groups[-1][1]:
            (x, y, n), (u, v, m) = groups.pop(), groups.pop()
            groups.append([(x * n + u * m) / (n + m), (y * n + v * m) / (n + m), n + m])
    # What is no field at all has a posterior far below all of these.
    return [[0.0, 0.0], *([round(float(x), 4), round(float(y), 4)] for x, y, _ in groups)]


def score_lists(readings: list[Reading], true: list[str], field: str, size: int, rng) -> dict:
    """Share of pictures whose own entry wins in a list of `size`, a tenth of which differ from it by one character."""
    right = 0
    alphabet = ALPHABETS[field]
    for reading, text in zip(readings, true):
        entries = {text}
        while len(entries) < size // 10:
            place = int(rng.integers(len(text)))
            kind = [c for c in alphabet if c.isdigit() == text[place].isdigit()]
            entries.add(text[:place] + kind[int(rng.integers(len(kind)))] + text[place + 1:])
        while len(entries) < size:
            entries.add(register_number(rng) if field == "register" else subject_code(rng))
        listed = sorted(entries)
        right += listed[int(log_likelihoods(reading.scores, listed, alphabet).argmax())] == text
    return {"size": size, "rank1": round(right / len(true), 4), "count": len(true)}


def calibrated(posterior: np.ndarray, right: np.ndarray) -> tuple[dict, dict]:
    """Points fitted on every second crop, and what they are worth on the others."""
    even = np.arange(len(posterior)) % 2 == 0
    points = fit_points(posterior[even], right[even])
    fitted, right = np.interp(posterior[~even], *zip(*points)), right[~even]
    order = np.argsort(-posterior[~even])
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    sure = fitted >= 0.9
    return {"kind": "points", "points": points}, {
        "count": len(right), "ece_before": round(expected_calibration_error(posterior[~even], right), 4),
        "ece": round(expected_calibration_error(fitted, right), 4),
        "coverage_at_99": round(float((np.nonzero(precision >= 0.99)[0].max(initial=-1) + 1) / len(order)), 4),
        "sure_share": round(float(sure.mean()), 4), "right_of_sure": round(float(right[sure].mean()), 4),
    }


def judged(field: str, readings: list[Reading], true: list[str]) -> np.ndarray:
    """[n, 2]: posterior and whether it is right, of crops whose text has the form that is asked for."""
    return np.array([(np.exp(min(0.0, r.formed_log)), r.formed == t) for r, t in zip(readings, true) if r.formed and re.fullmatch(FORMS[field][0], t)], float)


def orand_strings(data: Path) -> tuple[np.ndarray, list[str]]:
    """The digit strings of ORAND-CAR-A's cheques."""
    with (data / "orand_car_a/labels.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    crops, texts = [], []
    for row in rows:
        image = cv2.imread(str(data / "orand_car_a/images" / Path(row[1]).name), cv2.IMREAD_GRAYSCALE)
        text = "".join(c for c in row[2] if c.isdigit())
        if image is not None and text:
            crops.append(fit(image, WIDTHS["register"]))
            texts.append(text)
    return np.stack(crops), texts


def nsysu_strings(data: Path, count: int = 200) -> tuple[np.ndarray, list[str]]:
    """Single digits of NSYSU's test papers, brought to about one height and set side by side to strings of twelve."""
    pictures = np.loadtxt(data / "nsysu_digits/X.csv", delimiter=",", dtype=np.float32).reshape(-1, 28, 28)
    labels = np.loadtxt(data / "nsysu_digits/y.csv", delimiter=",", dtype=int)
    written = pictures.max((1, 2)) > 25
    pictures, labels = pictures[written], labels[written]
    pictures = 210 * pictures / pictures.max((1, 2), keepdims=True)
    rng = np.random.default_rng(11)
    crops, texts = [], []
    for _ in range(count):
        chosen = rng.integers(0, len(pictures), 12)
        strip = np.zeros((34, 12 * 40), np.float32)
        at = 5
        for k in chosen:
            rows, columns = (np.nonzero(pictures[k].max(axis) > 60)[0] for axis in (1, 0))
            digit = pictures[k][rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]
            height = int(rng.integers(21, 27))
            digit = cv2.resize(digit, (max(2, min(30, round(digit.shape[1] * height / digit.shape[0]))), height), interpolation=cv2.INTER_LINEAR)
            strip[30 - height:30, at:at + digit.shape[1]] = digit
            at += digit.shape[1] + int(rng.integers(2, 7))
        strip = strip[:, :at + 3]
        crops.append(fit((255 - strip).astype(np.uint8), WIDTHS["register"]))
        texts.append("".join(str(labels[k]) for k in chosen))
    return np.stack(crops), texts


def fixture_of(made: list, readings: list[Reading]) -> list[dict]:
    """Crops and what was read of them, for the Space's test."""
    return [
        {"text": t, "pixels": base64.b64encode(c.tobytes()).decode(), "free": r.free, "free_log": round(r.free_log, 4), "formed": r.formed,
         "formed_log": round(r.formed_log, 4) if r.formed else None, "looks": len(r.scores)}
        for (c, t), r in zip(made, readings)
    ]


def measure_condition(job: tuple[str, int, int]) -> tuple[dict, np.ndarray, list[dict]]:
    """One field in one condition: figures of both hands, what `judged` says of twice as many crops of the calibration writers, crops for the fixture."""
    field, number, count = job
    torch.set_num_threads(1)
    run, condition, rows = runner_of(field), CONDITIONS[number], {}
    for hand in HANDS:
        rng = np.random.default_rng(900 + number)
        made = [make_crop(field, rng, condition, "test", neat=hand == "neat") for _ in range(count)]
        true = [text for _, text in made]
        readings = read_all(run, np.stack([crop for crop, _ in made]), field)
        rows[hand] = {**measured(readings, true, FORMS[field][0]), "lists": [score_lists(readings[:100], true[:100], field, size, rng) for size in LIST_SIZES]}
        print(field, condition, hand, rows[hand], flush=True)
    rng = np.random.default_rng(700 + number)
    made = [make_crop(field, rng, condition, "dev") for _ in range(2 * count)]
    readings = read_all(run, np.stack([crop for crop, _ in made]), field)
    return rows, judged(field, readings, [text for _, text in made]), fixture_of(made[:12], readings[:12])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--data", type=Path, default=OUT.parents[2] / "shared/data")
    options = parser.parse_args()
    report: dict = {"fields": {}}
    facts = json.loads((OUT / "model.json").read_text())
    fixture = {}
    jobs = [(field, number, options.count) for field in FILES for number in range(len(CONDITIONS))]
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        results = dict(zip(jobs, pool.imap(measure_condition, jobs, chunksize=1)))
    for field in FILES:
        own = [results[job] for job in jobs if job[0] == field]
        entry = report["fields"][field] = {"conditions": {name: rows for name, (rows, _, _) in zip(CONDITIONS, own)}}
        fixture[field] = own[0][2]
        calibration, entry["calibration"] = calibrated(*np.concatenate([pairs for _, pairs, _ in own]).T)
        print(field, entry["calibration"], flush=True)
        facts[f"{field}_reader"] = {"name": f"outpost/pocket-{field}-reader", "alphabet": ALPHABETS[field], "calibration": calibration, "margin_ratio": 0.3, "end_margin_ratio": 0.5}
        if field == "register":
            for name, strings in (("orand_car_a", orand_strings), ("nsysu", nsysu_strings)):
                crops, true = strings(options.data)
                entry[name] = measured(read_all(runner_of(field), crops, field), true, FORMS[field][0])
                print(name, entry[name], flush=True)
    (OUT / "model.json").write_text(json.dumps(facts, indent=2) + "\n")
    (OUT / "reports/readers.json").write_text(json.dumps(report, indent=2) + "\n")
    (OUT / "fixtures/readings.json").write_text(json.dumps(fixture, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
