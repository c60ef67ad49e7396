"""What the Space does with a reader's output (spaces/answer-sheet-ml/src/read-text.ts), for measuring and calibrating.

`Reading` of a crop: the free text, the text of the field's form, and the log probability of each; crops that are not sure
at first sight are looked at four more times and the looks vote. A fixture holds the two implementations together.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
from torch.nn import functional

from field_crops import ALPHABETS, HEIGHT

# spaces/answer-sheet-ml/src/model.ts: sureEnough, cropViews as (narrow, lower, lean), defaultPatterns.
SURE_ENOUGH = 0.99
VIEWS = ((1.08, 1.0, 0.0), (1.0, 1.0, 0.08), (1.0, 1.0, -0.08), (1.04, 0.94, 0.0))
FORMS = {"register": (r"\d{12}", 12), "subject": (r"[A-Z0-9]{2,10}", 10)}


@dataclass
class Reading:
    """Texts may be empty; `scores` [looks, T, classes] are log probabilities."""

    free: str
    free_log: float
    formed: str
    formed_log: float
    scores: torch.Tensor


def add_logs(a: float, b: float) -> float:
    if a == -math.inf:
        return b
    if b == -math.inf:
        return a
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def beam(rows: list[list[float]], alphabet: str, width: int, longest: int | None = None) -> list[str]:
    """Prefix beam search; texts, not their likelihoods."""
    prefixes = {"": (0.0, -math.inf)}
    for row in rows:
        likely = [c for c in range(1, len(row)) if row[c] > -12]
        following: dict[str, tuple[float, float]] = {}
        for text, (blank, label) in prefixes.items():
            total = add_logs(blank, label)
            same = following.get(text, (-math.inf, -math.inf))
            stay = label + row[alphabet.index(text[-1]) + 1] if text else -math.inf
            following[text] = (add_logs(same[0], total + row[0]), add_logs(same[1], stay))
            if longest is not None and len(text) >= longest:
                continue
            for c in likely:
                character = alphabet[c - 1]
                before = blank if text.endswith(character) else total
                if before == -math.inf:
                    continue
                old = following.get(text + character, (-math.inf, -math.inf))
                following[text + character] = (old[0], add_logs(old[1], before + row[c]))
        prefixes = dict(sorted(following.items(), key=lambda item: -add_logs(*item[1]))[:width])
    return list(prefixes)


def log_likelihoods(scores: torch.Tensor, texts: list[str], alphabet: str) -> np.ndarray:
    """Log of the mean probability over the looks [k, T, classes] of each text, all alignments summed."""
    targets = torch.tensor([alphabet.index(c) + 1 for t in texts for c in t], dtype=torch.long)
    lengths, steps = torch.tensor([len(t) for t in texts]), torch.full((len(texts),), scores.shape[1])
    each = [-functional.ctc_loss(look[:, None].expand(-1, len(texts), -1), targets, steps, lengths, reduction="none").numpy() for look in scores]
    return np.logaddexp.reduce(np.stack(each).astype(np.float64), 0) - math.log(len(each))


def best_of(scores: torch.Tensor, alphabet: str, width: int, count: int, longest: int | None, form: str | None) -> tuple[str, float]:
    texts: set[str] = set()
    for look in scores:
        found = [t for t in beam(look.tolist(), alphabet, width, longest) if form is None or re.fullmatch(form, t)]
        if found:
            own = log_likelihoods(look[None], found, alphabet)
            texts.update(found[k] for k in np.argsort(-own)[:count])
    if not texts:
        return "", -math.inf
    listed = sorted(texts)
    values = log_likelihoods(scores, listed, alphabet)
    return listed[int(values.argmax())], float(values.max())


def judge(scores: torch.Tensor, field: str) -> Reading:
    alphabet, (form, longest) = ALPHABETS[field], FORMS[field]
    free, free_log = best_of(scores, alphabet, 16, 4, None, None)
    if re.fullmatch(form, free):
        return Reading(free, free_log, free, free_log, scores)
    formed, formed_log = best_of(scores, alphabet, 24, 4, longest, form)
    return Reading(free, free_log, formed, formed_log, scores)


def looked_at(crops: np.ndarray, view: tuple[float, float, float]) -> np.ndarray:
    """uint8 [n, 32, W] as float32 [n, 1, 32, W] of a reader's input, seen differently."""
    narrow, lower, lean = view
    images = torch.from_numpy(crops[:, None].astype(np.float32) / 127.5 - 1)
    width = images.shape[3]
    theta = torch.tensor([[narrow, lean * HEIGHT / width, narrow - 1], [0, lower, 0]]).expand(len(images), -1, -1)
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return (functional.grid_sample(images - 1, grid, mode="bilinear", padding_mode="zeros", align_corners=False) + 1).numpy()


def read_all(run: Callable[[np.ndarray], np.ndarray], crops: np.ndarray, field: str) -> list[Reading]:
    """Readings of uint8 crops [n, 32, W]. `run`: input [n, 1, 32, W] to logits [n, T, classes]."""
    def see(images: np.ndarray) -> torch.Tensor:
        return torch.cat([torch.from_numpy(run(images[k:k + 32])).log_softmax(2) for k in range(0, len(images), 32)])

    first = see(crops[:, None].astype(np.float32) / 127.5 - 1)
    readings = [judge(scores[None], field) for scores in first]
    unsure = [k for k, r in enumerate(readings) if math.exp(r.formed_log if r.formed else r.free_log) < SURE_ENOUGH]
    if unsure:
        looks = [see(looked_at(crops[unsure], view)) for view in VIEWS]
        for place, index in enumerate(unsure):
            readings[index] = judge(torch.stack([first[index], *(look[place] for look in looks)]), field)
    return readings
