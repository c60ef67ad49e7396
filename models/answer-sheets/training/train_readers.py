"""Trains both readers on generated crops for a budget of minutes: `python train_readers.py --minutes 38`.

One process makes crops while the other learns (CTC, AdamW, one cycle over the budget, moving average of the weights).
Resumes from cache/readers.pt; the state is written every three minutes.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time

import numpy as np
import torch
import torch.multiprocessing as multiprocessing
from torch.nn import functional

from field_crops import ALPHABETS, WIDTHS, make_crop
from glyphs import CACHE
from reader_model import Readers, greedy, to_input

FIELDS = tuple(WIDTHS)


def make_batches(queue, seed: int, size: int, progress) -> None:
    """Endlessly puts {field: (crops, targets, lengths)}; `progress` (0-1) sets how degraded they are."""
    import cv2
    cv2.setNumThreads(1)
    cv2.setRNGSeed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    while True:
        level = min(0.85, 0.15 + 3.5 * progress.value)
        batch = {}
        for field in FIELDS:
            made = [make_crop(field, rng, level) for _ in range(size)]
            classes = [[ALPHABETS[field].index(c) + 1 for c in text] for _, text in made]
            batch[field] = (torch.from_numpy(np.stack([m[0] for m in made])), torch.tensor(sum(classes, [])), torch.tensor([len(c) for c in classes]))
        queue.put(batch)


def loss_of(model: Readers, batch: dict, autocast: bool) -> torch.Tensor:
    """The sum over both fields of the CTC loss per character."""
    total = torch.zeros(())
    for field, (crops, targets, lengths) in batch.items():
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            logits = model(to_input(crops).to(memory_format=torch.channels_last), field)
        scores = functional.log_softmax(logits.float(), 2).transpose(0, 1)
        steps = torch.full((len(crops),), scores.shape[0])
        total = total + functional.ctc_loss(scores, targets, steps, lengths, zero_infinity=True)
    return total


@torch.no_grad()
def settle(model: Readers, field: str, crops: torch.Tensor) -> Readers:
    """A copy whose batch norms hold the statistics of this field's crops (the trunk is shared, the exports are not)."""
    model = copy.deepcopy(model).train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
        elif isinstance(module, torch.nn.Dropout2d):
            module.p = 0.0
    for part in crops.split(64):
        model(to_input(part), field)
    return model.eval()


def check(model: Readers, dev: dict) -> str:
    """Exact matches on dev writers."""
    report = []
    for field, (crops, texts) in dev.items():
        settled = settle(model, field, crops)
        with torch.no_grad():
            read = greedy(torch.cat([settled(to_input(part), field) for part in crops.split(64)]), field)
        report.append(f"{field} {np.mean([a == b for a, b in zip(read, texts)]):.3f}")
    return ", ".join(report)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=38)
    options.add_argument("--batch", type=int, default=32, help="crops of each field")
    options.add_argument("--rate", type=float, default=3e-3)
    options.add_argument("--bf16", action="store_true")
    options.add_argument("--name", default="readers")
    options.add_argument("--seed", type=int, default=1)
    options = options.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    path = CACHE / f"{options.name}.pt"
    model = Readers().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    decays = [p for p in model.parameters() if p.ndim > 1]
    optimizer = torch.optim.AdamW([{"params": decays, "weight_decay": 0.02}, {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0}], lr=0, betas=(0.9, 0.98))
    step, spent = 0, 0.0
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
        print(f"resumed at step {step}, {spent / 60:.1f} minutes", flush=True)
    context = multiprocessing.get_context("spawn")
    progress, queue = context.Value("d", 0.0), context.Queue(6)
    worker = context.Process(target=make_batches, args=(queue, options.seed + 1000 + step, options.batch, progress), daemon=True)
    worker.start()
    dev = {}
    rng = np.random.default_rng(5)
    for field in FIELDS:
        made = [make_crop(field, rng, ("clean", "rotated", "100dpi", "phone")[k % 4], "dev") for k in range(200)]
        dev[field] = (torch.from_numpy(np.stack([m[0] for m in made])), [m[1] for m in made])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, pid {os.getpid()}", flush=True)
    last = saved = time.monotonic()
    first_step, losses = step, []
    while spent < options.minutes * 60:
        share = spent / (options.minutes * 60)
        progress.value = share
        rate = options.rate * (min(1, 0.05 + share / 0.06) if share < 0.06 else 0.5 * (1 + math.cos(math.pi * (share - 0.06) / 0.94)))
        for group in optimizer.param_groups:
            group["lr"] = rate + 1e-6
        loss = loss_of(model, queue.get(), options.bf16)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        step += 1
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        losses.append(loss.item())
        now = time.monotonic()
        spent, last = spent + now - last, now
        if step % 100 == 0:
            print(f"{spent / 60:.1f} min, step {step}, {2 * options.batch * step / spent:.0f} crops/s, waiting {queue.qsize()}, rate {rate:.5f}, loss {np.mean(losses[-100:]):.4f}", flush=True)
        if now - saved > 180 or spent >= options.minutes * 60:
            saved = now
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, path.with_suffix(".tmp"))
            os.replace(path.with_suffix(".tmp"), path)
            print(f"saved; dev exact: {check(average, dev)}", flush=True)
            last = time.monotonic()
    worker.terminate()


if __name__ == "__main__":
    main()
