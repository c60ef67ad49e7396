"""Sentences with gaps: "{a|b} of {topic}" takes one of the choices and fills in names. Choices may hold choices; "{}" cannot be escaped."""

from __future__ import annotations

import random
from functools import lru_cache

from words import capital


def close_of(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return place
    raise ValueError(f"no end of the gap: {text}")


def split_choices(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "|" and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


@lru_cache(maxsize=None)
def parsed(text: str) -> tuple:
    """Pieces: text, (name,) or a tuple of choices, each parsed."""
    pieces: list = []
    place = 0
    while (start := text.find("{", place)) >= 0:
        end = close_of(text, start)
        inside = text[start + 1 : end]
        if start > place:
            pieces.append(text[place:start])
        choices = split_choices(inside)
        pieces.append((choices[0],) if len(choices) == 1 else tuple(parsed(choice) for choice in choices))
        place = end + 1
    if place < len(text):
        pieces.append(text[place:])
    return tuple(pieces)


def filled(pieces: tuple, names: dict, rng: random.Random) -> str:
    out = []
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece[0], str):
            name = piece[0]
            low = name[0].lower() + name[1:]
            value = names[low]
            text = value if isinstance(value, str) else value(rng)
            out.append(capital(text) if name[0].isupper() else text)
        else:
            out.append(filled(piece[int(rng.random() * len(piece))], names, rng))
    return "".join(out)


def fill(frame: str, names: dict, rng: random.Random) -> str:
    """A name with a capital ("{Topic}") starts with one. Values are texts or functions of the generator."""
    return filled(parsed(frame), names, rng)
