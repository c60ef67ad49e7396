"""Writes the trained model as the hub's decoder exports look (`python export_pocket.py`): onnxruntime-genai's flavour with
com.microsoft GroupQueryAttention over packed q, k and v, rotations inside, no position_ids.

Matrices have eight bits in blocks of 32 (MatMulNBits, accuracy_level 4); embedding and output share one matrix (GatherBlockQuantized).
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

from chat import CHAT_TEMPLATE, END_OF_TEXT, END_OF_TURN, START_OF_TURN
from decoder import Decoder, Shape, rotations
from make_tokenizer import FOLDER, load_tokenizer
from state import EXPORTED, load_state

VERSION = "1.0.0"
BLOCK = 32
MICROSOFT = "com.microsoft"


class Graph:
    """Nodes and initialisers as they come."""

    def __init__(self):
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def keep(self, name: str, values: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, name: str, inputs: list[str], outputs: list[str] | None = None, domain: str = "", **attributes) -> str:
        outputs = outputs or [f"{name}/output_0"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name, domain=domain, **attributes))
        return outputs[0]


def to_blocks(weight: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Rows [outputs, inputs] as uint8 [outputs, inputs / 32, 32] around 128 and scales float32 [outputs, inputs / 32]."""
    blocks = weight.detach().float().numpy().reshape(weight.shape[0], -1, BLOCK)
    scales = np.maximum(np.abs(blocks).max(-1), 1e-8) / 127
    return (np.rint(blocks / scales[..., None]) + 128).clip(0, 255).astype(np.uint8), scales.astype(np.float32)


def multiply(graph: Graph, name: str, x: str, weight: torch.Tensor, outputs: list[str] | None = None) -> str:
    """x times the transposed weight."""
    values, scales = to_blocks(weight)
    base = name.lstrip("/").replace("/", ".")
    inputs = [x, graph.keep(f"{base}.weight_Q8", values), graph.keep(f"{base}.weight_scales", scales)]
    return matmul(graph, name, inputs, weight.shape, outputs)


def matmul(graph: Graph, name: str, inputs: list[str], size: torch.Size, outputs: list[str] | None = None) -> str:
    return graph.add("MatMulNBits", f"{name}/MatMul_Q8", inputs, outputs, MICROSOFT, K=size[1], N=size[0], bits=8, block_size=BLOCK, accuracy_level=4)


def add_mask(graph: Graph) -> tuple[str, str]:
    """seqlens_k int32 [batch] (real tokens - 1) and total_sequence_length int32 [] out of attention_mask."""
    base = "/model/attn_mask_reformat/attn_mask_subgraph"
    one, axis = graph.keep("/model/constants/INT64/[1]", np.array([1])), graph.keep("/model/constants/INT64/1", np.array(1))
    total = graph.add("ReduceSum", f"{base}/ReduceSum", ["attention_mask", one], keepdims=0)
    less = graph.add("Sub", f"{base}/Sub", [total, one])
    seqlens = graph.add("Cast", f"{base}/Sub/Cast", [less], to=TensorProto.INT32)
    shape = graph.add("Shape", f"{base}/Shape", ["attention_mask"])
    length = graph.add("Gather", f"{base}/Gather", [shape, axis], axis=0)
    return seqlens, graph.add("Cast", f"{base}/Gather/Cast", [length], to=TensorProto.INT32)


