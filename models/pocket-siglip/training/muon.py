"""Muon for matrices and convolutions: momentum whose singular values are all set to about one (Jordan et al., 2024,
https://kellerjordan.github.io/posts/muon), scaled so that a rate tuned for AdamW fits (Liu et al., Muon is Scalable for LLM
Training, 2025)."""

from __future__ import annotations

import torch


def orthogonal(matrix: torch.Tensor, steps: int = 5) -> torch.Tensor:
    """Newton and Schulz' iteration, in bfloat16, with Jordan's coefficients."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.bfloat16()
    turned = x.shape[0] > x.shape[1]
    if turned:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if turned else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """Weights with two dimensions and more; a convolution is the matrix [outputs, inputs * kernel]."""

    def __init__(self, weights, momentum: float = 0.95):
        super().__init__(weights, {"lr": 0.0, "momentum": momentum, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["momentum"] = torch.zeros_like(weight)
                state["momentum"].lerp_(weight.grad, 1 - group["momentum"])
                update = weight.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
                scale = 0.2 * max(update.shape) ** 0.5
                weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.add_(orthogonal(update).reshape(weight.shape), alpha=-group["lr"] * scale)
