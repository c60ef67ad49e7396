"""Turns a YOLOv8 checkpoint (.pt) into the Space's region-detector.onnx: `python convert_seed_detector.py best.pt OUT_DIR [--side 640]`.

Needs PyTorch only. A .pt file is a pickle: nothing in it is run here. Names outside a short list of harmless classes are
replaced by empty shells, and only tensors are taken out. Sizes n to x are told from the tensors' shapes.
"""

from __future__ import annotations

import argparse
import collections
import json
import pickle
import types
from pathlib import Path

import torch
from torch import nn

from yolov8 import YoloV8, export

ALLOWED = {
    ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"), ("torch", "Size"),
    ("torch.nn.parameter", "Parameter"), ("builtins", "set"), ("__builtin__", "set"),
    ("torch", "device"), ("torch.serialization", "_get_layout"),
}


class Shell(nn.Module):
    """Stands in for a class of the file; keeps its attributes, runs nothing."""

    def __init__(self, *_args, **_named):
        super().__init__()

    def __setstate__(self, state):
        self.__dict__.update(state if isinstance(state, dict) else {})


class Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        is_storage = module in ("torch", "torch.storage") and name.endswith("Storage")
        is_dtype = module == "torch" and isinstance(getattr(torch, name, None), torch.dtype)
        if (module, name) in ALLOWED or is_storage or is_dtype:
            return super().find_class(module, name)
        return type(name, (Shell,), {})


def read_pickle(path: Path):
    """What a checkpoint holds, with shells in place of all classes but the harmless ones."""
    guard = types.SimpleNamespace(Unpickler=Unpickler, load=lambda f, **named: Unpickler(f, **named).load(), __name__="guard")
    return torch.load(path, map_location="cpu", weights_only=False, pickle_module=guard)


def read_tensors(path: Path) -> tuple[dict[str, torch.Tensor], list[str]]:
    """The checkpoint's tensors by name ("model.0.conv.weight") and its class names, if it holds them."""
    checkpoint = read_pickle(path)
    model = (checkpoint.get("ema") or checkpoint.get("model")) if isinstance(checkpoint, dict) and "model" in checkpoint else checkpoint
    named = getattr(model, "names", None)
    names = [str(named[k]) for k in sorted(named)] if isinstance(named, dict) else [str(n) for n in named or []]
    tensors = model if isinstance(model, (dict, collections.OrderedDict)) else model.state_dict()
    return {key: value.float() for key, value in tensors.items() if isinstance(value, torch.Tensor) and value.is_floating_point()}, names


def rebuild(tensors: dict[str, torch.Tensor]) -> YoloV8:
    """The architecture that fits the tensors, filled with them. Raises ValueError for anything but YOLOv8 detection."""
    try:
        channels = [tensors[f"model.{k}.conv.weight"].shape[0] for k in (0, 1, 3, 5, 7)]
        classes = tensors["model.22.cv3.0.2.weight"].shape[0]
    except KeyError as missing:
        raise ValueError(f"This is no YOLOv8 detection checkpoint: it has no {missing}.") from None
    counts = [len({key.split(".")[3] for key in tensors if key.startswith(f"model.{k}.m.")}) for k in (2, 4, 6, 8)]
    model = YoloV8(channels, counts, classes)
    result = model.load_state_dict(tensors, strict=False)
    lacking = [key for key in result.missing_keys if not key.endswith("num_batches_tracked")]
    if lacking or result.unexpected_keys:
        raise ValueError(f"This is no YOLOv8 detection checkpoint: {(lacking + result.unexpected_keys)[:3]} do not fit.")
    return model


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--side", type=int, default=640)
    parser.add_argument("--classes", help="names in the order of the outputs, when the file does not say: RegisterNumber,SubjectCode")
    options = parser.parse_args()
    tensors, names = read_tensors(options.checkpoint)
    names = options.classes.split(",") if options.classes else names
    options.out.mkdir(parents=True, exist_ok=True)
    export(rebuild(tensors), str(options.out / "region-detector.onnx"), options.side)
    path = options.out / "model.json"
    facts = json.loads(path.read_text()) if path.exists() else {}
    facts["detector"] = {**facts.get("detector", {}), **({"classes": names} if names else {})}
    path.write_text(json.dumps(facts, indent=2) + "\n")
    print(f"region-detector.onnx written, classes {', '.join(names) or 'as the Space assumes them'}")


if __name__ == "__main__":
    main()
