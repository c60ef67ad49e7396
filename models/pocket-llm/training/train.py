"""Trains the decoder for a budget of processor minutes: `python train.py --minutes 60`.

Texts are generated as they are needed and never seen twice. The rate is held and falls to zero along the last part of the budget;
the exported weights are a moving average. In the first part each eighth row is a drill in looking back. Resumes from cache/pocket-llm.pt, which is written every minute.
"""

from __future__ import annotations

import argparse
import copy
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from corpus import document
from decoder import Decoder, Shape
from looking_back import prime
from rows import Encoder, endless, make_drill, make_rows
from state import CACHE, STATE, load_state

sys.path.append(str(Path(__file__).parents[2] / "pocket-siglip" / "training"))
from muon import Muon  # noqa: E402

LONG_EVERY = 10
"""Each tenth step has rows of 2,048 tokens, so that late positions are known too."""


def make_optimizers(model: Decoder) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for the embedding and the norms."""
    matrices = [weight for weight in model.model.layers.parameters() if weight.ndim == 2]
    norms = [weight for weight in model.parameters() if weight.ndim == 1]
    adam = torch.optim.AdamW([{"params": [model.model.embed_tokens.weight], "weight_decay": 0.0, "factor": 2.5}, {"params": norms, "weight_decay": 0.0, "factor": 1.0}], lr=0, betas=(0.9, 0.98))
    return [Muon([{"params": matrices, "weight_decay": 0.1, "factor": 1.0}]), adam]


def rate_at(share: float, step: int, fall: float) -> float:
    """Part of the highest rate: up over 60 steps, held, and down along the last `fall` of the budget."""
    return min(1.0, (step + 1) / 60) * min(1.0, max(0.0, 1 - share) / fall)


class Learner:
    """The model, its moving average and its optimizers, with what was spent; kept in STATE."""

    def __init__(self, shape: Shape, rate: float):
        self.rate = rate
        self.model = Decoder(shape)
        prime(self.model)
        self.average = copy.deepcopy(self.model)
        self.optimizers = make_optimizers(self.model)
        self.step, self.tokens, self.spent = 0, 0, 0.0

    def resume(self) -> None:
        if not STATE.exists():
            return
        state = load_state()
        self.model = Decoder(Shape(**state["shape"]))
        self.average = copy.deepcopy(self.model)
        self.optimizers = make_optimizers(self.model)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        for optimizer, kept in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(kept)
        self.step, self.tokens, self.spent = state["step"], state["tokens"], state["spent"]
        print(f"resumed at step {self.step}, {self.spent / 60:.1f} minutes", flush=True)

    def save(self) -> None:
        kept = {
            "shape": asdict(self.model.shape), "model": self.model.state_dict(), "average": self.average.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers], "step": self.step, "tokens": self.tokens, "spent": self.spent,
        }
        torch.save(kept, STATE.with_suffix(".tmp"))
        os.replace(STATE.with_suffix(".tmp"), STATE)

    def learn(self, tokens: torch.Tensor, weights: torch.Tensor, part: float) -> float:
        """One step at this part of the highest rate; the loss in nats per weighted token."""
        for group in (group for optimizer in self.optimizers for group in optimizer.param_groups):
            group["lr"] = self.rate * part * group["factor"]
        loss = weighted_loss(self.model, tokens, weights)
        self.model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        self.tokens += weights.numel()
        keep = min(0.99, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for slow, fast in zip(self.average.parameters(), self.model.parameters()):
                slow.lerp_(fast, 1 - keep)
        return loss.item()


def weighted_loss(model: Decoder, tokens: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Mean over the weighted aims only: logits of tokens without weight are never computed."""
    with torch.autocast("cpu", torch.bfloat16):
        states = model.states(tokens[:, :-1])
        chosen = weights[:, 1:] > 0
        logits = functional.linear(states[chosen], model.model.embed_tokens.weight)
    counts = weights[:, 1:][chosen]
    return (functional.cross_entropy(logits.float(), tokens[:, 1:][chosen], reduction="none") * counts).sum() / counts.sum()


@torch.no_grad()
def check(model: Decoder, encoder: Encoder) -> float:
    """Nats per weighted token on held-out documents."""
    held = endless(lambda rng: document(rng, held_out=True), [77])
    parts = [make_rows(held, encoder, 512, 8) for _ in range(4)]
    return float(np.mean([weighted_loss(model, torch.from_numpy(tokens), torch.from_numpy(weights)).item() for tokens, weights in parts]))


def parse_options() -> argparse.Namespace:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--rate", type=float, default=4e-3)
    options.add_argument("--fall", type=float, default=0.5, help="part of the budget along which the rate falls")
    options.add_argument("--drill-share", type=float, default=0.2, help="part of the budget with drills")
    options.add_argument("--batch-tokens", type=int, default=2048)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--check-seconds", type=float, default=420, help="processor seconds between checks")
    return options.parse_args()


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    CACHE.mkdir(exist_ok=True)
    encoder = Encoder()
    shape = Shape(vocabulary=encoder.tokenizer.get_vocab_size())
    learner = Learner(shape, options.rate)
    learner.resume()
    documents = endless(document, [options.seed, learner.step])
    chance = np.random.default_rng([options.seed, learner.step])
    print(f"{sum(p.numel() for p in learner.model.parameters())} parameters, pid {os.getpid()}", flush=True)
    losses: list[float] = []
    budget = options.minutes * 60
    last, saved, checked = time.process_time(), time.monotonic(), time.process_time()
    while learner.spent < budget:
        length = 2048 if learner.step % LONG_EVERY == LONG_EVERY - 1 else 512
        tokens, weights = make_rows(documents, encoder, length, options.batch_tokens // length)
        if length == 512 and learner.step % 2 and learner.spent < options.drill_share * budget:
            drill = make_drill(chance, shape.vocabulary, length, len(tokens) // 4)
            tokens[: len(drill[0])], weights[: len(drill[0])] = drill
        losses.append(learner.learn(torch.from_numpy(tokens), torch.from_numpy(weights), rate_at(learner.spent / budget, learner.step, options.fall)))
        now = time.process_time()
        learner.spent, last = learner.spent + now - last, now
        done = learner.spent >= budget
        if learner.step % 20 == 0 or done:
            print(f"{learner.spent / 60:.1f} min, step {learner.step}, {learner.tokens / 1e6:.2f} M tokens, loss {np.mean(losses[-20:]):.3f}", flush=True)
        if time.monotonic() - saved > 60 or done:
            learner.save()
            saved = time.monotonic()
        if now - checked > options.check_seconds or done:
            print(f"held-out: {check(learner.average, encoder):.3f}", flush=True)
            last = checked = time.process_time()


if __name__ == "__main__":
    main()
