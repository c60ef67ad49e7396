"""Writes region-detector.onnx from cache/detector.pt and the detector's part of model.json: `python export_detector.py`.

The outputs are described by detector_model.ExportedDetector.
"""

from __future__ import annotations

import hashlib
import json

import torch

from detector_model import CLASSES, HEIGHT, WIDTH, Detector, ExportedDetector
from glyphs import CACHE

OUT = CACHE.parent.parent
FILE = "region-detector.onnx"
# Of the regions that are found the readers choose: low enough to miss few, see the table in README.md.
MIN_SCORE, MAX_OVERLAP = 0.3, 0.45


def write_facts(step: int) -> None:
    """The detector's part of model.json; what the readers' export wrote there stays."""
    path, content = OUT / "model.json", (OUT / FILE).read_bytes()
    facts = json.loads(path.read_text()) if path.exists() else {"name": "pocket-sheets"}
    facts["detector"] = {
        "name": "outpost/pocket-region-detector", "file": FILE, "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content), "input": [1, 1, HEIGHT, WIDTH],
        "classes": list(CLASSES), "min_score": MIN_SCORE, "max_overlap": MAX_OVERLAP, "steps": step,
    }
    path.write_text(json.dumps(facts, indent=2) + "\n")


def main() -> None:
    state = torch.load(CACHE / "detector.pt", weights_only=True)
    detector = Detector()
    detector.load_state_dict(state["average"])
    torch.onnx.export(
        ExportedDetector(detector.eval()), (torch.zeros(1, 1, HEIGHT, WIDTH),), str(OUT / FILE), input_names=["image"],
        output_names=["regions", "orientation"], opset_version=17, dynamo=False,
    )
    write_facts(state["step"])
    print(f"{FILE}: {(OUT / FILE).stat().st_size} bytes, step {state['step']}")


if __name__ == "__main__":
    main()
