"""The exported files in ONNX Runtime: prefill, decoding, padded batches."""

from __future__ import annotations

import numpy as np
import onnxruntime

from decoder import Shape
from make_tokenizer import FOLDER

Cache = dict[str, np.ndarray]


class PocketSession:
    def __init__(self, shape: Shape, threads: int = 1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.shape = shape
        self.session = onnxruntime.InferenceSession(str(FOLDER / "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.names = [output.name for output in self.session.get_outputs()]

    def empty(self, batch: int) -> Cache:
        none = np.zeros((batch, self.shape.kv_heads, 0, self.shape.head), np.float32)
        return {f"past_key_values.{layer}.{part}": none for layer in range(self.shape.layers) for part in ("key", "value")}

    def run(self, ids: np.ndarray, mask: np.ndarray, past: Cache) -> tuple[np.ndarray, Cache]:
        """Logits [batch, sequence, vocabulary] and the cache after these tokens. ids, mask: int64."""
        logits, *present = self.session.run(self.names, {"input_ids": ids, "attention_mask": mask, **past})
        return logits, {name.replace("present", "past_key_values"): value for name, value in zip(self.names[1:], present)}

    def prefill(self, ids: list[int]) -> tuple[np.ndarray, Cache]:
        return self.run(np.array([ids]), np.ones((1, len(ids)), np.int64), self.empty(1))

    def follow(self, ids: list[int], past: Cache) -> tuple[np.ndarray, Cache]:
        """Further tokens of one sequence."""
        length = next(iter(past.values())).shape[2] + len(ids)
        return self.run(np.array([ids]), np.ones((1, length), np.int64), past)

    def generate(self, ids: list[int], count: int, ends: set[int], choose=lambda logits: int(logits.argmax())) -> list[int]:
        """Up to `count` tokens; the end token, where it comes, is the last. Greedy unless `choose` picks otherwise."""
        logits, past = self.prefill(ids)
        out: list[int] = []
        while len(out) < count:
            out.append(choose(logits[0, -1]))
            if out[-1] in ends:
                break
            logits, past = self.follow([out[-1]], past)
        return out
