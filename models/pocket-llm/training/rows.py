"""Documents as rows of token numbers for training, with a weight for each token's loss."""

from __future__ import annotations

import os
import random
from typing import Iterator

import numpy as np

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from chat import END_OF_TEXT, END_OF_TURN, START_OF_TURN  # noqa: E402
from make_tokenizer import load_tokenizer  # noqa: E402

PROMPT_WEIGHT = 0.1
"""What a token of a prompt counts for: it is mostly a matter of chance what people ask."""

USUAL_ANSWER = 100
"""Tokens of an answer whose tokens count 1. Those of a slogan count more and those of a long card less, as the root of the length has it:
otherwise cards would be almost all that is learnt."""

Turns = list[tuple[str, str]]
"""(role, text): "system", "user" and "assistant" in chat format; or "prompt" and "text", which stand as they are."""


def weight_of(answer: list[int]) -> float:
    return (USUAL_ANSWER / max(6, len(answer))) ** 0.5


class Encoder:
    def __init__(self):
        self.tokenizer = load_tokenizer()
        self.end, self.start, self.stop = (self.tokenizer.token_to_id(token) for token in (END_OF_TEXT, START_OF_TURN, END_OF_TURN))
        self.newline = self.tokenizer.encode("\n").ids

    def ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def encode(self, turns: Turns) -> tuple[list[int], list[float]]:
        """Token numbers, closed by the end of text, and the weight of each as an aim."""
        ids: list[int] = []
        weights: list[float] = []

        def put(more: list[int], weight: float) -> None:
            ids.extend(more)
            weights.extend([weight] * len(more))

        for role, text in turns:
            if role in ("prompt", "text"):
                text_ids = self.ids(text)
                put(text_ids, PROMPT_WEIGHT if role == "prompt" else weight_of(text_ids))
                continue
            put([self.start, *self.ids(f"{role}\n")], 0.0)
            if role == "assistant":
                answer = [*self.ids(text), self.stop]
                put(answer, weight_of(answer))
                put(self.newline, 0.0)
            else:
                put(self.ids(text), PROMPT_WEIGHT)
                put([self.stop, *self.newline], 0.0)
        put([self.end], weights[-1] if turns[-1][0] == "text" else 0.0)
        return ids, weights


def make_rows(documents: Iterator[Turns], encoder: Encoder, length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` rows of length + 1 tokens, int64, and weights float32. Each row starts with a document; what does not fit is cut off."""
    tokens = np.full((count, length + 1), encoder.end, np.int64)
    weights = np.zeros((count, length + 1), np.float32)
    for row in range(count):
        place = 0
        while place < length - 8:
            ids, marks = encoder.encode(next(documents))
            room = length + 1 - place
            tokens[row, place : place + len(ids)] = ids[:room]
            weights[row, place : place + len(ids)] = marks[:room]
            place += len(ids)
    return tokens, weights


def make_drill(rng: np.random.Generator, vocabulary: int, length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of random tokens, each run repeated two to four times; only repetitions count. Nothing can be learnt from them but to look back,
    which comes late by itself (Olsson et al., In-context Learning and Induction Heads, 2022) and which every answer needs."""
    tokens = np.zeros((count, length + 1), np.int64)
    weights = np.zeros((count, length + 1), np.float32)
    for row in range(count):
        place = 0
        while place <= length:
            run = rng.integers(3, vocabulary, rng.integers(3, 40))
            times = int(rng.integers(2, 5))
            filled = np.tile(run, times)[: length + 1 - place]
            tokens[row, place : place + len(filled)] = filled
            weights[row, place + len(run) + 1 : place + len(filled)] = 1.0
            place += len(filled)
    return tokens, weights


def endless(make, seed: list[int]) -> Iterator[Turns]:
    rng = random.Random(str(seed))
    while True:
        yield make(rng)
