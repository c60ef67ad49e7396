"""First weights of two heads that look back, so that copying need not be found by chance: an induction circuit (Olsson et al., 2022).

In the first layer three heads attend one, two and three tokens back, and the first writes what it finds there into the stream. In the
second layer a head asks where the current token stood before, by what was written, and brings what came after it. Training changes all of it.
"""

from __future__ import annotations

import torch

from decoder import Decoder

ALIKE = 8
"""Places of the embedding that are the same in all tokens: rotary positions can only be told from something that is always there."""
LEVEL = 2.0
SHARP = 5.7
PAIRS = 4
"""Pairs with the fastest rotations, which tell one place from the next."""
SLOW = 6
"""Pairs from here on turn slowly enough to compare contents over a hundred tokens."""


@torch.no_grad()
def prime(model: Decoder) -> None:
    shape = model.shape
    half = shape.head // 2
    words = model.model.embed_tokens.weight
    words[:, :ALIKE] = LEVEL
    level = ALIKE * LEVEL / (1 + ALIKE * (LEVEL**2 - 1) / shape.hidden) ** 0.5
    rates = shape.theta ** (-torch.arange(PAIRS, dtype=torch.float32) / half)
    first, second = model.model.layers[0].self_attn, model.model.layers[1].self_attn

    first.k_proj.weight[: shape.head] = 0
    first.k_proj.weight[:PAIRS, :ALIKE] = SHARP / level
    for head in range(shape.heads // shape.kv_heads):
        start, back = head * shape.head, head + 1
        first.q_proj.weight[start : start + shape.head] = 0
        first.q_proj.weight[start : start + PAIRS, :ALIKE] = (SHARP / level * (back * rates).cos())[:, None]
        first.q_proj.weight[start + half : start + half + PAIRS, :ALIKE] = (-SHARP / level * (back * rates).sin())[:, None]
    content = first.v_proj.weight[: shape.head]
    content[:, :ALIKE] = 0
    written = torch.randn(shape.hidden, shape.head) * 0.17
    first.o_proj.weight[:, : shape.head] = written

    slow = [place for place in range(shape.head) if place % half >= SLOW]
    second.q_proj.weight[: shape.head] = 0
    second.k_proj.weight[: shape.head] = 0
    second.q_proj.weight[slow] = content[slow]
    second.k_proj.weight[slow] = written.T[slow] * 0.8
    second.v_proj.weight[: shape.head, :ALIKE] = 0
    second.o_proj.weight[:, : shape.head] = second.v_proj.weight[: shape.head].T * 3
