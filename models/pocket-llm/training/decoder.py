"""The model: a Llama (Touvron et al., 2023) with grouped key/value heads, rotary positions, SwiGLU and tied embeddings.

Parameters are named as in transformers' LlamaForCausalLM, so that its weights load there (evaluate.py compares the two).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """Sizes. `context` is the number of positions that the export has rotations for."""

    vocabulary: int = 4096
    hidden: int = 288
    inner: int = 768
    layers: int = 3
    heads: int = 9
    kv_heads: int = 3
    head: int = 32
    context: int = 2048
    theta: float = 10_000.0
    epsilon: float = 1e-5


def rotations(shape: Shape, length: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Cosines and sines, float32 [length, head / 2]."""
    rates = shape.theta ** (-torch.arange(0, shape.head, 2, dtype=torch.float32) / shape.head)
    angles = torch.outer(torch.arange(length, dtype=torch.float32), rates)
    return angles.cos(), angles.sin()


def rotated(x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Turns the pairs (i, i + head / 2) of [batch, heads, length, head]."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat([first * cos - second * sin, second * cos + first * sin], dim=-1).to(x.dtype)


ROWS = 128
"""Queries at a time."""


def attend(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Causal attention: q [batch, heads, length, head], k and v [batch, kv_heads, length, head]. Two to three times as fast on a CPU as
    scaled_dot_product_attention where heads are small."""
    batch, heads, length, size = q.shape
    kv_heads = k.shape[1]
    q = (q * size**-0.5).view(batch, kv_heads, heads // kv_heads, length, size)
    ahead = torch.full((ROWS, ROWS), float("-inf"), dtype=q.dtype).triu(1)
    parts = []
    for start in range(0, length, ROWS):
        end = min(start + ROWS, length)
        rows = end - start
        scores = q[:, :, :, start:end].reshape(batch, kv_heads, -1, size) @ k[:, :, :end].transpose(-1, -2)
        scores = scores.view(batch, kv_heads, -1, rows, end)
        scores[..., start:].add_(ahead[:rows, :rows])
        mixed = torch.softmax(scores, -1).view(batch, kv_heads, -1, end) @ v[:, :, :end]
        parts.append(mixed.view(batch, kv_heads, -1, rows, size))
    return torch.cat(parts, dim=3).reshape(batch, heads, length, size)


class Attention(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.q_proj = nn.Linear(shape.hidden, shape.heads * shape.head, bias=False)
        self.k_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head, bias=False)
        self.v_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head, bias=False)
        self.o_proj = nn.Linear(shape.heads * shape.head, shape.hidden, bias=False)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        batch, length, _ = x.shape
        q, k, v = (part(x).view(batch, length, -1, self.shape.head).transpose(1, 2) for part in (self.q_proj, self.k_proj, self.v_proj))
        mixed = attend(rotated(q, cos, sin), rotated(k, cos, sin), v)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, -1))


class Feed(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden, shape.inner, bias=False)
        self.up_proj = nn.Linear(shape.hidden, shape.inner, bias=False)
        self.down_proj = nn.Linear(shape.inner, shape.hidden, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)
        self.mlp = Feed(shape)

    def forward(self, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin)
        return x + self.mlp(self.post_attention_layernorm(x))


class Trunk(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.hidden, eps=shape.epsilon)


class Decoder(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        self.model = Trunk(shape)
        # Tokens enter the stream as large as what layers add to it, or nothing could be copied; the last norm makes up for it in the logits.
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                nn.init.normal_(weight, std=1.0 if "embed" in name else weight.shape[1] ** -0.5)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                nn.init.zeros_(weight)
        nn.init.constant_(self.model.norm.weight, 0.02)

    def states(self, ids: torch.Tensor) -> torch.Tensor:
        """Token numbers [batch, length] to the normed last states [batch, length, hidden]."""
        cos, sin = rotations(self.shape, ids.shape[1])
        x = self.model.embed_tokens(ids)
        for layer in self.model.layers:
            x = layer(x, cos, sin)
        return self.model.norm(x)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Logits [batch, length, vocabulary]."""
        return functional.linear(self.states(ids), self.model.embed_tokens.weight)
