"""Learns the byte-level BPE tokenizer from generated texts: `python make_tokenizer.py`."""

from __future__ import annotations

import argparse
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from chat import SPECIAL

FOLDER = Path(__file__).parents[1]
FILE = FOLDER / "tokenizer.json"
VOCABULARY = 4096
SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""Qwen2's pre-tokenisation: digits stand alone."""


def load_tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(FILE))


def learn(texts) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--texts", type=int, default=60_000)
    count = options.parse_args().texts
    from corpus import vocabulary_texts

    tokenizer = learn(vocabulary_texts(count))
    tokenizer.save(str(FILE))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
