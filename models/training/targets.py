"""What pocket-bge learns: the teacher's vector lifted from 384 to 768 numbers.

The first half is the teacher's vector, rotated so that its principal components
come first (a cut to 256 numbers then loses little). The second half is a view
the teacher lacks: the words themselves. It is the sum of the text's word vectors
(from the teacher's table, whitened), each times its idf and 1 + log(count),
rotated by principal components too. Half by half the vectors have length 1 and
are weighted so that a cosine is (1 - LEXICAL) * teacher + LEXICAL * words.
"""

import numpy as np
import torch

from student import HIDDEN, TEACHER, VOCAB, encode, load_encoder, load_tokenizer

# The share of the words' view; README.md of pocket-bge has what other shares give.
LEXICAL = 0.25
SAMPLE, VECTORS = 60_000, 5_000


def unit(rows):
    """Rows of length 1 (or 0)."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9)


def principal(rows):
    """The rotation onto the principal components, greatest first."""
    return np.linalg.eigh(rows.T @ rows)[1][:, ::-1]


class Lift:
    """Turns token ids and teacher vectors into target vectors."""

    def __init__(self, rotation, words):
        self.rotation, self.words = rotation, words

    def bag(self, rows):
        """The words' view of tokenized texts."""
        out = np.zeros((len(rows), HIDDEN), dtype=np.float32)
        for i, row in enumerate(rows):
            ids, counts = np.unique(row, return_counts=True)
            out[i] = (1 + np.log(counts)).astype(np.float32) @ self.words[ids]
        return unit(out)

    def __call__(self, rows, vectors):
        """Targets of length 1, [texts, 2 * HIDDEN]."""
        first = unit(vectors.astype(np.float32) @ self.rotation)
        return unit(np.hstack([(1 - LEXICAL) ** 0.5 * first, LEXICAL ** 0.5 * self.bag(rows)])).astype(np.float32)


def make_lift(cache, texts, folder):
    """The lift that the first texts of the corpus give; computed once."""
    path = cache / "lift.npz"
    if not path.exists():
        rows = [np.array(e.ids) for e in load_tokenizer(folder).encode_batch(texts[:SAMPLE])]
        teacher = load_encoder(folder / "model.safetensors").eval()
        vectors = encode(teacher, rows[:VECTORS], bf16=True)
        seen = np.ones(VOCAB)
        for row in rows:
            seen[np.unique(row)] += 1
        idf = np.log(len(rows) / seen).clip(0)
        table = teacher.embeddings.word_embeddings.weight.detach().numpy().astype(np.float64)
        table = unit(table - table.mean(0))
        weight = seen * idf ** 2
        values, axes = np.linalg.eigh((table * (weight / weight.sum())[:, None]).T @ table)
        # The small constant keeps the weakest directions from being blown up.
        words = unit(table @ axes / np.sqrt(values + 0.002)) * idf[:, None]
        lift = Lift(None, words.astype(np.float32))
        words = words @ principal(lift.bag(rows))
        np.savez(path, rotation=principal(vectors).astype(np.float32), words=words.astype(np.float32))
    found = np.load(path)
    return Lift(found["rotation"], found["words"])


def encode_long(teacher, rows):
    """Teacher vectors of texts longer than the teacher reads: the mean over windows, each with [CLS] and [SEP]."""
    size = TEACHER.max_tokens - 2
    windows, owners = [], []
    for i, row in enumerate(rows):
        inner = row[1:-1]
        count = max(1, -(-len(inner) // size))
        for part in np.array_split(inner, count):
            windows.append(np.concatenate([row[:1], part, row[-1:]]))
            owners.append(i)
    vectors = encode(teacher, windows, bf16=True)
    sums = np.zeros((len(rows), HIDDEN), dtype=np.float32)
    np.add.at(sums, owners, vectors)
    return unit(sums)


def prompted(tokenizer, prompt, rows):
    """Token ids of the same texts with the prompt in front."""
    prefix = np.array(tokenizer.encode(prompt).ids[:-1])
    return [np.concatenate([prefix, row[1:]]) for row in rows]