def add_layer(graph: Graph, number: int, layer: torch.nn.Module, shape: Shape, flow: tuple[str, str], mask: tuple[str, str]) -> tuple[str, str]:
    """One layer; `flow` is its input before the norm (residual) and after it. Gives the residual and the feed's output."""
    base = f"/model/layers.{number}"
    residual, normed = flow
    attention = layer.self_attn
    packed = torch.cat([attention.q_proj.weight, attention.k_proj.weight, attention.v_proj.weight])
    qkv = multiply(graph, f"{base}/attn/qkv_proj", normed, packed)
    past = [f"past_key_values.{number}.{part}" for part in ("key", "value")]
    mixed = f"{base}/attn/GroupQueryAttention"
    graph.add(
        "GroupQueryAttention", mixed, [qkv, "", "", *past, *mask, "cos_cache", "sin_cache"],
        [f"{mixed}/output_0", f"present.{number}.key", f"present.{number}.value"], MICROSOFT,
        num_heads=shape.heads, kv_num_heads=shape.kv_heads, scale=shape.head**-0.5, do_rotary=1, rotary_interleaved=0, local_window_size=-1,
    )
    out = multiply(graph, f"{base}/attn/o_proj", f"{mixed}/output_0", attention.o_proj.weight)
    residual, normed = add_norm(graph, f"{base}/post_attention_layernorm", residual, out, layer.post_attention_layernorm)
    gate, up = (multiply(graph, f"{base}/mlp/{part}_proj", normed, getattr(layer.mlp, f"{part}_proj").weight) for part in ("gate", "up"))
    act = graph.add("Mul", f"{base}/mlp/act_fn/Mul", [gate, graph.add("Sigmoid", f"{base}/mlp/act_fn/Sigmoid", [gate])])
    return residual, multiply(graph, f"{base}/mlp/down_proj", graph.add("Mul", f"{base}/mlp/Mul", [act, up]), layer.mlp.down_proj.weight)


def add_norm(graph: Graph, name: str, residual: str, update: str, norm: torch.nn.RMSNorm) -> tuple[str, str]:
    """residual + update, and its norm."""
    weight = graph.keep(f"{name.lstrip('/').replace('/', '.')}.weight", norm.weight.detach().float().numpy())
    name = f"{name}/SkipLayerNorm"
    normed, added = f"{name}/output_0", f"{name}/output_3"
    graph.add("SkipSimplifiedLayerNormalization", name, [residual, update, weight], [normed, "", "", added], MICROSOFT, epsilon=norm.eps)
    return added, normed


def build(model: Decoder) -> onnx.ModelProto:
    shape, graph, trunk = model.shape, Graph(), model.model
    mask = add_mask(graph)
    cos, sin = rotations(shape, shape.context)
    graph.keep("cos_cache", cos.numpy())
    graph.keep("sin_cache", sin.numpy())
    values, scales = to_blocks(trunk.embed_tokens.weight)
    shared = graph.keep("model.embed_tokens.weight_Q8", values)
    small = graph.keep("model.embed_tokens.weight_scales", scales)
    tall = graph.keep("model.embed_tokens.weight_scales_3d", scales[..., None])
    blocks = graph.add("GatherBlockQuantized", "/model/embed_tokens/GatherBlockQuantized", [shared, "input_ids", tall], domain=MICROSOFT, gather_axis=0, quantize_axis=2, block_size=BLOCK, bits=8)
    residual = graph.add("Reshape", "/model/embed_tokens/Reshape", [blocks, graph.keep("/model/constants/INT64/[0, 0, -1]", np.array([0, 0, -1]))])
    first = trunk.layers[0].input_layernorm
    weight = graph.keep("model.layers.0.input_layernorm.weight", first.weight.detach().numpy())
    normed = graph.add("SimplifiedLayerNormalization", "/model/layers.0/input_layernorm/LayerNorm", [residual, weight], axis=-1, epsilon=first.eps, stash_type=1)
    norms = [(f"/model/layers.{n}/input_layernorm", layer.input_layernorm) for n, layer in enumerate(trunk.layers)][1:]
    norms.append((f"/model/layers.{shape.layers}/final_norm_layernorm", trunk.norm))
    for number, layer in enumerate(trunk.layers):
        residual, update = add_layer(graph, number, layer, shape, (residual, normed), mask)
        residual, normed = add_norm(graph, norms[number][0], residual, update, norms[number][1])
    matmul(graph, "/lm_head", [normed, shared, small], trunk.embed_tokens.weight.shape, ["logits"])
    return to_model(graph, shape)


