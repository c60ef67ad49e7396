"""Train a pocket model: a 4-layer student that imitates its teacher's embeddings.

Reads cache/corpus.txt (build_corpus.py), embeds it shard by shard with the
teacher (kept in cache/) and trains the student on each shard. The embedding
table is seen through its 4-bit rounding all along, so what is trained is what
is shipped. The student is saved every few minutes: stopping loses little.

    python models/training/distill.py pocket-minilm --minutes 30
    python models/training/distill.py pocket-bge --minutes 30

pocket-minilm starts as some of the teacher's layers. pocket-bge starts as
pocket-minilm, learns the lifted vectors of targets.py, sees a share of the
texts with its query prompt, and some long ones (cache/long.txt).

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

from student import HERE, MODELS, TEACHER, by_length, encode, load_encoder, load_tokenizer, pad, save_student, teacher_folder
from targets import encode_long, make_lift, prompted

HELD_OUT = 2000
SAVE_SECONDS = 120
# Of long texts: how many are used, and tokens of them per token of ordinary text.
LONG_TEXTS, LONG_SHARE = 1500, 0.15
# Share of batches of ordinary texts that carry the prompt; longer texts than this are no queries.
PROMPTED, LONGEST_QUERY = 0.3, 64


def shard(path, texts, folder, threads, max_tokens=TEACHER.max_tokens):
    """Write token ids and teacher embeddings of one shard, once."""
    if path.exists():
        return path
    torch.set_num_threads(threads)
    rows = [np.array(e.ids, dtype=np.uint16) for e in load_tokenizer(folder, max_tokens).encode_batch(texts)]
    teacher = load_encoder(folder / "model.safetensors").eval()
    vectors = encode_long(teacher, rows) if max_tokens > TEACHER.max_tokens else encode(teacher, rows, bf16=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(pickle.dumps((rows, vectors.astype(np.float16))))
    temporary.replace(path)
    return path


def loss_of(ours, theirs, weight):
    """Squared distance to the teacher's vectors, and mismatch of similarities within the batch."""
    point = (ours - theirs).pow(2).sum(1).mean()
    gram = (ours @ ours.T - theirs @ theirs.T).pow(2)
    return point + weight * gram.sum() / (len(ours) * max(len(ours) - 1, 1)), point


@torch.no_grad()
def fit_head(student, rows, targets, ridge=1e-2):
    """Set the head to the least-squares map from what the student pools now to the targets."""
    pooled = []
    handle = student.head.register_forward_pre_hook(lambda _, inputs: pooled.append(inputs[0]))
    order = [i for batch in by_length(rows, 2048) for i in batch]
    encode(student, rows, bf16=True)
    handle.remove()
    x = torch.cat(pooled).float()
    y = torch.from_numpy(targets[order])
    ones = torch.cat([x, torch.ones(len(x), 1)], 1)
    solved = torch.linalg.solve(ones.T @ ones + ridge * len(x) * torch.eye(ones.shape[1]) * x.pow(2).mean(), ones.T @ y)
    student.head.weight.copy_(solved[:-1].T)
    student.head.bias.copy_(solved[-1])


def start_student(args, shape, folder):
    """The student before training."""
    if args.start:
        return load_encoder(args.start, shape, quantise=True)
    if shape.outputs == TEACHER.outputs:
        return load_encoder(folder / "model.safetensors", shape, [int(n) for n in args.layers.split(",")], quantise=True)
    # The teacher's checkpoint has positions beyond the 256 it was tuned on.
    wide = load_encoder(folder / "model.safetensors", shape)
    return load_encoder(MODELS["pocket-minilm"].folder / "student.safetensors", shape, quantise=True,
                        positions=wide.embeddings.position_embeddings.weight.detach())


