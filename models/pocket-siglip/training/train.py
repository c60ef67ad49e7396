"""Trains both towers on drawn swatches for a budget of processor minutes: `python train.py --minutes 40`.

Reads pictures that swatch_pool.py draws (now or before) and writes captions anew each time. Besides the captions of its pictures a
batch has one short text for every value of every attribute ("navy", "herringbone pattern"), true or false of each picture. Pictures are shrunk to 64 pixels for the
first part of the budget and have their full 96 in the last: most is learnt cheaply. Resumes from cache/siglip.pt, which is written
every minute; a later run with more minutes goes on along the longer schedule.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from captions import every_value, make_caption
from claims import NAMES, to_codes, truth
from dual_encoder import DualEncoder
from make_tokenizer import FILE as TOKENIZER
from swatch_pool import CACHE, SwatchPool, to_look
from swatches import make_swatch
from zero_shot import zero_shot

STATE = CACHE / "siglip.pt"
SMALL = 64


def to_pixels(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [n, S, S, 3] to float32 [n, 3, S, S] in -1..1, channels last."""
    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def varied(pixels: torch.Tensor) -> torch.Tensor:
    """Half of the pictures mirrored, each a little lighter or darker."""
    mirrored = torch.rand(len(pixels)) < 0.5
    pixels[mirrored] = pixels[mirrored].flip(3)
    return (pixels + 1) * torch.empty(len(pixels), 1, 1, 1).uniform_(0.95, 1.05) - 1


class Captions:
    """Token numbers and claims of fresh captions."""

    def __init__(self, seed: int):
        self.tokenizer = Tokenizer.from_file(str(TOKENIZER))
        self.tokenizer.no_padding()
        self.rng = np.random.default_rng(seed)

    def tokens(self, texts: list[str]) -> torch.Tensor:
        """int64 [n, longest]; shorter than 64, which changes nothing since padding is not looked at."""
        return torch.nn.utils.rnn.pad_sequence([torch.tensor(e.ids) for e in self.tokenizer.encode_batch(texts)], batch_first=True)

    def claims(self, made: list) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.tensor([c.right for _, c in made]), torch.tensor([c.unclear for _, c in made])

    def draw(self, codes: np.ndarray) -> tuple[list[torch.Tensor], torch.Tensor, torch.Tensor]:
        """A caption per picture, then a text per value of each attribute: tokens of both, and the claims of all."""
        made = [make_caption(to_look(row), self.rng) for row in codes]
        values = every_value(self.rng)
        return [self.tokens([text for text, _ in part]) for part in (made, values)], *self.claims(made + values)


@torch.no_grad()
def settle(model: DualEncoder, pixels: torch.Tensor) -> DualEncoder:
    """A copy whose batch norms hold the statistics of these pictures, for averaged weights."""
    model = copy.deepcopy(model).train()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    for part in pixels.split(128):
        model.image(part)
    return model.eval()


@torch.no_grad()
def check(model: DualEncoder, pool: SwatchPool, dev: tuple, captions: Captions, size: int) -> str:
    """Zero-shot accuracy on held-out combinations."""
    shrink = lambda pixels: pixels if size == pixels.shape[3] else functional.interpolate(pixels, (size, size), mode="area")
    settled = settle(model, shrink(to_pixels(pool.pictures[:768])))
    vectors = torch.cat([settled.image(shrink(part)) for part in dev[0].split(128)]).numpy()
    report = zero_shot(vectors, dev[1], NAMES, lambda texts: settled.text(captions.tokens(texts)).numpy())
    return ", ".join(f"{name} {entry['top1']:.3f}" for name, entry in report.items())


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=40)
    options.add_argument("--batch", type=int, default=96)
    options.add_argument("--rate", type=float, default=2e-3)
    options.add_argument("--small-share", type=float, default=0.5, help="part of the budget at 64 pixels")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--least", type=int, default=2000, help="pictures to wait for")
    options.add_argument("--check-seconds", type=float, default=240, help="processor seconds between checks")
    options.add_argument("--float32", action="store_true")
    options = options.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pool = SwatchPool()
    while pool.filled < options.least:
        time.sleep(2)
    captions = Captions(options.seed)
    model = DualEncoder(captions.tokenizer.get_vocab_size()).to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    decays = [p for p in model.parameters() if p.ndim > 1]
    others = [p for name, p in model.named_parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW([{"params": decays, "weight_decay": 0.02, "factor": 1.0}, {"params": others, "weight_decay": 0.0, "factor": 1.0}, {"params": [model.log_scale, model.bias], "weight_decay": 0.0, "factor": 5.0}], lr=0, betas=(0.9, 0.98))
    step, spent = 0, 0.0
    if STATE.exists():
        state = torch.load(STATE, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
        captions.rng = np.random.default_rng([options.seed, step])
        print(f"resumed at step {step}, {spent / 60:.1f} minutes", flush=True)
    made = [make_swatch(seed, True) for seed in range(10_000, 10_400)]
    dev = to_pixels(np.stack([picture for picture, _ in made])), np.array([to_codes(look) for _, look in made])
    print(f"{sum(p.numel() for p in model.parameters())} parameters, pid {os.getpid()}", flush=True)
    chance = np.random.default_rng([options.seed, step, 7])
    losses: list[float] = []
    last, saved, checked = time.process_time(), time.monotonic(), 0.0
    while spent < options.minutes * 60:
        share = spent / (options.minutes * 60)
        rate = options.rate * (min(1, 0.05 + share / 0.04) if share < 0.04 else 0.5 * (1 + math.cos(math.pi * (share - 0.04) / 0.96))) + 1e-6
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        chosen = np.sort(chance.integers(0, pool.filled, options.batch))
        codes = pool.codes[chosen]
        pixels = varied(to_pixels(pool.pictures[chosen]))
        size = SMALL if share < options.small_share else pixels.shape[3]
        if size != pixels.shape[3]:
            pixels = functional.interpolate(pixels, (size, size), mode="area").contiguous(memory_format=torch.channels_last)
        ids, right, unclear = captions.draw(codes)
        with torch.autocast("cpu", torch.bfloat16, enabled=not options.float32):
            images, texts = model.image(pixels), torch.cat([model.text(part) for part in ids])
        loss = model.loss(images, texts, truth(torch.from_numpy(codes.astype(np.int64)), right, unclear))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        step += 1
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
        losses.append(loss.item())
        now = time.process_time()
        spent, last = spent + now - last, now
        if step % 100 == 0:
            print(f"{spent / 60:.1f} min, step {step}, {size} px, {pool.filled} drawn, rate {rate:.5f}, scale {model.log_scale.exp().item():.1f}, bias {model.bias.item():.2f}, loss {np.mean(losses[-100:]):.3f}", flush=True)
        done = spent >= options.minutes * 60
        if time.monotonic() - saved > 60 or done:
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, STATE.with_suffix(".tmp"))
            os.replace(STATE.with_suffix(".tmp"), STATE)
            saved = time.monotonic()
        if now - checked > options.check_seconds or done:
            print(f"held-out: {check(average, pool, dev, captions, size)}", flush=True)
            last = checked = time.process_time()


if __name__ == "__main__":
    main()
