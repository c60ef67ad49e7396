"""Checks the exported files against PyTorch and writes fixtures/reference.json for the tests of the engine: `python make_fixtures.py`.

Checked: a prompt in two pieces gives the logits of one piece; a right-padded batch gives each row's own logits; the logits are those of
the PyTorch model with the same rounded weights, and near those of the exact one.
"""

from __future__ import annotations

import copy
import json

import numpy as np
import torch

from chat import END_OF_TEXT, END_OF_TURN, to_prompt
from decoder import Decoder, Shape
from export_pocket import to_blocks
from make_tokenizer import FOLDER, load_tokenizer
from session import PocketSession
from state import EXPORTED, load_state

ODD_TEXTS = [
    "", " ", "\n\n", "Hello, world!", "  two  spaces  ", "naïve café, 5 €", "日本語 and العربية", "👩‍👩‍👧 family", "a\tb\r\nc", "1234567890",
    "It's we'll I'D they've", "{\"title\": \"Solar lamp\", \"tags\": [\"a\", \"b\"]}", "snake_case_word", "<|im_start|>system", "<|im_end|>", "e\u0301 and \u00e9", "x" * 70, "\u0000\u0001",
]
PROMPTS = ["Write a slogan for a coffee shop.", "Suggest a product idea about solar lamps.", "Who are you?"]


def rounded(model: Decoder) -> Decoder:
    """A copy whose matrices hold what their eight bits say."""
    model = copy.deepcopy(model)
    for weight in model.parameters():
        if weight.ndim == 2:
            values, scales = to_blocks(weight)
            weight.data = torch.from_numpy((values.astype(np.float32) - 128) * scales[..., None]).reshape(weight.shape)
    return model


def check_pieces(session: PocketSession, ids: list[int]) -> dict[str, float]:
    """Largest differences of logits: in pieces, and as rows of padded batches."""
    whole, _ = session.prefill(ids)
    worst = 0.0
    for cut in (1, len(ids) // 2, len(ids) - 1):
        _, past = session.prefill(ids[:cut])
        worst = max(worst, float(np.abs(session.follow(ids[cut:], past)[0] - whole[:, cut:]).max()))
    short = ids[: len(ids) - 3]
    mask = np.ones((2, len(ids)), np.int64)
    mask[1, len(short) :] = 0
    rows = np.array([ids, [*short, 0, 0, 0]])
    logits, past = session.run(rows, mask, session.empty(2))
    solo, alone = session.prefill(short)
    padded = max(float(np.abs(logits[0] - whole[0]).max()), float(np.abs(logits[1, : len(short)] - solo[0]).max()))
    return {"pieces": worst, "padded_batch": padded, "ragged_step": ragged_step(session, past, mask, ids, short)}


def ragged_step(session: PocketSession, past: dict, mask: np.ndarray, ids: list[int], short: list[int]) -> float:
    """One more token for two rows of different lengths, the second's free places at its end: against each row alone. In the mask only the
    number of ones of a row counts, so the second's stand first."""
    step = np.zeros((2, len(ids) + 1), np.int64)
    step[0, :] = 1
    step[1, : len(short) + 1] = 1
    logits, _ = session.run(np.array([[5], [6]]), step, past)
    worst = 0.0
    for row, (start, token) in enumerate([(ids, 5), (short, 6)]):
        solo = session.prefill([*start, token])[0][0, -1]
        worst = max(worst, float(np.abs(logits[row, 0] - solo).max()))
    return worst


def main() -> None:
    state = load_state(EXPORTED)
    model = Decoder(Shape(**state["shape"]))
    model.load_state_dict(state["average"])
    model.eval()
    tokenizer = load_tokenizer()
    session = PocketSession(model.shape)
    ends = {tokenizer.token_to_id(END_OF_TURN), tokenizer.token_to_id(END_OF_TEXT)}
    cases, worst = [], {"rounded": 0.0, "exact": 0.0}
    for text in PROMPTS:
        prompt = to_prompt([("user", text)])
        ids = tokenizer.encode(prompt).ids
        logits, _ = session.prefill(ids)
        with torch.no_grad():
            for name, other in (("rounded", rounded(model)), ("exact", model)):
                worst[name] = max(worst[name], float(np.abs(other(torch.tensor([ids])).numpy() - logits).max()))
        greedy = session.generate(ids, 64, set())
        stopped = next((place + 1 for place, token in enumerate(greedy) if token in ends), len(greedy))
        cases.append({
            "messages": [{"role": "user", "content": text}], "prompt": prompt, "prompt_ids": ids,
            "positions": [{"position": at, "logits": [round(float(x), 4) for x in logits[0, at, :32]], "argmax": int(logits[0, at].argmax())} for at in (0, len(ids) // 2, len(ids) - 1)],
            "greedy_ids": greedy, "greedy_text": tokenizer.decode(greedy[:stopped], skip_special_tokens=True),
        })
    pieces = check_pieces(session, cases[1]["prompt_ids"])
    print(worst, pieces)
    assert worst["rounded"] < 0.25 and max(pieces.values()) < 1e-3
    texts = [{"text": text, "ids": tokenizer.encode(text).ids, "decoded": tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False)} for text in ODD_TEXTS]
    written = {
        "model": "outpost/pocket-llm", "runtime": "onnxruntime 1.32.0, CPU", "note": "logits are those of the first 32 tokens; greedy_ids go on after an end token; the numbers of a runtime with other kernels differ in the third digit",
        "difference": {name: round(value, 6) for name, value in {**worst, **pieces}.items()}, "texts": texts, "cases": cases,
    }
    (FOLDER / "fixtures" / "reference.json").write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
