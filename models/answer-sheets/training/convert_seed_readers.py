"""Turns CRNN checkpoints (.pth) into the Space's readers: `python convert_seed_readers.py OUT_DIR --register a.pth --subject b.pth`.

Names of layers differ between trainings, their order and shapes do not: tensors are taken in the order of the file. Nothing
in the pickle is run, see convert_seed_detector.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from convert_seed_detector import read_pickle
from crnn import CHANNELS, Crnn, export

# Kind, file of the Space, width the original service pulls crops to.
KINDS = {"register": ("register-reader.onnx", 256), "subject": ("subject-reader.onnx", 128)}


def tensors_of(path: Path) -> dict[str, torch.Tensor]:
    """The state, unwrapped as the original service unwraps it."""
    state = read_pickle(path)
    for wrap in ("model_state_dict", "state_dict", "model"):
        if isinstance(state, dict) and wrap in state:
            state = state[wrap]
    if not isinstance(state, dict) and hasattr(state, "state_dict"):
        state = state.state_dict()
    return {key: value.float() for key, value in state.items() if isinstance(value, torch.Tensor) and value.is_floating_point()}


def rebuild(tensors: dict[str, torch.Tensor]) -> Crnn:
    """The CRNN the tensors make up. Raises ValueError when they make up another architecture."""
    convolutions = [key for key, value in tensors.items() if value.ndim == 4]
    running = [key.removesuffix("running_mean") for key in tensors if key.endswith("running_mean")]
    if tuple(tensors[key].shape[0] for key in convolutions) != CHANNELS:
        raise ValueError("This is not the CRNN with seven convolutions of 64, 128, 256, 256, 512, 512 and 512 channels.")
    order = list(tensors)
    places = [order.index(key) for key in convolutions] + [len(order)]
    normalised = tuple(any(places[k] < order.index(norm + "weight") < places[k + 1] for norm in running) for k in range(7))
    linear = [key for key, value in tensors.items() if value.ndim == 2 and "_ih_" not in key and "_hh_" not in key]
    if len(linear) != 1 or sum(normalised) != len(running):
        raise ValueError("This checkpoint has other layers than the CRNN has; convert it with the code that trained it.")
    has_bias = convolutions[0].removesuffix("weight") + "bias" in tensors
    model = Crnn(tensors[linear[0]].shape[0], normalised, has_bias)
    wanted = {key: value for key, value in model.state_dict().items() if value.is_floating_point()}
    recurrent = {key: name for key in wanted if key.startswith("sequence.") for name in tensors if name.endswith(key.removeprefix("sequence."))}
    others = [key for key in wanted if not key.startswith("sequence.")]
    given = [name for name in tensors if name not in recurrent.values()]
    pairs = {**recurrent, **dict(zip(others, given))}
    if len(others) != len(given) or len(pairs) != len(wanted) or any(wanted[k].shape != tensors[n].shape for k, n in pairs.items()):
        raise ValueError("The tensors do not fit the CRNN's layers; convert the checkpoint with the code that trained it.")
    model.load_state_dict({key: tensors[name] for key, name in pairs.items()}, strict=False)
    return model


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--register", type=Path)
    parser.add_argument("--subject", type=Path)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for kind, (file, width) in KINDS.items():
        path = getattr(options, kind)
        if path is not None:
            export(rebuild(tensors_of(path)), str(options.out / file), width)
            print(f"{file} written")


if __name__ == "__main__":
    main()
