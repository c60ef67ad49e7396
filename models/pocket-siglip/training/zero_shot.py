"""Prompts and answers of zero-shot classification, for the trainer's checks and the report."""

from __future__ import annotations

import numpy as np

from attributes import COLOURS, FINISHES, MATERIALS, PATTERNS, STYLES
from words import COLOUR_WORDS, FINISH_WORDS, MATERIAL_WORDS, PATTERN_WORDS, STYLE_WORDS

# Several prompts of a value are embedded and averaged.
PROMPTS = {
    "material": ("{}", "made of {}", "{} texture"), "colour": ("{}", "the colour {}", "something {}"), "pattern": ("{}", "{} pattern", "a {} pattern"),
    "finish": ("{} finish", "a {} finish", "a {} surface"), "style": ("{} style", "in {} style", "{} interior"),
}
LABELS = {
    "material": [MATERIAL_WORDS[m][0] for m in MATERIALS], "colour": [COLOUR_WORDS[c][0] for c in COLOURS], "pattern": [PATTERN_WORDS[p][0] for p in PATTERNS],
    "finish": [FINISH_WORDS[f][0] for f in FINISHES], "style": [STYLE_WORDS[s][0] for s in STYLES[1:]],
}


def label_vectors(attribute: str, embed) -> np.ndarray:
    """Unit vectors [values, 1152]; `embed` takes a list of texts."""
    prompts, labels = PROMPTS[attribute], LABELS[attribute]
    vectors = embed([prompt.format(label) for label in labels for prompt in prompts]).reshape(len(labels), len(prompts), -1).mean(1)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def zero_shot(images: np.ndarray, codes: np.ndarray, names: tuple, embed) -> dict[str, dict]:
    """Share of pictures whose own value scores highest, and is among the three highest; style only where a picture has one."""
    report = {}
    for attribute in PROMPTS:
        truth = codes[:, names.index(attribute)].astype(int)
        if attribute == "style":
            truth = truth - 1
        chosen = truth >= 0
        order = np.argsort(-(images[chosen] @ label_vectors(attribute, embed).T), axis=1)
        hit = order == truth[chosen, None]
        report[attribute] = {"top1": round(float(hit[:, 0].mean()), 4), "top3": round(float(hit[:, :3].any(1).mean()), 4), "labels": len(LABELS[attribute]), "count": int(chosen.sum())}
    return report
