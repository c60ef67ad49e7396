"""Measures the exported towers on pictures no training saw: `python evaluate.py`, into reports/pocket-siglip.json.

Held-out: combinations of material, colour and pattern that training never had. Seen: new pictures of the other combinations.
"""

from __future__ import annotations

import argparse
import json
import time

import cv2
import numpy as np
import torch

from aspect_search import aspect_report
from captions import make_caption
from catalogue_search import catalogue_report
from claims import NAMES, to_codes, truth
from swatches import make_swatch
from towers import FOLDER, Towers
from zero_shot import zero_shot

FIRST_SEED = 200_000


def recall(scores: np.ndarray) -> dict:
    """Of queries (rows), the share whose own answer (same number) is first, and among the first five."""
    rank = (scores > np.diag(scores)[:, None]).sum(1)
    return {f"recall@{k}": round(float((rank < k).mean()), 4) for k in (1, 5, 10)}


def retrieval(towers: Towers, pictures: np.ndarray, looks: list, vectors: np.ndarray, size: int) -> dict:
    """Captions that name everything, among pictures of which no two show the same."""
    first = {look: k for k, look in reversed(list(enumerate(looks)))}
    chosen = sorted(first.values())[:size]
    rng = np.random.default_rng(3)
    texts = towers.embed_texts([make_caption(looks[k], rng, full=True)[0] for k in chosen])
    scores = texts @ vectors[chosen].T
    return {"count": len(chosen), "text to image": recall(scores), "image to text": recall(scores.T)}


def pairs(towers: Towers, looks: list, codes: np.ndarray, vectors: np.ndarray) -> dict:
    """Whether sigmoid(scale * cosine + bias) of 0.5 divides true from false captions of all kinds."""
    rng = np.random.default_rng(4)
    made = [make_caption(look, rng) for look in looks[:1000]]
    right = truth(torch.from_numpy(codes.astype(np.int64)), torch.tensor([c.right for _, c in made]), torch.tensor([c.unclear for _, c in made])).numpy()
    said = towers.facts["logit_scale"] * vectors @ towers.embed_texts([text for text, _ in made]).T + towers.facts["logit_bias"] > 0
    return {"precision": round(float((right[said] > 0).sum() / max(1, (right[said] != 0).sum())), 4), "recall": round(float(said[right > 0].mean()), 4), "true share": round(float((right > 0).mean()), 4)}


def milliseconds(run, count: int = 60) -> float:
    """Median processor milliseconds of one call."""
    spent = []
    for _ in range(count):
        started = time.process_time()
        run()
        spent.append(time.process_time() - started)
    return round(float(np.median(spent)) * 1000, 2)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=2000)
    options = options.parse_args()
    cv2.setNumThreads(1)
    towers = Towers()
    report: dict = {"model": {key: towers.facts[key] for key in ("name", "training", "logit_scale", "logit_bias")}, "files": towers.facts["files"], "zero-shot": {}}
    for name, held_out in (("seen combinations", False), ("held-out combinations", True)):
        made = [make_swatch(FIRST_SEED + k, held_out) for k in range(options.count)]
        pictures, looks = np.stack([picture for picture, _ in made]), [look for _, look in made]
        codes = np.array([to_codes(look) for look in looks])
        vectors = towers.embed_images(pictures)
        report["zero-shot"][name] = zero_shot(vectors, codes, NAMES, towers.embed_texts)
        print(name, report["zero-shot"][name], flush=True)
    report["retrieval"] = retrieval(towers, pictures, looks, vectors, 1000)
    report["pairs"] = pairs(towers, looks, codes, vectors)
    report["aspects"] = aspect_report(vectors, codes, NAMES, towers.embed_texts)
    report["catalogue"] = catalogue_report(towers)
    report["milliseconds"] = {"image": milliseconds(lambda: towers.embed_images(pictures[:1])), "text": milliseconds(lambda: towers.embed_texts(["dark oak floor"]))}
    print(json.dumps({key: report[key] for key in ("retrieval", "pairs", "aspects", "catalogue", "milliseconds")}, indent=1))
    (FOLDER / "reports").mkdir(exist_ok=True)
    (FOLDER / "reports/pocket-siglip.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
