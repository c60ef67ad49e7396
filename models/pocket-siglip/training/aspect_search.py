"""Whether the aspect vectors of the Space find what is alike in that aspect: the Space's own words and arithmetic (README, "Aspects").

Per word the mean of its sentences' vectors, made a unit vector; less the mean over the aspect's words. An aspect vector is the mixture of
these directions by softmax(30 * cosine between picture and direction), scaled to length 1.
"""

from __future__ import annotations

import numpy as np

from catalogue_search import run_node

ATTRIBUTE = {"color": "colour", "texture": "pattern", "material": "material", "style": "style"}
NEIGHBOURS = 10


def space_words() -> dict:
    """The words and sentences of spaces/siglip-embed."""
    return run_node("import { aspectWords } from './spaces/siglip-embed/src/aspect-words.ts'; console.log(JSON.stringify(aspectWords));")


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def directions(words: list[str], sentences: list[str], embed) -> np.ndarray:
    """float32 [words, 1152]."""
    vectors = unit(embed([sentence.replace("{}", word) for word in words for sentence in sentences]).reshape(len(words), len(sentences), -1).mean(1))
    return vectors - vectors.mean(0)


def mixture(images: np.ndarray, axes: np.ndarray, sharpness: float) -> np.ndarray:
    """Aspect vectors as the Space makes them."""
    scores = sharpness * images @ unit(axes).T
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return unit(shares / shares.sum(1, keepdims=True) @ axes)


def projection(images: np.ndarray, axes: np.ndarray, kept: float = 0.99) -> np.ndarray:
    """The other candidate: the centred picture, projected on the words' principal components."""
    _, size, components = np.linalg.svd(axes, full_matrices=False)
    rank = int(np.searchsorted(np.cumsum(size ** 2) / (size ** 2).sum(), kept)) + 1
    centred = images - images.mean(0)
    return unit(centred @ components[:rank].T @ components[:rank])


def precision(vectors: np.ndarray, values: np.ndarray, chosen: np.ndarray) -> float:
    """Mean share of a chosen picture's ten nearest other chosen pictures that have its value."""
    rows, labels = vectors[chosen], values[chosen]
    scores = rows @ rows.T
    np.fill_diagonal(scores, -9)
    nearest = np.argpartition(-scores, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    return round(float((labels[nearest] == labels[:, None]).mean()), 4)


def aspect_report(images: np.ndarray, codes: np.ndarray, names: tuple, embed) -> dict:
    """Per vector (base, and both kinds per aspect) the precision at ten of each attribute."""
    value = {aspect: codes[:, names.index(attribute)].astype(int) for aspect, attribute in ATTRIBUTE.items()}
    chosen = {aspect: values > 0 if aspect == "style" else values >= 0 for aspect, values in value.items()}
    row = lambda vectors: {aspect: precision(vectors, value[aspect], chosen[aspect]) for aspect in ATTRIBUTE}
    report = {"neighbours": NEIGHBOURS, "count": len(images), "chance": {a: round(float((np.bincount(value[a][chosen[a]]) ** 2).sum() / chosen[a].sum() ** 2), 4) for a in ATTRIBUTE}, "base": row(images)}
    for aspect, entry in space_words().items():
        axes = directions(entry["words"], entry["sentences"], embed)
        for sharpness in (10, 20, 30, 60):
            report[f"{aspect}, mixture {sharpness}"] = row(mixture(images, axes, sharpness))
        report[f"{aspect}, projection"] = row(projection(images, axes))
    return report
