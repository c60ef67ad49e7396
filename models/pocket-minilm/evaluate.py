"""Measure teacher and student: STS-B dev and agreement on held-out texts.

    python models/pocket-minilm/evaluate.py --sts ../shared/data/sts-dev

STS-B is read here and nowhere else: it is the test set.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import torch
from scipy.stats import spearmanr

from student import encode, load_encoder, load_tokenizer, teacher_folder

HERE = Path(__file__).resolve().parent


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


def main():
    """Print the figures of the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sts", type=Path, default=Path("../shared/data/sts-dev"))
    parser.add_argument("--teacher")
    parser.add_argument("--student", type=Path, default=HERE / "student.safetensors")
    parser.add_argument("--heldout", type=Path, default=HERE / "cache" / "heldout.txt")
    parser.add_argument("--films", type=Path, default=Path("apps/cinematch/data/films.jsonl"))
    parser.add_argument("--count", type=int, default=500, help="held-out texts, and films, at most")
    args = parser.parse_args()
    torch.set_num_threads(2)
    folder = teacher_folder(args.teacher)
    tokenizer = load_tokenizer(folder)
    left, right, scores = read_sts(args.sts)
    texts = {"STS-B texts": left + right}
    if args.heldout.exists():
        texts["held-out"] = args.heldout.read_text().splitlines()[:args.count]
    if args.films.exists():
        films = [json.loads(line) for line in args.films.read_text().splitlines()][:args.count]
        texts["film tags and descriptions"] = [", ".join(f["tags"]) for f in films] + [f["description"] for f in films]
    rows = {name: [e.ids for e in tokenizer.encode_batch(found)] for name, found in texts.items()}

    teacher = load_encoder(folder / "model.safetensors")
    theirs = {name: encode(teacher, ids) for name, ids in rows.items()}
    print(f"teacher: Spearman {sts_spearman(theirs['STS-B texts'], scores):.4f} on {len(scores)} pairs", flush=True)
    forms = [("4-bit table, int8 layers", args.student, True), ("4-bit table, float layers", args.student, False)]
    plain = HERE / "cache" / "unquantised.safetensors"
    if plain.exists():
        forms.append(("fp32", plain, False))
    for form, path, int8 in forms:
        student = load_encoder(path)
        student.set_int8(int8)
        print(f"student, {form}:")
        for name, vectors in theirs.items():
            ours = encode(student, rows[name])
            if name.startswith("STS"):
                print(f"  Spearman {sts_spearman(ours, scores):.4f}")
            print(f"  {name} ({len(vectors)}): {agreement(ours, vectors)}", flush=True)
            if name.startswith("film"):
                print(f"    {film_search(ours, vectors, len(films))}", flush=True)


if __name__ == "__main__":
    main()
