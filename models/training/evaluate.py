"""Measure teacher and student: STS-B dev, agreement on held-out texts, search.

    python models/training/evaluate.py pocket-minilm --sts ../shared/data/sts-dev

STS-B is read here and nowhere else: it is the test set. For pocket-bge the
"teacher" is the lifted one (targets.py), and there are two more measures:
finding a package by its short description, with and without the prompt, and
agreement on long texts.
"""

import argparse
import csv
import json
import random
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

from build_corpus import debian_descriptions
from student import HERE, HIDDEN, MODELS, TEACHER, encode, load_encoder, load_tokenizer, teacher_folder
from targets import encode_long, make_lift, prompted, unit


def read_sts(folder):
    """Sentences on either side and the human scores."""
    with open(folder / "stsb-en-dev.csv", newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if len(row) == 3]
    rows = [row for row in rows if row[2].replace(".", "").isdigit()]
    return [r[0] for r in rows], [r[1] for r in rows], np.array([float(r[2]) for r in rows])


def sts_spearman(vectors, scores):
    """Rank correlation of cosine and human score; the vectors of the left sentences come first."""
    n = len(scores)
    return spearmanr((vectors[:n] * vectors[n:]).sum(1), scores).statistic


def agreement(ours, theirs):
    """Mean and least cosine with the teacher, and rank correlation of all pairwise similarities."""
    cosines = (ours * theirs).sum(1)
    upper = np.triu_indices(len(ours), 1)
    ranks = spearmanr((ours @ ours.T)[upper], (theirs @ theirs.T)[upper]).statistic
    return f"cosine mean {cosines.mean():.4f} 5% {np.quantile(cosines, 0.05):.4f} min {cosines.min():.4f}, pair ranks {ranks:.4f}"


def film_search(ours, theirs, count):
    """Search for films by their tags: how often the right film comes in the first ten, and how many of ten agree."""
    tops = []
    for vectors in (ours, theirs):
        order = np.argsort(-(vectors[:count] @ vectors[count:].T), axis=1)[:, :10]
        tops.append(order)
    right = [np.mean([i in row for i, row in enumerate(top)]) for top in tops]
    shared = np.mean([len(set(a) & set(b)) for a, b in zip(*tops)])
    return f"right film in the first ten: {right[0]:.3f} (teacher {right[1]:.3f}), of ten results {shared:.2f} are the teacher's"


def package_pairs(cache, count):
    """(short description, first paragraph) of packages of which neither was trained on."""
    seen = set((cache / "corpus.txt").read_text().splitlines())
    begins = {line[:60] for line in (cache / "long.txt").read_text().splitlines()}
    pairs = {}
    for short, paragraphs in debian_descriptions():
        first = paragraphs[0]
        if len(first) >= 80 and short not in seen and first not in seen and first[:60] not in begins:
            pairs.setdefault(first, short)
    # One text may describe many packages; as many short ones may share a paragraph.
    unique = sorted({short: first for first, short in pairs.items()}.items())
    return random.Random(5).sample(unique, min(count, len(unique)))


def shorten(vectors, size):
    """The first numbers, brought back to length 1."""
    return unit(vectors[:, :size])


def search(queries, passages):
    """MRR@10 and recall@10 of finding passage i by query i."""
    scores = queries @ passages.T
    rank = (scores > np.diag(scores)[:, None]).sum(1) + 1
    return f"MRR@10 {np.where(rank <= 10, 1 / rank, 0).mean():.3f} recall@10 {(rank <= 10).mean():.3f}"


