"""Makes what @huggingface/transformers loads: fp32 and q8 ONNX files of a BERT sentence encoder, from its safetensors.

    python bench/peers/export-onnx.py WEIGHTS_FOLDER OUTPUT_FOLDER

Inputs and output are those of the files on the Hub: input_ids, attention_mask, token_type_ids (int64
[batch, tokens]) -> last_hidden_state. Two settings follow the conversion scripts of transformers.js
(scripts/quantize.py of its repository): q8 is dynamic quantisation of every operator that ONNX Runtime can
quantise, QInt8 weights with one scale per tensor and the full 8-bit range, QUInt8 activations.
"""

import shutil
import sys
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel

weights, output = (Path(argument) for argument in sys.argv[1:3])
(output / "onnx").mkdir(parents=True, exist_ok=True)
for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
    shutil.copy(weights / name, output / name)


class LastHiddenState(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.model = AutoModel.from_pretrained(weights, attn_implementation="eager", dtype=torch.float32).eval()

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state


inputs = ["input_ids", "attention_mask", "token_type_ids"]
axes = {0: "batch", 1: "tokens"}
ones = torch.ones(2, 16, dtype=torch.int64)
fp32 = output / "onnx" / "model.onnx"
# The TorchScript exporter is the one that made the files on the Hub; it also needs no further packages.
torch.onnx.export(
    LastHiddenState(),
    (ones, ones, torch.zeros_like(ones)),
    str(fp32),
    input_names=inputs,
    output_names=["last_hidden_state"],
    dynamic_axes={name: axes for name in [*inputs, "last_hidden_state"]},
    opset_version=17,
    dynamo=False,
)

quantize_dynamic(
    fp32,
    output / "onnx" / "model_quantized.onnx",
    weight_type=QuantType.QInt8,
    per_channel=False,
    reduce_range=False,
    extra_options={"EnableSubgraph": True, "MatMulConstBOnly": True},
)

for path in sorted((output / "onnx").glob("*.onnx")):
    operators = {}
    for node in onnx.load(path).graph.node:
        operators[node.op_type] = operators.get(node.op_type, 0) + 1
    print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB", dict(sorted(operators.items())))
