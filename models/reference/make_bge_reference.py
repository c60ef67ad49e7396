"""Write reference.json: what transformers computes with the weights of BAAI/bge-base-en-v1.5 in a folder.

    python models/reference/make_bge_reference.py <folder of the weights>
    python models/reference/make_bge_reference.py <empty folder> --random

--random first fills the folder with a stand-in for the true weights: the same
tensors under the same names, the same architecture (12 layers of 768, 12 heads,
3072, 30522 word pieces, 512 positions), drawn so that activations look like a
trained encoder's: attention that chooses, channels of very different size, a few
outliers in every LayerNorm and a few loud neurons. Its tokenizer is that of
all-MiniLM-L6-v2 (the same vocabulary and rules). Half a gigabyte; never committed.

reference.json holds the 240 texts of make_minilm_reference.py and some that
reach 512 tokens, with token ids and vectors ([CLS], L2 norm), each computed alone.
"""

import argparse
import base64
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "training"))
from make_minilm_reference import texts  # noqa: E402
from student import teacher_folder  # noqa: E402

MAX_TOKENS = 512
LONG = [" ".join(f"{word} {i % 97}" for i in range(300)) for word in ("film", "rain", "an unbelievable story about station")]


def randomise(model, generator):
    """Draw all weights; the sizes are those that bert-base's trained weights have, by order of magnitude."""
    def normal(parameter, std, mean=0.0):
        parameter.copy_(mean + std * torch.randn(parameter.shape, generator=generator))

    def outliers(parameter, count, factor):
        at = torch.randperm(parameter.numel(), generator=generator)[:count]
        parameter.view(-1)[at] *= factor

    for name, parameter in model.named_parameters():
        if "word_embeddings" in name:
            normal(parameter, 0.045)
        elif "embeddings.weight" in name:
            normal(parameter, 0.015)
        elif "LayerNorm.weight" in name:
            normal(parameter, 0.12, 0.85)
            outliers(parameter, 4, 2.5)
        elif "LayerNorm.bias" in name:
            normal(parameter, 0.08)
            outliers(parameter, 4, 8)
        elif name.endswith("bias"):
            normal(parameter, 0.06)
        elif ".query." in name or ".key." in name:
            normal(parameter, 0.055)
        else:
            normal(parameter, 0.04)
        if "intermediate.dense.bias" in name:
            # Most neurons are silent for most tokens, a few are loud.
            parameter.sub_(0.6)
            outliers(parameter, 6, -4)


def write_random(folder, seed):
    """Fill a folder with the stand-in."""
    folder.mkdir(parents=True, exist_ok=True)
    config = BertConfig(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
                        vocab_size=30522, max_position_embeddings=MAX_TOKENS, hidden_act="gelu", layer_norm_eps=1e-12)
    config.architectures = ["BertModel"]
    model = BertModel(config)
    with torch.no_grad():
        randomise(model, torch.Generator().manual_seed(seed))
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    # The Hub's file has this buffer too, of 64-bit integers.
    state["embeddings.position_ids"] = torch.arange(MAX_TOKENS)[None]
    save_file(state, str(folder / "model.safetensors"), {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config.to_dict(), indent=2) + "\n")
    shutil.copy(teacher_folder() / "tokenizer.json", folder / "tokenizer.json")


@torch.no_grad()
def main():
    """Write reference.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    torch.set_num_threads(1)
    if args.random:
        write_random(args.folder, args.seed)

    model = BertModel.from_pretrained(args.folder).eval()
    tokenizer = Tokenizer.from_file(str(args.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    cases, vectors = [], []
    for text in texts() + LONG:
        ids = tokenizer.encode(text).ids
        state = model(torch.tensor([ids])).last_hidden_state[:, 0]
        vector = torch.nn.functional.normalize(state, dim=-1)[0].numpy().astype("<f4")
        vectors.append(vector)
        cases.append({"text": text, "ids": ids, "embedding": base64.b64encode(vector.tobytes()).decode()})
    (args.folder / "reference.json").write_text(json.dumps({"maxTokens": MAX_TOKENS, "cases": cases}))
    similar = np.stack(vectors) @ np.stack(vectors).T
    print(f"{len(cases)} cases, longest {max(len(case['ids']) for case in cases)} tokens; "
          f"cosine between texts {similar[np.triu_indices(len(cases), 1)].mean():.3f} on average")


if __name__ == "__main__":
    main()
