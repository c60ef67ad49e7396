"""Measures the exported model and writes reports/pocket-llm.json and reports/samples.md: `python evaluate.py`.

Everything is held out: topics that training never saw, and some ways to ask. Weights are the exported, rounded ones. Samples are the
first that come with seed 1, unpicked.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections import defaultdict

import numpy as np
import torch
from torch.nn import functional

from asking import IDEA, SLOGAN, ask_for, playground_prompt
from chat import END_OF_TEXT, END_OF_TURN, to_prompt
from corpus import draw
from decoder import Decoder, Shape
from idea import make_idea
from make_fixtures import rounded
from make_tokenizer import FOLDER
from rows import PROMPT_WEIGHT, Encoder
from samples import PROMPTS
from session import PocketSession
from state import EXPORTED, load_state

TEMPERATURE, TOP_P = 0.7, 0.95


class Writer:
    """Answers of the exported files."""

    def __init__(self, shape: Shape, encoder: Encoder):
        self.session, self.encoder = PocketSession(shape), encoder
        self.ends = {encoder.tokenizer.token_to_id(END_OF_TURN), encoder.tokenizer.token_to_id(END_OF_TEXT)}

    def answer(self, messages: list[tuple[str, str]], rng: np.random.Generator, longest: int = 160) -> str:
        def choose(logits: np.ndarray) -> int:
            order = np.argsort(-logits)[:64]
            shares = np.exp((logits[order] - logits[order[0]]) / TEMPERATURE)
            shares /= shares.sum()
            kept = int(np.searchsorted(np.cumsum(shares), TOP_P)) + 1
            return int(order[rng.choice(kept, p=shares[:kept] / shares[:kept].sum())])

        ids = self.session.generate(self.encoder.ids(to_prompt(messages)), longest, self.ends, choose)
        return self.encoder.tokenizer.decode(ids, skip_special_tokens=True)


@torch.no_grad()
def perplexity(model: Decoder, encoder: Encoder, texts: int) -> dict[str, dict[str, float]]:
    """Of answers only, per kind of text and together: per token, and bits per byte of the answer."""
    rng = random.Random("perplexity")
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0, 0])
    for _ in range(texts):
        kind, turns = draw(rng, held_out=True)
        ids, weights = encoder.encode(turns)
        tokens = torch.tensor([ids[:2048]])
        aims = torch.tensor(weights[:2048][1:]) > PROMPT_WEIGHT
        losses = functional.cross_entropy(model(tokens[:, :-1])[0], tokens[0, 1:], reduction="none")[aims]
        size = sum(len(text.encode()) for role, text in turns if role in ("assistant", "text"))
        for key in (kind, "all"):
            sums[key][0] += losses.sum().item()
            sums[key][1] += len(losses)
            sums[key][2] += size
    return {key: {"perplexity": round(math.exp(loss / count), 3), "bits_per_byte": round(loss / math.log(2) / size, 4), "tokens": count} for key, (loss, count, size) in sorted(sums.items())}


def mentions(text: str, idea) -> bool:
    low = text.lower()
    return any(form and form.lower() in low for form in (idea.topic.bare, idea.topic.attr, idea.topic.asked))


def cards(writer: Writer, count: int) -> dict[str, float]:
    """Idea cards as JSON, free, without a grammar: whether they parse, and keep to topic, audience and kind."""
    rng, numbers = random.Random("cards"), np.random.default_rng(1)
    found: dict[str, list[bool]] = defaultdict(list)
    for _ in range(count):
        idea = make_idea(rng, held_out=True)
        form = '{"title":"string","description":"string","target_audience":"string","strengths":"string[]"}'
        prompt = f"{playground_prompt(idea, rng, [])}\nAudience: {idea.audience}.\nAnswer with a JSON object matching {form}"
        text = writer.answer([("user", prompt)], numbers, 700)
        try:
            made = json.loads(text)
            found["valid_json"].append(True)
        except json.JSONDecodeError:
            made = {}
            found["valid_json"].append(False)
        found["asked_fields"].append(list(made) == ["title", "description", "target_audience", "strengths"])
        if idea.topic.asked in prompt:
            found["mentions_topic"].append(mentions(text, idea))
            found["mentions_topic_known_words" if idea.topic.natural else "mentions_topic_joined_or_invented_words"].append(mentions(text, idea))
        found["mentions_audience"].append(idea.audience.lower() in text.lower())
    return {name: round(sum(values) / len(values), 3) for name, values in found.items()}


def slogans(writer: Writer, count: int) -> dict[str, float]:
    rng, numbers = random.Random("slogans"), np.random.default_rng(2)
    texts, named = [], 0
    for _ in range(count):
        idea = make_idea(rng, held_out=True)
        texts.append(writer.answer([("user", ask_for(SLOGAN, idea, rng, 0))], numbers, 40))
        named += mentions(texts[-1], idea)
    words = [text.lower().split() for text in texts]
    ones = [word for line in words for word in line]
    twos = [pair for line in words for pair in zip(line, line[1:])]
    same, numbers = make_idea(rng, held_out=True), np.random.default_rng(3)
    again = [writer.answer([("user", f"Write a slogan for {same.topic.asked}.")], numbers, 40) for _ in range(20)]
    return {
        "distinct_1": round(len(set(ones)) / len(ones), 3), "distinct_2": round(len(set(twos)) / len(twos), 3), "mentions_topic": round(named / count, 3),
        "words_mean": round(len(ones) / count, 1), "different_of_20_for_one_prompt": len(set(again)),
    }


def plain_ideas(writer: Writer, count: int) -> dict[str, float]:
    rng, numbers = random.Random("ideas"), np.random.default_rng(4)
    named = 0
    for _ in range(count):
        idea = make_idea(rng, held_out=True)
        named += mentions(writer.answer([("user", ask_for(IDEA, idea, rng, 0))], numbers, 200), idea)
    return {"mentions_topic": round(named / count, 3)}


@torch.no_grad()
def llama_difference(model: Decoder, ids: list[int]) -> float:
    """Largest difference of logits from transformers' LlamaForCausalLM with the same weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = json.loads((FOLDER / "config.json").read_text())
    llama = LlamaForCausalLM(LlamaConfig(**{name: value for name, value in config.items() if name != "architectures"})).eval()
    llama.load_state_dict(model.state_dict(), strict=False)
    return float((llama(torch.tensor([ids])).logits - model(torch.tensor([ids]))).abs().max())