def main():
    """Train until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=list(MODELS))
    parser.add_argument("--teacher")
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--out", type=Path, help="folder of the result (the model's own)")
    parser.add_argument("--start", type=Path, help="continue from these weights")
    parser.add_argument("--layers", default="0,2,4,5", help="teacher layers to start from (pocket-minilm)")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--shard", type=int, default=10_000)
    parser.add_argument("--shards", type=int, help="read only so many, again and again; the teacher reads each once")
    parser.add_argument("--first", type=int, default=0, help="first shard to read")
    parser.add_argument("--tokens", type=int, default=1536, help="tokens in a batch")
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--table-rate", type=float, default=2e-4)
    parser.add_argument("--warm-up", type=int, default=200, help="steps until the full rate")
    parser.add_argument("--similarity", type=float, default=5.0, help="weight of the similarity loss")
    parser.add_argument("--int8", action="store_true", help="imitate int8 layers while training")
    parser.add_argument("--threads", type=int, default=1, help="for the student, and as many for the teacher beside it")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)

    shape = MODELS[args.model]
    out = args.out or shape.folder
    folder = teacher_folder(args.teacher)
    student = start_student(args, shape, folder)
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
    shards = args.shards or -(-len(texts) // args.shard)

    def ask(number):
        number %= shards
        return pool.submit(shard, args.cache / f"shard-{number:03}.pickle",
                           texts[number * args.shard:][:args.shard], folder, args.threads)

    number = args.first
    waiting = ask(number)
    waiting.result()
    tokenizer = load_tokenizer(folder)
    lift, long = None, None
    if shape.outputs != TEACHER.outputs:
        lift = make_lift(args.cache, texts, folder)
        found = (args.cache / "long.txt").read_text().splitlines()[:LONG_TEXTS]
        rows, vectors = pickle.loads(shard(args.cache / "long.pickle", found, folder, args.threads, shape.max_tokens).read_bytes())
        long = list(zip(rows, lift(rows, vectors)))
        if not args.start:
            rows, vectors = pickle.loads(waiting.result().read_bytes())
            fit_head(student, rows, lift(rows, vectors))

    def batches_of(rows, targets):
        """Shuffled (ids, targets) batches of one shard, prompted and long ones among them."""
        rows = [row.astype(np.int64) for row in rows]
        batches = []
        for batch in by_length(rows, args.tokens):
            ids = [rows[i] for i in batch]
            if shape.prompt and len(ids[-1]) <= LONGEST_QUERY and rng.random() < PROMPTED:
                ids = prompted(tokenizer, shape.prompt, ids)
            batches.append((ids, targets[batch]))
        if long:
            tokens, picked = 0, []
            while tokens < LONG_SHARE * sum(map(len, rows)):
                picked.append(rng.choice(long))
                tokens += len(picked[-1][0])
            for batch in by_length([row for row, _ in picked], 2 * args.tokens):
                batches.append(([picked[i][0] for i in batch], np.stack([picked[i][1] for i in batch])))
        # Long texts are few and costly; the wording of the short ones is what differs.
        rng.shuffle(batches)
        return batches

    def save():
        save_student(student, out)
        save_file({k: v.detach().clone() for k, v in student.state_dict().items()},
                  str(args.cache / f"{shape.name}-unquantised.safetensors"))

    begun, saved, step, seen, total, count = time.time(), time.time(), 0, 0, 0.0, 0
    while (done := (time.time() - begun) / (60 * args.minutes)) < 1:
        rows, targets = pickle.loads(waiting.result().read_bytes())
        waiting = ask(number + 1)
        batches = batches_of(rows, lift(rows, targets) if lift else targets.astype(np.float32))
        student.train()
        for ids, wanted in batches:
            done = min((time.time() - begun) / (60 * args.minutes), 1)
            # Cosine decay to 2 % of the peak: the last steps settle rather than move.
            level = min(1, (step + 1) / args.warm_up) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * done)))
            for optimiser, peak in zip(optimisers, peaks):
                for group in optimiser.param_groups:
                    group["lr"] = peak * level
            with torch.autocast("cpu", dtype=torch.bfloat16):
                ours = student(*pad(ids))
            loss, point = loss_of(ours, torch.from_numpy(wanted), args.similarity)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(rest, 1.0)
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad()
            step, seen, total, count = step + 1, seen + len(ids), total + point.item(), count + 1
            if done >= 1 or time.time() - saved > SAVE_SECONDS:
                save()
                minutes, saved = (time.time() - begun) / 60, time.time()
                print(f"{minutes:6.1f} min shard {number} step {step} texts {seen} cosine {1 - total / count / 2:.4f} rate {level:.3f}", flush=True)
                total, count = 0.0, 0
            if done >= 1:
                break
        number += 1
    pool.shutdown(cancel_futures=True)


if __name__ == "__main__":
    main()
