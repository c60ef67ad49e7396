"""Goes on training from an exported model where no checkpoint was kept: `load_exported(model, path, example)`.

Exports have their batch norms folded into the convolutions. A norm is put back that does nothing to pictures like the
example: its scale and shift are the deviation and the mean of the convolution's own output.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import onnx
import torch
from onnx import numpy_helper
from torch import nn


def executed(model: nn.Module, run: Callable[[], object]) -> list[nn.Module]:
    """Convolutions, norms and linear layers in the order in which `run` calls them."""
    order: list[nn.Module] = []
    handles = [m.register_forward_hook(lambda m, *_: order.append(m)) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d, nn.Linear))]
    run()
    for handle in handles:
        handle.remove()
    return order


@torch.no_grad()
def load_exported(model: nn.Module, path: Path, run: Callable[[], object]) -> None:
    """Puts an export's weights into `model`. `run` calls the model on pictures like those it was trained with."""
    model.eval()
    graph = onnx.load(str(path)).graph
    values = {i.name: torch.tensor(numpy_helper.to_array(i)) for i in graph.initializer}
    layers = [n for n in graph.node if n.op_type in ("Conv", "Gemm")]
    order = executed(model, run)
    weighted = [m for m in order if not isinstance(m, nn.BatchNorm2d)]
    for module, node in zip(weighted, layers, strict=True):
        weight, bias = values[node.input[1]], values[node.input[2]]
        module.weight.copy_(weight)
        place = order.index(module)
        norm = order[place + 1] if place + 1 < len(order) else None
        if not isinstance(norm, nn.BatchNorm2d):
            module.bias.copy_(bias)
            continue
        seen: list[torch.Tensor] = []
        handle = module.register_forward_hook(lambda _, __, output: seen.append(output))
        run()
        handle.remove()
        mean, variance = seen[0].mean((0, 2, 3)), seen[0].var((0, 2, 3), unbiased=False)
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(mean + bias)
    model.train()
