"""Which captions are true of which pictures.

A caption claims values of some attributes. Each claim is two sets of values: those that make it true, and those of which it is
unclear (a navy cushion and the word "blue"); any other value makes it false. A pair of picture and caption is +1 where all claims
are true, -1 where one is false, else 0 and left out of the loss. So "a wooden floor" is no wrong caption of another wooden floor.
"""

from __future__ import annotations

import torch

from attributes import COLOURS, FINISHES, KIND_VALUES, MATERIALS, PATTERNS, SCENES, STYLES
from swatches import also_shown
from textures import Look

VALUES = {
    "material": MATERIALS, "kind": KIND_VALUES, "colour": tuple(COLOURS), "accent": ("",) + tuple(COLOURS), "pattern": PATTERNS,
    "finish": FINISHES, "style": STYLES, "scene": SCENES, "also": ("",) + PATTERNS,
}
NAMES = tuple(VALUES)
CLAIMED = NAMES[:8]
ANYTHING = -1  # all bits set


def to_codes(look: Look) -> list[int]:
    """Indices of a picture's values, in the order of NAMES."""
    return [VALUES[name].index(getattr(look, name) if name != "also" else also_shown(look)) for name in NAMES]


def bits(attribute: str, values) -> int:
    """A set of values as an integer."""
    return sum(1 << VALUES[attribute].index(value) for value in values)


class Claims:
    """What a caption claims: per attribute of CLAIMED the values that are right and those that are unclear, as bits."""

    def __init__(self):
        self.right = [ANYTHING] * len(CLAIMED)
        self.unclear = [0] * len(CLAIMED)

    def claim(self, attribute: str, right, unclear=()) -> None:
        place = CLAIMED.index(attribute)
        self.right[place] &= bits(attribute, right)
        self.unclear[place] |= bits(attribute, unclear)


def truth(codes: torch.Tensor, right: torch.Tensor, unclear: torch.Tensor) -> torch.Tensor:
    """codes int64 [n, 9] against claims int64 [m, 8]: float [n, m] of +1, 0 (unclear), -1."""
    result = torch.ones(len(codes), len(right))
    colour, accent, pattern, also = (NAMES.index(name) for name in ("colour", "accent", "pattern", "also"))
    for place in range(len(CLAIMED)):
        holds = (right[None, :, place] >> codes[:, None, place]) & 1
        maybe = (unclear[None, :, place] >> codes[:, None, place]) & 1
        if place == colour:  # the colour of the stripes is no wrong colour
            maybe = maybe | ((right[None, :, place] << 1 >> codes[:, None, accent]) & 1)
        elif place == accent:
            maybe = maybe | ((right[None, :, place] >> 1 >> codes[:, None, colour]) & 1)
        elif place == pattern:
            maybe = maybe | ((right[None, :, place] << 1 >> codes[:, None, also]) & 1)
        value = torch.where(holds > 0, 1.0, torch.where(maybe > 0, 0.0, -1.0))
        result = torch.minimum(result, value)
    return result