def speed(writer: Writer) -> dict[str, float]:
    """Processor milliseconds on one thread, best of five."""
    ids = (writer.encoder.ids(to_prompt([("user", "Write a product idea about solar lamps. " * 30)])))[:256]
    best = {"prefill_256": 1e9, "token_at_256": 1e9}
    for _ in range(5):
        start = time.process_time()
        _, past = writer.session.prefill(ids)
        best["prefill_256"] = min(best["prefill_256"], time.process_time() - start)
        start = time.process_time()
        for _ in range(16):
            _, past = writer.session.follow([5], past)
        best["token_at_256"] = min(best["token_at_256"], (time.process_time() - start) / 16)
    return {name: round(seconds * 1000, 2) for name, seconds in best.items()}


def write_samples(writer: Writer) -> None:
    numbers = np.random.default_rng(1)
    parts = ["# Samples", "", f"Written by `training/evaluate.py`: temperature {TEMPERATURE}, top-p {TOP_P}, the first answer to each prompt, none left out.", ""]
    for prompt in PROMPTS:
        messages = [("user", prompt)] if isinstance(prompt, str) else prompt
        asked = "\n".join(text if role == "user" else f"({role}) {text}" for role, text in messages)
        parts += ["```text", asked, "```", "", "\n".join(f"> {line}".rstrip() for line in writer.answer(messages, numbers, 420).split("\n")), ""]
    (FOLDER / "reports" / "samples.md").write_text("\n".join(parts))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--texts", type=int, default=600)
    options.add_argument("--cards", type=int, default=100)
    options.add_argument("--slogans", type=int, default=200)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    state = load_state(EXPORTED)
    exact = Decoder(Shape(**state["shape"]))
    exact.load_state_dict(state["average"])
    model = rounded(exact.eval())
    encoder = Encoder()
    writer = Writer(model.shape, encoder)
    report = {
        "model": "outpost/pocket-llm", "training": {"steps": state["step"], "tokens": state["tokens"], "processor_minutes": round(state["spent"] / 60, 1)},
        "sampling": {"temperature": TEMPERATURE, "top_p": TOP_P},
        "held_out": {"exact": perplexity(exact, encoder, chosen.texts)["all"], "exported": perplexity(model, encoder, chosen.texts)},
        "cards": cards(writer, chosen.cards), "ideas": plain_ideas(writer, chosen.cards), "slogans": slogans(writer, chosen.slogans),
        "difference_from_transformers": llama_difference(exact, encoder.ids(to_prompt([("user", "Write a slogan for a bakery.")]))),
        "processor_milliseconds": speed(writer),
    }
    (FOLDER / "reports" / "pocket-llm.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report, indent=1))
    write_samples(writer)


if __name__ == "__main__":
    main()
