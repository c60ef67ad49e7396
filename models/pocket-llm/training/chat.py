"""The chat format: ChatML, as SmolLM2 and Qwen use it."""

from __future__ import annotations

END_OF_TEXT = "<|endoftext|>"
START_OF_TURN = "<|im_start|>"
END_OF_TURN = "<|im_end|>"
SPECIAL = [END_OF_TEXT, START_OF_TURN, END_OF_TURN]

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
"""Without a system turn of its own: what the caller sends is all the model sees."""


def to_prompt(messages: list[tuple[str, str]]) -> str:
    """Turns (role, text), ready for the answer."""
    return "".join(f"{START_OF_TURN}{role}\n{text}{END_OF_TURN}\n" for role, text in messages) + f"{START_OF_TURN}assistant\n"
