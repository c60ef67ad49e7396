"""Trains the tokenizer on captions: `python make_tokenizer.py`. Lower-case WordPiece, padded and cut to 64, [EOS] at the end.

Every ASCII character is in the vocabulary, so that a word never seen is spelled, not lost.
"""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from captions import make_caption
from dual_encoder import TEXT_LENGTH
from swatches import draw_look

FILE = Path(__file__).resolve().parent.parent / "tokenizer.json"
SPECIAL = ["[PAD]", "[UNK]", "[EOS]"]


def captions(count: int):
    rng = np.random.default_rng(20)
    for k in range(count):
        look = draw_look(rng, False)
        yield make_caption(look, rng)[0]
    for character in string.ascii_lowercase + string.digits + string.punctuation:
        yield f"{character} a{character}"


def main() -> None:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=True, clean_text=True, handle_chinese_chars=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    letters = string.ascii_lowercase + string.digits
    trainer = trainers.WordPieceTrainer(vocab_size=1200, min_frequency=2, special_tokens=SPECIAL, initial_alphabet=list(letters + string.punctuation), continuing_subword_prefix="##", show_progress=False)
    tokenizer.train_from_iterator(captions(30_000), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A [EOS]", pair="$A [EOS] $B [EOS]", special_tokens=[("[EOS]", 2)])
    tokenizer.enable_truncation(TEXT_LENGTH)
    tokenizer.enable_padding(length=TEXT_LENGTH, pad_id=0, pad_token="[PAD]")
    tokenizer.save(str(FILE))
    print(tokenizer.get_vocab_size(), tokenizer.encode("A dark-oak Floor, glitzy xylophone 42").tokens[:24])


if __name__ == "__main__":
    main()
