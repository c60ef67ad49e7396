"""Writes golden.json: texts with the ids, places and decoded text that the reference tokenizer gives.

    pip install tokenizers==0.23.3
    python make_golden.py TOKENIZER_JSON > golden.json

TOKENIZER_JSON is all-MiniLM-L6-v2's (the pocket model has the same). The texts are random mixtures of everything a
BERT tokenizer treats in its own way, and of random code points.
"""

import json
import random
import sys

from tokenizers import Tokenizer

PIECES = """a b the running unbelievable xylophonist don't e.g. 3.14 http://x.y/z?a=b&c=d tokenization COVID-19
é E\u0301 ß ẞ İ ı Σ σς ФЫВА ё ñ Ǆ ŉ ﬁ Ⅷ ½ ١٢٣ ﷺ \u1e9b\u0323 a\u0300\u0323b \U0001d400
中 文字 東京tower \U0002f800 \ufa0e 한국어 \u1112\u1161\u11ab ひらがな カタカナ ｶﾞ נָשִׁים مُحَمَّد นี่ हिन्दी தமிழ் မြန်မာ
’ — … # $ + < > ^ ` | ~ ¿ « 。 \u037e \u226e \u166d \U000111c9 \u2e4f
\u0000 \u0001 \u007f \u0085 \u000b \u000c \u00ad \u200b \u200d \u2028 \u3000 \u00a0 \ufeff \ufffd \ue000
[CLS] [SEP] [MASK] [UNK] [PAD] [cls] [ ] ## ##ing 😀 👩‍👩‍👧 🏳️‍🌈""".split(" ")
PIECES = [piece for line in " ".join(PIECES).split("\n") for piece in line.split(" ") if piece]
PIECES += [" ", "\t", "\n", "\r\n", "  ", "x" * 100, "y" * 101, "é" * 100, "z" * 300]


def random_text(source: random.Random) -> str:
    parts = []
    for _ in range(source.randint(1, 12)):
        if source.random() < 0.2:
            code_point = source.choice([source.randrange(0x3000), source.randrange(0x20000)])
            if not 0xD800 <= code_point < 0xE000:
                parts.append(chr(code_point))
        else:
            parts.append(source.choice(PIECES))
        if source.random() < 0.3:
            parts.append(" ")
    return "".join(parts)


def main() -> None:
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_padding()
    tokenizer.no_truncation()
    source = random.Random(20)
    cases = []
    for text in ["", " ", "a", *(random_text(source) for _ in range(400))]:
        encoding = tokenizer.encode(text)
        cases.append(
            {
                "text": text,
                "ids": encoding.ids,
                "offsets": [list(offset) for offset in encoding.offsets],
                "decoded": tokenizer.decode(encoding.ids, skip_special_tokens=True),
                "decodedWithSpecial": tokenizer.decode(encoding.ids, skip_special_tokens=False),
            }
        )
    json.dump({"tokenizers": "0.23.3", "cases": cases}, sys.stdout, ensure_ascii=True, separators=(",", ":"))
    print()


main()
