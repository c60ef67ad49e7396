"""Writes register-reader.onnx and subject-reader.onnx from cache/readers.pt: `python export_readers.py`.

Input `image` float32 [batch, 1, 32, W], gray / 127.5 - 1; output `logits` float32 [batch, W / 4, classes], class 0 blank.
The trunk is trained on both fields; each export gets batch norms with the statistics of its own field.
"""

from __future__ import annotations

import numpy as np
import torch

from field_crops import WIDTHS, make_crop
from glyphs import CACHE
from reader_model import Readers
from train_readers import settle

OUT = CACHE.parent.parent
FILES = {"register": "register-reader.onnx", "subject": "subject-reader.onnx"}


class OneReader(torch.nn.Module):
    """One field's reader."""

    def __init__(self, readers: Readers, field: str):
        super().__init__()
        self.readers, self.field = readers, field

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.readers(image, self.field)


def main() -> None:
    state = torch.load(CACHE / "readers.pt", weights_only=True)
    readers = Readers()
    readers.load_state_dict(state["average"])
    for field, name in FILES.items():
        rng = np.random.default_rng(77)
        crops = torch.from_numpy(np.stack([make_crop(field, rng, 0.7)[0] for _ in range(2000)]))
        reader = OneReader(settle(readers, field, crops), field).eval()
        torch.onnx.export(
            reader, (torch.zeros(2, 1, 32, WIDTHS[field]),), str(OUT / name), input_names=["image"], output_names=["logits"],
            dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}}, opset_version=17, dynamo=False,
        )
        print(f"{name}: {(OUT / name).stat().st_size} bytes, step {state['step']}")


if __name__ == "__main__":
    main()
