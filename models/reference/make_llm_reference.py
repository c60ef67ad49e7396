"""What transformers computes with small decoders of random weights: references for models/llm-parity.ts.

    python models/reference/make_llm_reference.py <folder> [--layers 4] [--vocabulary 4096] [--only NAME]

Writes a folder per architecture (config.json, model.safetensors, reference.json): Llama as SmolLM2-135M has it and with
Llama 3's rotation, Qwen2 as Qwen2.5-0.5B, Qwen3 as Qwen3-0.6B, Gemma 3 as gemma-3-270m. Widths, heads, head sizes, norms and
rotations are the true ones; layers and vocabulary are fewer. Nothing of it is committed.

Weights are drawn so that attention chooses and every norm and bias matters. Needs torch, transformers 5.23, safetensors, numpy.
"""

import argparse
import base64
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, Qwen2Config, Qwen3Config

PROMPT = {"gemma3_270m": 560}
NEW = 64


def configs(layers, vocabulary):
    """True shapes, from each model's config.json on the hub."""
    common = {"num_hidden_layers": layers, "vocab_size": vocabulary, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    smol = {"hidden_size": 576, "intermediate_size": 1536, "num_attention_heads": 9, "num_key_value_heads": 3, "rms_norm_eps": 1e-5, "tie_word_embeddings": True}
    llama3 = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
    return {
        "smollm2_135m": LlamaConfig(**common, **smol, max_position_embeddings=8192, rope_parameters={"rope_type": "default", "rope_theta": 100000.0}),
        "llama32_1b": LlamaConfig(**{**common, "num_hidden_layers": 2}, hidden_size=2048, intermediate_size=8192, num_attention_heads=32, num_key_value_heads=8, head_dim=64,
                                  rms_norm_eps=1e-5, max_position_embeddings=131072, tie_word_embeddings=True, rope_parameters=llama3),
        "qwen25_05b": Qwen2Config(**common, hidden_size=896, intermediate_size=4864, num_attention_heads=14, num_key_value_heads=2, rms_norm_eps=1e-6,
                                  max_position_embeddings=32768, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}),
        "qwen3_06b": Qwen3Config(**common, hidden_size=1024, intermediate_size=3072, num_attention_heads=16, num_key_value_heads=8, head_dim=128, rms_norm_eps=1e-6,
                                 max_position_embeddings=40960, tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}),
        "gemma3_270m": Gemma3TextConfig(**{**common, "num_hidden_layers": max(layers, 6)}, hidden_size=640, intermediate_size=2048, num_attention_heads=4,
                                        num_key_value_heads=1, head_dim=256, query_pre_attn_scalar=256, sliding_window=512, max_position_embeddings=32768),
    }


def randomise(model):
    """Matrices that keep the size of what they multiply, keys and queries that choose, norms and biases that matter."""
    generator = torch.Generator().manual_seed(7)
    for name, weight in model.named_parameters():
        noise = torch.randn(weight.shape, generator=generator)
        if weight.dim() == 1 and "norm" in name:
            weight.data = (0.0 if "Gemma" in type(model).__name__ else 1.0) + 0.2 * noise
        elif weight.dim() == 1:
            weight.data = 0.3 * noise
        elif "embed_tokens" in name:
            # Gemma multiplies by the root of the width: the last token would be its own likeliest successor for ever.
            weight.data = noise * ((0.1 if "Gemma" in type(model).__name__ else 1.0) / weight.shape[1] ** 0.5)
        else:
            weight.data = noise * ((2.0 if "q_proj" in name or "k_proj" in name else 1.0) / weight.shape[1] ** 0.5)


def encode(values):
    """Bytes of 32 bit floats as base64."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


def write(folder, name, config):
    """One architecture: weights, and what transformers makes of them."""
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    randomise(model)
    model.tie_weights()
    generator = torch.Generator().manual_seed(11)
    prompt = torch.randint(3, config.vocab_size, (1, PROMPT.get(name, 96)), generator=generator)
    with torch.no_grad():
        logits = model(prompt).logits[0]
        written = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=NEW, min_new_tokens=NEW, eos_token_id=None)
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(target)
    places = sorted({0, 1, 2, 40, prompt.shape[1] // 2, prompt.shape[1] - 2, prompt.shape[1] - 1})
    reference = {
        "name": name,
        "prompt": prompt[0].tolist(),
        "logits": [{"place": place, "values": encode(logits[place].numpy())} for place in places],
        "greedy": written[0, prompt.shape[1]:].tolist(),
    }
    (target / "reference.json").write_text(json.dumps(reference))
    print(name, sum(weight.numel() for weight in model.parameters()), len(set(reference["greedy"])), "different tokens of", NEW)


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--vocabulary", type=int, default=4096)
    parser.add_argument("--only", help="one of the architectures")
    options = parser.parse_args()
    for name, config in configs(options.layers, options.vocabulary).items():
        if options.only in (None, name):
            write(options.folder, name, config)


if __name__ == "__main__":
    main()