def evaluate_search(student, args, teacher, lift, tokenizer):
    """Search for packages; for pocket-bge with the prompt too, and agreement on long texts."""
    def encoded(texts):
        return [np.array(e.ids) for e in tokenizer.encode_batch(texts)]

    queries, passages = map(encoded, zip(*package_pairs(args.cache, 2000)))
    plain = encode_long(teacher, queries), encode_long(teacher, passages)
    ours, found = encode(student, queries), encode(student, passages)
    print(f"  {len(queries)} packages: teacher {search(*plain)}, student {search(ours, found)}", flush=True)
    if lift is None:
        return
    asked = encode(student, prompted(tokenizer, student.shape.prompt, queries))
    print(f"    lifted teacher {search(lift(queries, plain[0]), lift(passages, plain[1]))}, student prompted {search(asked, found)}")
    for size in (512, 384, 256):
        print(f"    student, {size} numbers: {search(shorten(ours, size), shorten(found, size))}")
    print(f"    cosine of a prompted query with itself unprompted: mean {(ours * asked).sum(1).mean():.4f} min {(ours * asked).sum(1).min():.4f}")
    # Not among those trained on, which are the first ones of the file.
    long = [row for row in encoded((args.cache / "long.txt").read_text().splitlines()[-400:]) if len(row) > TEACHER.max_tokens][:150]
    vectors = encode(student, long)
    half = TEACHER.outputs
    theirs = lift(long, encode_long(teacher, long))
    print(f"  {len(long)} long texts (over {TEACHER.max_tokens} tokens): {agreement(vectors, theirs)}")
    print(f"    the teacher's half alone: {agreement(shorten(vectors, half), shorten(theirs, half))}", flush=True)


def main():
    """Print the figures of the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sts", type=Path, default=Path("../shared/data/sts-dev"))
    parser.add_argument("--teacher")
    parser.add_argument("--films", type=Path, default=Path("apps/cinematch/data/films.jsonl"))
    parser.add_argument("--count", type=int, default=500, help="held-out texts, and films, at most")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    shape = MODELS[args.model]
    folder = teacher_folder(args.teacher)
    tokenizer = load_tokenizer(folder, shape.max_tokens)
    left, right, scores = read_sts(args.sts)
    texts = {"STS-B texts": left + right}
    held = args.cache / "heldout.txt"
    if held.exists():
        texts["held-out"] = held.read_text().splitlines()[:args.count]
    if args.films.exists():
        films = [json.loads(line) for line in args.films.read_text().splitlines()][:args.count]
        texts["film tags and descriptions"] = [", ".join(f["tags"]) for f in films] + [f["description"] for f in films]
    rows = {name: [e.ids for e in tokenizer.encode_batch(found)] for name, found in texts.items()}

    teacher = load_encoder(folder / "model.safetensors")
    is_lifted = shape.outputs != TEACHER.outputs
    theirs = {name: encode_long(teacher, ids) if is_lifted else encode(teacher, ids) for name, ids in rows.items()}
    lift = None
    if is_lifted:
        lift = make_lift(args.cache, None, folder)
        print(f"teacher, not lifted: Spearman {sts_spearman(theirs['STS-B texts'], scores):.4f}")
        theirs = {name: lift(rows[name], vectors) for name, vectors in theirs.items()}
    print(f"teacher: Spearman {sts_spearman(theirs['STS-B texts'], scores):.4f} on {len(scores)} pairs", flush=True)
    path = shape.folder / "student.safetensors"
    forms = [("4-bit table, int8 layers", path, True), ("4-bit table, float layers", path, False)]
    plain = args.cache / f"{shape.name}-unquantised.safetensors"
    if plain.exists():
        forms.append(("fp32", plain, False))
    for form, path, int8 in forms:
        student = load_encoder(path, shape)
        student.set_int8(int8)
        print(f"student, {form}:")
        for name, vectors in theirs.items():
            ours = encode(student, rows[name])
            if name.startswith("STS"):
                print(f"  Spearman {sts_spearman(ours, scores):.4f}")
            print(f"  {name} ({len(vectors)}): {agreement(ours, vectors)}", flush=True)
            if name.startswith("film"):
                print(f"    {film_search(ours, vectors, len(films))}", flush=True)
            if lift:
                print(f"    the teacher's half alone: {agreement(shorten(ours, HIDDEN), shorten(vectors, HIDDEN))}", flush=True)
        if not int8 and path != plain:
            evaluate_search(student, args, teacher, lift, tokenizer)


if __name__ == "__main__":
    main()
