"""Train pocket-minilm: a 4-layer student that imitates its teacher's embeddings.

Reads cache/corpus.txt (build_corpus.py), embeds it shard by shard with the
teacher (kept in cache/) and trains the student on each shard. The embedding
table is seen through its 4-bit rounding all along, so what is trained is what
is shipped. The student is saved after every shard: stopping loses little.

    python models/pocket-minilm/distill.py --minutes 30

The learning rate follows the clock, so that a run always ends on a low rate.
"""

import argparse
import multiprocessing
import pickle
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from student import by_length, encode, load_encoder, load_tokenizer, pad, save_student, teacher_folder

HERE = Path(__file__).resolve().parent
HELD_OUT = 2000


def shard(path, texts, folder, threads):
    """Write token ids and teacher embeddings of one shard, once."""
    if path.exists():
        return path
    torch.set_num_threads(threads)
    rows = [np.array(e.ids, dtype=np.uint16) for e in load_tokenizer(folder).encode_batch(texts)]
    teacher = load_encoder(folder / "model.safetensors").eval()
    vectors = encode(teacher, rows, bf16=True).astype(np.float16)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(pickle.dumps((rows, vectors)))
    temporary.replace(path)
    return path


def loss_of(ours, theirs, weight):
    """Squared distance to the teacher's vectors, and mismatch of similarities within the batch."""
    point = (ours - theirs).pow(2).sum(1).mean()
    gram = (ours @ ours.T - theirs @ theirs.T).pow(2)
    return point + weight * gram.sum() / (len(ours) * max(len(ours) - 1, 1)), point


def main():
    """Train until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--start", type=Path, help="continue from these weights")
    parser.add_argument("--layers", default="0,2,4,5", help="teacher layers to start from")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--shard", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="first shard to read")
    parser.add_argument("--tokens", type=int, default=1536, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--table-rate", type=float, default=2e-4)
    parser.add_argument("--similarity", type=float, default=5.0, help="weight of the similarity loss")
    parser.add_argument("--int8", action="store_true", help="imitate int8 layers while training")
    parser.add_argument("--threads", type=int, default=1, help="for the student, and as many for the teacher beside it")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)

    folder = teacher_folder(args.teacher)
    if args.start:
        student = load_encoder(args.start, quantise=True)
    else:
        student = load_encoder(folder / "model.safetensors", [int(n) for n in args.layers.split(",")], quantise=True)
    student.set_int8(args.int8)
    texts = (args.cache / "corpus.txt").read_text().splitlines()
    held, texts = texts[:HELD_OUT], texts[HELD_OUT:]
    (args.cache / "heldout.txt").write_text("\n".join(held) + "\n")

    table = [student.embeddings.word_embeddings.weight]
    rest = [p for n, p in student.named_parameters() if "word_embeddings" not in n]
    optimisers = [torch.optim.AdamW([{"params": [p for p in rest if p.ndim > 1], "weight_decay": 0.01},
                                     {"params": [p for p in rest if p.ndim == 1], "weight_decay": 0.0}],
                                    lr=args.rate, betas=(0.9, 0.98), fused=True),
                  torch.optim.SparseAdam(table, lr=args.table_rate, betas=(0.9, 0.98))]
    peaks = [args.rate, args.table_rate]

    # The teacher works on the next shard in a process of its own: two busy
    # single threads get more done here than two that wait for each other.
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    shards = -(-len(texts) // args.shard)

    def ask(number):
        number %= shards
        return pool.submit(shard, args.cache / f"shard-{number:03}.pickle",
                           texts[number * args.shard:][:args.shard], folder, args.threads)

    number = args.first
    waiting = ask(number)
    waiting.result()
    begun, step, seen = time.time(), 0, 0
    while (done := (time.time() - begun) / (60 * args.minutes)) < 1:
        rows, targets = pickle.loads(waiting.result().read_bytes())
        waiting = ask(number + 1)
        batches = by_length(rows, args.tokens)
        # Long texts are few and costly; the wording of the short ones is what differs.
        rng.shuffle(batches)
        student.train()
        total = 0.0
        for count, batch in enumerate(batches, 1):
            done = min((time.time() - begun) / (60 * args.minutes), 1)
            # Cosine decay to 2 % of the peak: the last steps settle rather than move.
            level = min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))
            for optimiser, peak in zip(optimisers, peaks):
                for group in optimiser.param_groups:
                    group["lr"] = peak * level
            with torch.autocast("cpu", dtype=torch.bfloat16):
                ours = student(*pad([rows[i] for i in batch]))
            loss, point = loss_of(ours, torch.from_numpy(targets[batch]).float(), args.similarity)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(rest, 1.0)
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad()
            step, seen, total = step + 1, seen + len(batch), total + point.item()
            if done >= 1:
                break
        save_student(student, args.out)
        save_file({k: v.detach().clone() for k, v in student.state_dict().items()}, str(args.cache / "unquantised.safetensors"))
        minutes = (time.time() - begun) / 60
        print(f"{minutes:6.1f} min shard {number} step {step} texts {seen} cosine {1 - total / count / 2:.4f} rate {level:.3f}", flush=True)
        number += 1
    pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    main()
