"""Whether the aspect vectors of the Space find what is alike in that aspect: the Space's own words and arithmetic (README, "Aspects").

Per word the mean of its sentences' vectors, made a unit vector; less the mean over the aspect's words: the word's direction. Half of an
aspect vector is the mixture of the directions by softmax(10 * cosine between picture and direction), half the picture's vector projected
on what the directions span, each scaled to length 1 before and their sum after. Of a text's vector the words' mean is taken off before
the projection.
"""

from __future__ import annotations

import numpy as np

from captions import WORDS
from catalogue_search import run_node
from claims import VALUES

ATTRIBUTE = {"color": "colour", "texture": "pattern", "material": "material", "style": "style"}
NEIGHBOURS = 10
SHARPNESS = 10
MIXTURE_SHARE = 0.5


def space_words() -> dict:
    """The words and sentences of spaces/siglip-embed."""
    return run_node("import { aspectWords } from './spaces/siglip-embed/src/aspect-words.ts'; console.log(JSON.stringify(aspectWords));")


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def directions(words: list[str], sentences: list[str], embed) -> tuple[np.ndarray, np.ndarray]:
    """float32 [words, 1152], and the mean that was taken off, [1152]."""
    vectors = unit(embed([sentence.replace("{}", word) for word in words for sentence in sentences]).reshape(len(words), len(sentences), -1).mean(1))
    return vectors - vectors.mean(0), vectors.mean(0)


def mixture(vectors: np.ndarray, axes: np.ndarray, sharpness: float) -> np.ndarray:
    """The part of an aspect vector that names what is there."""
    scores = sharpness * vectors @ unit(axes).T
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return unit(shares / shares.sum(1, keepdims=True) @ axes)


def projection(vectors: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """The part that keeps what lies between words."""
    _, size, components = np.linalg.svd(axes, full_matrices=False)
    kept = components[size > 1e-3 * size[0]]
    return unit(vectors @ kept.T @ kept)


def aspect_vectors(vectors: np.ndarray, axes: np.ndarray, mean: np.ndarray | float = 0, share: float = MIXTURE_SHARE, sharpness: float = SHARPNESS) -> np.ndarray:
    """As the Space makes them; `mean`, of the words, for vectors of texts."""
    return unit(share * mixture(vectors, axes, sharpness) + (1 - share) * projection(vectors - mean, axes))


def precision(vectors: np.ndarray, values: np.ndarray, chosen: np.ndarray) -> float:
    """Mean share of a chosen picture's ten nearest other chosen pictures that have its value."""
    rows, labels = vectors[chosen], values[chosen]
    scores = rows @ rows.T
    np.fill_diagonal(scores, -9)
    nearest = np.argpartition(-scores, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return round(float((labels[nearest] == labels[:, None]).mean()), 4)


def asked(queries: np.ndarray, queried: np.ndarray, vectors: np.ndarray, values: np.ndarray, chosen: np.ndarray) -> float:
    """Mean share of a word's ten nearest chosen pictures that have its value."""
    nearest = np.argpartition(-queries @ vectors[chosen].T, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return round(float((values[chosen][nearest] == queried[:, None]).mean()), 4)


def aspect_report(images: np.ndarray, codes: np.ndarray, names: tuple, embed) -> dict:
    """Per vector (base, and per aspect the Space's and its neighbours) the precision at ten of each attribute; the same of words."""
    value = {aspect: codes[:, names.index(attribute)].astype(int) for aspect, attribute in ATTRIBUTE.items()}
    chosen = {aspect: values > 0 if aspect == "style" else values >= 0 for aspect, values in value.items()}
    row = lambda vectors: {aspect: precision(vectors, value[aspect], chosen[aspect]) for aspect in ATTRIBUTE}
    report = {"neighbours": NEIGHBOURS, "count": len(images), "chance": {a: round(float((np.bincount(value[a][chosen[a]]) ** 2).sum() / chosen[a].sum() ** 2), 4) for a in ATTRIBUTE}, "base": row(images)}
    report["words"] = {}
    for aspect, entry in space_words().items():
        axes, mean = directions(entry["words"], entry["sentences"], embed)
        found = aspect_vectors(images, axes)
        report[f"{aspect}, as in the Space"] = row(found)
        report[f"{aspect}, mixture alone"] = row(mixture(images, axes, SHARPNESS))
        report[f"{aspect}, projection alone"] = row(projection(images, axes))
        for share, sharpness in ((0.3, SHARPNESS), (0.4, SHARPNESS), (0.6, SHARPNESS), (MIXTURE_SHARE, 5), (MIXTURE_SHARE, 20)):
            report[f"{aspect}, {share} mixture {sharpness}"] = row(aspect_vectors(images, axes, 0, share, sharpness))
        # Values that pictures enough have; every one is asked for by its plain word.
        shown = np.array([k for k, name in enumerate(VALUES[ATTRIBUTE[aspect]]) if name and (value[aspect] == k).sum() >= NEIGHBOURS])
        texts = embed([f"{WORDS[ATTRIBUTE[aspect]][VALUES[ATTRIBUTE[aspect]][k]][0]}{' style' if aspect == 'style' else ''}" for k in shown])
        report["words"][aspect] = {
            "values": len(shown), "base": asked(texts, shown, images, value[aspect], chosen[aspect]),
            "as in the Space": asked(aspect_vectors(texts, axes, mean), shown, found, value[aspect], chosen[aspect]),
        }
    return report
