"""The exported towers, as a Space runs them: texts and pictures to unit vectors through ONNX Runtime on one thread."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

FOLDER = Path(__file__).resolve().parent.parent


class Towers:
    """Both sessions, the tokenizer and model.json of a folder."""

    def __init__(self, folder: Path = FOLDER):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.facts = json.loads((folder / "model.json").read_text())
        self.vision = onnxruntime.InferenceSession(str(folder / "vision.onnx"), options, providers=["CPUExecutionProvider"])
        self.text = onnxruntime.InferenceSession(str(folder / "text.onnx"), options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def embed_images(self, pictures: np.ndarray, batch: int = 32) -> np.ndarray:
        """uint8 [n, S, S, 3] to float32 [n, 1152]."""
        pixels = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)).astype(np.float32) / 127.5 - 1
        return np.concatenate([self.vision.run(None, {"pixel_values": pixels[k:k + batch]})[0] for k in range(0, len(pixels), batch)])

    def embed_texts(self, texts: list[str], batch: int = 64) -> np.ndarray:
        """float32 [n, 1152]."""
        ids = np.array([encoded.ids for encoded in self.tokenizer.encode_batch([text.lower() for text in texts])], np.int64)
        return np.concatenate([self.text.run(None, {"input_ids": ids[k:k + batch]})[0] for k in range(0, len(ids), batch)])
