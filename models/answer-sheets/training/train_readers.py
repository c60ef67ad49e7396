"""Trains both readers on generated crops for a budget of minutes: `python train_readers.py --minutes 90 --bf16`.

Processes of their own draw crops into a pool while this one learns (CTC, AdamW, one cycle over the budget, moving average
of the weights). Resumes from cache/readers.pt, or with --from-exported from the exported readers; the state is written every
three minutes.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing as multiprocessing
from torch.nn import functional

from crop_pool import CropPool, varied
from exported_weights import load_exported
from field_crops import WIDTHS, make_crop
from glyphs import CACHE
from reader_model import Readers, greedy, to_input

FIELDS = tuple(WIDTHS)
FILES = {field: CACHE.parent.parent / f"{field}-reader.onnx" for field in FIELDS}
TRAINING_LEVEL = 0.75  # share of degraded crops


def loss_of(model: Readers, batch: dict, autocast: bool) -> torch.Tensor:
    """The sum over both fields of the CTC loss per character."""
    total = torch.zeros(())
    for field, (crops, targets, lengths) in batch.items():
        images = varied(to_input(crops)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
            logits = model(images, field)
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


def load_readers(model: Readers) -> None:
    """The trunk of the exported register reader, and the head of each."""
    crops = to_input(np.stack([make_crop("register", np.random.default_rng(3), 0.7)[0] for _ in range(256)]))
    for field in ("subject", "register"):
        load_exported(model, FILES[field], lambda: model(crops, field))


def fill(folder: Path, size: int, filled, seed: int) -> None:
    CropPool(folder, size, filled).fill(seed, TRAINING_LEVEL)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=38)
    options.add_argument("--batch", type=int, default=32, help="crops of each field")
    options.add_argument("--rate", type=float, default=3e-3)
    options.add_argument("--bf16", action="store_true")
    options.add_argument("--name", default="readers")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--pool", type=int, default=200_000, help="crops of each field that are kept")
    options.add_argument("--makers", type=int, default=1, help="processes that draw crops")
    options.add_argument("--from-exported", action="store_true")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
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
    if not path.exists() and options.from_exported:
        load_readers(model)
        average.load_state_dict(model.state_dict())
    context = multiprocessing.get_context("spawn")
    filled = context.Value("q", 0)
    folder = CACHE / "crops"
    folder.mkdir(parents=True, exist_ok=True)
    pool = CropPool(folder, options.pool, filled)
    filled.value = pool.count()
    for number in range(options.makers):
        context.Process(target=fill, args=(folder, options.pool, filled, options.seed + 1000 + step + number), daemon=True).start()
    dev = {}
    rng = np.random.default_rng(5)
    for field in FIELDS:
        made = [make_crop(field, rng, ("clean", "rotated", "100dpi", "phone")[k % 4], "dev") for k in range(200)]
        dev[field] = (torch.from_numpy(np.stack([m[0] for m in made])), [m[1] for m in made])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, pid {os.getpid()}", flush=True)
    while filled.value < 3000:
        time.sleep(1)
    chance = np.random.default_rng(options.seed + step)
    last = saved = time.monotonic()
    losses: list[float] = []
    while spent < options.minutes * 60:
        share = spent / (options.minutes * 60)
        rate = options.rate * (min(1, 0.05 + share / 0.06) if share < 0.06 else 0.5 * (1 + math.cos(math.pi * (share - 0.06) / 0.94)))
        for group in optimizer.param_groups:
            group["lr"] = rate + 1e-6
        loss = loss_of(model, {field: pool.draw(field, options.batch, chance) for field in FIELDS}, options.bf16)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        step += 1
        keep = min(0.9985, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        losses.append(loss.item())
        now = time.monotonic()
        spent, last = spent + now - last, now
        if step % 100 == 0:
            print(f"{spent / 60:.1f} min, step {step}, {2 * options.batch * step / spent:.0f} crops/s, {filled.value} drawn, rate {rate:.5f}, loss {np.mean(losses[-100:]):.4f}", flush=True)
        if now - saved > 180 or spent >= options.minutes * 60:
            saved = now
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, path.with_suffix(".tmp"))
            os.replace(path.with_suffix(".tmp"), path)
            print(f"saved; dev exact: {check(average, dev)}", flush=True)
            last = time.monotonic()


if __name__ == "__main__":
    main()