def to_model(graph: Graph, shape: Shape) -> onnx.ModelProto:
    def value(name: str, kind: int, *sizes: str | int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, kind, sizes)

    cached = [f"{number}.{part}" for number in range(shape.layers) for part in ("key", "value")]
    inputs = [
        value("input_ids", TensorProto.INT64, "batch_size", "sequence_length"),
        value("attention_mask", TensorProto.INT64, "batch_size", "total_sequence_length"),
        *(value(f"past_key_values.{name}", TensorProto.FLOAT, "batch_size", shape.kv_heads, "past_sequence_length", shape.head) for name in cached),
    ]
    outputs = [
        value("logits", TensorProto.FLOAT, "batch_size", "sequence_length", shape.vocabulary),
        *(value(f"present.{name}", TensorProto.FLOAT, "batch_size", shape.kv_heads, "total_sequence_length", shape.head) for name in cached),
    ]
    main = helper.make_graph(graph.nodes, "main_graph", inputs, outputs, graph.initializers)
    return helper.make_model(main, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)], ir_version=10, producer_name="outpost")


def write_json(name: str, value: object) -> None:
    (FOLDER / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_configs(shape: Shape, ids: dict[str, int]) -> None:
    """config.json, generation_config.json, tokenizer_config.json, special_tokens_map.json as the hub's repositories have them."""
    ends = [ids[END_OF_TURN], ids[END_OF_TEXT]]
    write_json("config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary, "hidden_size": shape.hidden,
        "intermediate_size": shape.inner, "num_hidden_layers": shape.layers, "num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads,
        "head_dim": shape.head, "hidden_act": "silu", "rms_norm_eps": shape.epsilon, "rope_theta": shape.theta, "max_position_embeddings": shape.context,
        "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True, "bos_token_id": ids[END_OF_TEXT], "eos_token_id": ends, "pad_token_id": ids[END_OF_TEXT],
        "torch_dtype": "float32", "use_cache": True,
    })
    write_json("generation_config.json", {"bos_token_id": ids[END_OF_TEXT], "eos_token_id": ends, "pad_token_id": ids[END_OF_TEXT], "do_sample": True, "temperature": 0.7, "top_p": 0.95})
    added = {str(number): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True} for token, number in ids.items()}
    write_json("tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": shape.context, "add_prefix_space": False, "clean_up_tokenization_spaces": False,
        "bos_token": END_OF_TEXT, "eos_token": END_OF_TURN, "pad_token": END_OF_TEXT, "unk_token": None, "additional_special_tokens": [START_OF_TURN, END_OF_TURN],
        "added_tokens_decoder": added, "chat_template": CHAT_TEMPLATE,
    })
    write_json("special_tokens_map.json", {"bos_token": END_OF_TEXT, "eos_token": END_OF_TURN, "pad_token": END_OF_TEXT, "additional_special_tokens": [START_OF_TURN, END_OF_TURN]})


def main() -> None:
    state = load_state()
    torch.save({name: state[name] for name in ("shape", "average", "step", "tokens", "spent")}, EXPORTED)
    model = Decoder(Shape(**state["shape"]))
    model.load_state_dict(state["average"])
    onnx.save(build(model.eval()), FOLDER / "model.onnx")
    tokenizer = load_tokenizer()
    ids = {token: tokenizer.token_to_id(token) for token in (END_OF_TEXT, START_OF_TURN, END_OF_TURN)}
    write_configs(model.shape, ids)
    files = ["model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json", "generation_config.json", "special_tokens_map.json"]
    shape = model.shape
    write_json("model.json", {
        "name": "outpost/pocket-llm", "version": VERSION, "task": "text-generation", "architecture": "LlamaForCausalLM",
        "parameters": sum(weight.numel() for weight in model.parameters()), "precision": "int8",
        "vocabulary": shape.vocabulary, "hidden": shape.hidden, "inner": shape.inner, "layers": shape.layers, "heads": shape.heads, "kv_heads": shape.kv_heads, "head_dim": shape.head,
        "rope_theta": shape.theta, "context_length": shape.context, "special_tokens": ids, "eos_token_ids": [ids[END_OF_TURN], ids[END_OF_TEXT]],
        "licence": "Apache-2.0", "source": "models/pocket-llm/README.md",
        "files": [{"path": name, "sha256": hashlib.sha256((FOLDER / name).read_bytes()).hexdigest(), "bytes": (FOLDER / name).stat().st_size} for name in files],
        "training": {"steps": state["step"], "tokens": state["tokens"], "processor_minutes": round(state["spent"] / 60, 1)},
    })
    print(f"{(FOLDER / 'model.onnx').stat().st_size} bytes")


if __name__ == "__main__":
    main()
