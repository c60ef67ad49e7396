"""Where training keeps its state, and how it is read."""

from __future__ import annotations

from pathlib import Path

import torch

CACHE = Path(__file__).parent / "cache"
STATE = CACHE / "pocket-llm.pt"
EXPORTED = CACHE / "exported.pt"
"""The part of the state that was exported last: training may have gone on since."""


def load_state(path: str | Path = STATE) -> dict:
    return torch.load(path, weights_only=True)
