"""Writes vision.onnx, text.onnx and model.json from cache/siglip.pt: `python export_pocket.py`.

Weights are stored in 16 bits and read as 32 (a Cast after each, which ONNX Runtime folds away on opening). Checks that both graphs
give PyTorch's vectors, and the same bytes for an input alone and in a batch.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from dual_encoder import DIMENSIONS, PAD, TEXT_LENGTH, DualEncoder
from swatch_pool import SwatchPool
from swatches import SIZE, make_swatch
from towers import FOLDER, Towers
from train import STATE, Captions, settle, to_pixels


def store_in_half(path) -> None:
    """Replaces float32 initializers of 256 numbers and more by float16 ones with a Cast."""
    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for weight in list(graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < 256:
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), weight.name + "_half")
        casts.append(helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT))
        graph.initializer.remove(weight)
        graph.initializer.append(half)
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def export(module: torch.nn.Module, example: torch.Tensor, name: str, given: str, gives: str) -> None:
    path = FOLDER / name
    torch.onnx.export(module, (example,), str(path), input_names=[given], output_names=[gives], dynamic_axes={given: {0: "batch"}, gives: {0: "batch"}}, opset_version=17, dynamo=False)
    store_in_half(path)


def check_batches(run, inputs: np.ndarray, name: str) -> None:
    """The same bytes alone and in batches of 2, 7 and all."""
    whole = run(inputs)
    for size in (1, 2, 7):
        parts = np.concatenate([run(inputs[k:k + size]) for k in range(0, len(inputs), size)])
        different = int((parts != whole).any(1).sum())
        if different:
            raise SystemExit(f"{name}: {different} of {len(whole)} vectors differ between batches of {size} and {len(whole)}, by up to {np.abs(parts - whole).max()}.")


def main() -> None:
    torch.set_num_threads(1)
    state = torch.load(STATE, weights_only=True)
    captions = Captions(1)
    model = DualEncoder(captions.tokenizer.get_vocab_size())
    model.load_state_dict(state["average"])
    pool = SwatchPool()
    model = settle(model, to_pixels(pool.pictures[:1536]))
    export(model.image, torch.zeros(2, 3, SIZE, SIZE), "vision.onnx", "pixel_values", "image_embeds")
    export(model.text, torch.ones(2, TEXT_LENGTH, dtype=torch.int64), "text.onnx", "input_ids", "text_embeds")
    entry = lambda name: {"path": name, "sha256": hashlib.sha256((FOLDER / name).read_bytes()).hexdigest(), "bytes": (FOLDER / name).stat().st_size}
    facts = {
        "name": "outpost/pocket-siglip", "dimensions": DIMENSIONS,
        "image": {"size": SIZE, "mean": [0.5] * 3, "std": [0.5] * 3, "resample": "bilinear"},
        "text": {"length": TEXT_LENGTH, "pad_id": PAD, "lowercase": True},
        "logit_scale": round(model.log_scale.exp().item(), 4), "logit_bias": round(model.bias.item(), 4),
        "precision": "fp32", "licence": "Apache-2.0", "source": "models/pocket-siglip/README.md",
        "files": [entry(name) for name in ("vision.onnx", "text.onnx", "tokenizer.json")],
        "training": {"steps": state["step"], "processor_minutes": round(state["spent"] / 60, 1), "pictures": pool.filled, "loss": "sigmoid"},
    }
    (FOLDER / "model.json").write_text(json.dumps(facts, indent=2) + "\n")
    towers = Towers()
    pictures = np.stack([make_swatch(seed, True)[0] for seed in range(70_000, 70_040)])
    texts = ["", "dark oak floor", "navy", "a photo of a glossy teal herringbone tile wall"] * 9 + ["xylophone " * 80]
    ids = np.array([e.ids for e in towers.tokenizer.encode_batch(texts)], np.int64)
    pixels = to_pixels(pictures).contiguous().numpy()
    with torch.no_grad():
        image_error = np.abs(model.image(torch.from_numpy(pixels)).numpy() - towers.embed_images(pictures)).max()
        text_error = np.abs(model.text(torch.from_numpy(ids)).numpy() - towers.embed_texts(texts)).max()
    print(f"largest differences from PyTorch: {image_error:.5f} (pictures), {text_error:.5f} (texts)")
    check_batches(lambda part: towers.vision.run(None, {"pixel_values": part})[0], pixels, "vision.onnx")
    check_batches(lambda part: towers.text.run(None, {"input_ids": part})[0], ids, "text.onnx")
    print(f"the same bytes in every batch; {sum(f['bytes'] for f in facts['files'])} bytes")


if __name__ == "__main__":
    main()
