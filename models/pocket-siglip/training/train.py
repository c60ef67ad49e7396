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
from muon import Muon
from swatch_pool import CACHE, SwatchPool, to_look
from swatches import make_swatch
from zero_shot import zero_shot

STATE = CACHE / "siglip.pt"
SMALL = 64


def to_pixels(pictures: np.ndarray) -> torch.Tensor:
    """uint8 [n, S, S, 3] to float32 [n, 3, S, S] in -1..1, channels last."""
    return (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def shrunk(pixels: torch.Tensor, size: int) -> torch.Tensor:
    """Pixels at this side length, by area."""
    if size == pixels.shape[3]:
        return pixels
    return functional.interpolate(pixels, (size, size), mode="area").contiguous(memory_format=torch.channels_last)


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


def make_optimizers(model: DualEncoder) -> tuple[Muon, torch.optim.AdamW]:
    """Muon for convolutions and layers, which learn about twice as much per step by it; AdamW for heads, words and vectors."""
    scalars = [model.log_scale, model.bias]
    heads = [model.image.head.weight, model.text.head.weight, model.text.words.weight, model.text.places]
    apart = {id(p) for p in heads + scalars}
    layers = [p for p in model.parameters() if p.ndim > 1 and id(p) not in apart]
    vectors = [p for p in model.parameters() if p.ndim <= 1 and id(p) not in apart]
    adam = torch.optim.AdamW(
        [{"params": heads, "weight_decay": 0.02, "factor": 1.0}, {"params": vectors, "weight_decay": 0.0, "factor": 1.0}, {"params": scalars, "weight_decay": 0.0, "factor": 5.0}],
        lr=0, betas=(0.9, 0.98),
    )
    return Muon([{"params": layers, "weight_decay": 0.02, "factor": 1.0}]), adam


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
    settled = settle(model, shrunk(to_pixels(pool.pictures[:768]), size))
    vectors = torch.cat([settled.image(shrunk(part, size)) for part in dev[0].split(128)]).numpy()
    report = zero_shot(vectors, dev[1], NAMES, lambda texts: settled.text(captions.tokens(texts)).numpy())
    return ", ".join(f"{name} {entry['top1']:.3f}" for name, entry in report.items())


class Learner:
    """The model, its moving average and its optimizers, with steps and processor seconds spent; kept in STATE."""

    def __init__(self, vocabulary: int, rate: float, autocast: bool):
        self.rate, self.autocast = rate, autocast
        self.model = DualEncoder(vocabulary).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model)
        self.optimizers = make_optimizers(self.model)
        self.step, self.spent = 0, 0.0

    def resume(self) -> None:
        if not STATE.exists():
            return
        state = torch.load(STATE, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        self.step, self.spent = state["step"], state["spent"]
        print(f"resumed at step {self.step}, {self.spent / 60:.1f} minutes", flush=True)

    def save(self) -> None:
        kept = {"model": self.model.state_dict(), "average": self.average.state_dict(), "optimizers": [o.state_dict() for o in self.optimizers], "step": self.step, "spent": self.spent}
        torch.save(kept, STATE.with_suffix(".tmp"))
        os.replace(STATE.with_suffix(".tmp"), STATE)

    def learn(self, pixels: torch.Tensor, codes: np.ndarray, drawn: tuple, share: float) -> float:
        """One step at the rate of this share of the budget; the loss."""
        rate = self.rate * (min(1, 0.05 + share / 0.04) if share < 0.04 else 0.5 * (1 + math.cos(math.pi * (share - 0.04) / 0.96))) + 1e-6
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = rate * group["factor"]
        ids, right, unclear = drawn
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            images, texts = self.model.image(pixels), torch.cat([self.model.text(part) for part in ids])
        loss = self.model.loss(images, texts, truth(torch.from_numpy(codes.astype(np.int64)), right, unclear))
        self.model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        keep = min(0.998, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.model.parameters()):
                slow.lerp_(fast, 1 - keep)
        return loss.item()


def parse_options() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=40)
    options.add_argument("--batch", type=int, default=128)
    options.add_argument("--rate", type=float, default=3e-3)
    options.add_argument("--small-share", type=float, default=0.7, help="part of the budget at 64 pixels")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--least", type=int, default=2000, help="pictures to wait for")
    options.add_argument("--check-seconds", type=float, default=300, help="processor seconds between checks")
    options.add_argument("--float32", action="store_true")
    return options.parse_args()


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pool = SwatchPool()
    while pool.filled < options.least:
        time.sleep(2)
    captions = Captions(options.seed)
    learner = Learner(captions.tokenizer.get_vocab_size(), options.rate, not options.float32)
    learner.resume()
    captions.rng = np.random.default_rng([options.seed, learner.step])
    chance = np.random.default_rng([options.seed, learner.step, 7])
    made = [make_swatch(seed, True) for seed in range(10_000, 10_400)]
    dev = to_pixels(np.stack([picture for picture, _ in made])), np.array([to_codes(look) for _, look in made])
    print(f"{sum(p.numel() for p in learner.model.parameters())} parameters, pid {os.getpid()}", flush=True)
    losses: list[float] = []
    budget = options.minutes * 60
    last, saved, checked = time.process_time(), time.monotonic(), time.process_time()
    while learner.spent < budget:
        chosen = np.sort(chance.integers(0, pool.filled, options.batch))
        pixels = varied(to_pixels(pool.pictures[chosen]))
        size = SMALL if learner.spent < options.small_share * budget else pixels.shape[3]
        codes = pool.codes[chosen]
        losses.append(learner.learn(shrunk(pixels, size), codes, captions.draw(codes), learner.spent / budget))
        now = time.process_time()
        learner.spent, last = learner.spent + now - last, now
        done = learner.spent >= budget
        if learner.step % 100 == 0 or done:
            scale, bias = learner.model.log_scale.exp().item(), learner.model.bias.item()
            print(f"{learner.spent / 60:.1f} min, step {learner.step}, {size} px, {pool.filled} drawn, scale {scale:.1f}, bias {bias:.2f}, loss {np.mean(losses[-100:]):.3f}", flush=True)
        if time.monotonic() - saved > 60 or done:
            learner.save()
            saved = time.monotonic()
        if now - checked > options.check_seconds or done:
            print(f"held-out: {check(learner.average, pool, dev, captions, size)}", flush=True)
            last = checked = time.process_time()


if __name__ == "__main__":
    main()
