"""Writes region-detector.onnx from cache/detector.pt: `python export_detector.py`; outputs as detector_model.ExportedDetector says."""

from __future__ import annotations

import torch

from detector_model import HEIGHT, WIDTH, Detector, ExportedDetector
from glyphs import CACHE

OUT = CACHE.parent.parent
FILE = "region-detector.onnx"


def main() -> None:
    state = torch.load(CACHE / "detector.pt", weights_only=True)
    detector = Detector()
    detector.load_state_dict(state["average"])
    torch.onnx.export(
        ExportedDetector(detector.eval()), (torch.zeros(1, 1, HEIGHT, WIDTH),), str(OUT / FILE), input_names=["image"],
        output_names=["regions", "orientation"], opset_version=17, dynamo=False,
    )
    print(f"{FILE}: {(OUT / FILE).stat().st_size} bytes, step {state['step']}")


if __name__ == "__main__":
    main()
