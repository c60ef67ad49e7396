"""Writes the figures of reports/pocket-llm.json into the card, between its two marks: `python report_tables.py`."""

from __future__ import annotations

import json

from make_tokenizer import FOLDER

START, END = "<!-- figures -->", "<!-- /figures -->"
KINDS = {
    "card": "idea cards as JSON", "several_cards": "several objects or texts as JSON", "idea_text": "ideas in words", "slogan": "slogans, names, lists of them", "section": "sections of a plan", "refine": "refined ideas", "vary": "variations",
    "merge": "merged ideas", "sum_up": "summaries", "rewrite": "rewriting", "echo": "repeating, naming the topic", "talk_on": "conversations", "prose": "prose", "question": "business notions", "chat": "greetings and the like", "facts": "facts of a conversation", "all": "**all**",
}


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def tables(report: dict) -> str:
    trained = report["training"]
    lines = [f"{trained['steps']:,} steps, {trained['tokens'] / 1e6:.1f} million tokens, {trained['processor_minutes']:.0f} processor minutes of one shared core.", ""]
    lines += ["| held-out texts, the answers alone | perplexity per token | bits per byte |", "| --- | --- | --- |"]
    for name, label in KINDS.items():
        entry = report["held_out"]["exported"].get(name)
        if entry:
            lines.append(f"| {label} | {entry['perplexity']:.2f} | {entry['bits_per_byte']:.3f} |")
    exact = report["held_out"]["exact"]
    cards, ideas, slogans, cost = report["cards"], report["ideas"], report["slogans"], report["processor_milliseconds"]
    lines += [
        "", f"Without rounding to eight bits: {exact['perplexity']:.2f} and {exact['bits_per_byte']:.3f}.", "",
        f"| sampled at temperature {report['sampling']['temperature']}, top-p {report['sampling']['top_p']}, topics never trained on | |", "| --- | --- |",
        f"| idea cards without a grammar: parse as JSON | {percent(cards['valid_json'])} |",
        f"| have exactly the fields asked for, in order | {percent(cards['asked_fields'])} |",
        f"| name the topic | {percent(cards['mentions_topic'])} |",
        f"| of topics in known words | {percent(cards['mentions_topic_known_words'])} |",
        f"| of topics in joined or invented words | {percent(cards['mentions_topic_joined_or_invented_words'])} |",
        f"| name the audience asked for | {percent(cards['mentions_audience'])} |",
        f"| ideas in words that name the topic | {percent(ideas['mentions_topic'])} |",
        f"| slogans that name the topic | {percent(slogans['mentions_topic'])} |",
        f"| slogans: distinct words, distinct pairs of words | {slogans['distinct_1']:.2f}, {slogans['distinct_2']:.2f} |",
        f"| different slogans among 20 for the same prompt | {slogans['different_of_20_for_one_prompt']} |", "",
        f"Cost on one thread of an AVX-512 server core, ONNX Runtime for Python: {cost['prefill_256']:.0f} processor milliseconds to read 256 tokens, {cost['token_at_256']:.2f} for a token after them.",
    ]
    return "\n".join(lines)


def main() -> None:
    report = json.loads((FOLDER / "reports" / "pocket-llm.json").read_text())
    card = FOLDER / "README.md"
    before, _, rest = card.read_text().partition(START)
    card.write_text(f"{before}{START}\n\n{tables(report)}\n\n{END}{rest.partition(END)[2]}")


if __name__ == "__main__":
    main()
