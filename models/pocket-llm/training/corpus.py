"""The texts to train on: `document` draws one. Run it to read some: `python corpus.py --texts 20`."""

from __future__ import annotations

import argparse
import random

from asking import FOR_PEOPLE, HELD_OUT_IDEA, HELD_OUT_SLOGAN, IDEA, SECTIONS, SLOGAN, SYSTEMS, ask_for, in_context, make_company, playground_prompt
from cards import PLAYGROUND, REQUIRED, choose_names, dump, form, make_card
from chatter import make_chat
from edits import echo, merge, refine, rewrite, sum_up, talk_on, text_of, vary
from facts import make_facts
from fields import FIELDS
from frames import fill
from idea import Idea, make_brand, make_idea, make_slogan
from notions import make_question
from prose import make_prose
from words import capital

Turns = list[tuple[str, str]]
COUNTS = {2: "two", 3: "three", 4: "four", 5: "five"}


def card(idea: Idea, rng: random.Random) -> Turns:
    """JSON whose form the prompt tells, or, as under a grammar, does not."""
    if rng.random() < 0.45:
        names = [*REQUIRED, *(name for name in PLAYGROUND[14:] if rng.random() < 0.5)] if rng.random() < 0.6 else list(PLAYGROUND[: rng.randint(2, 14)])
        others = [make_idea(rng, idea.topic).brand for _ in range(rng.choice((0, 0, 1, 2)))]
        asked = playground_prompt(idea, rng, others)
        if rng.random() < 0.4:
            made = make_card(idea, choose_names(rng), rng)
            detail = f"\nAudience: {idea.audience}." if rng.random() < 0.5 else ""
            return [("user", f"{asked}{detail}{rng.choice((chr(10), chr(10) * 2))}{form(made, rng)}"), ("assistant", dump(made, rng))]
        return [("user", asked), ("assistant", dump(make_card(idea, names, rng, as_text=rng.random() < 0.6), rng))]
    made = make_card(idea, choose_names(rng), rng, rng.random() < 0.08, rng.random() < 0.2)
    asked = ask_for(FOR_PEOPLE if idea.topic.natural and rng.random() < 0.15 else IDEA, idea, rng)
    asked = asked if asked[-1] in ".?!" else f"{asked}."
    told = form(made, rng) if rng.random() < 0.8 else rng.choice(("Answer as JSON.", "As JSON, please.", "JSON only."))
    return [("user", f"{asked}{rng.choice((' ', chr(10), chr(10) * 2))}{told}"), ("assistant", dump(made, rng))]


def several_cards(idea: Idea, rng: random.Random) -> Turns:
    """A list of small objects, or of texts."""
    count = rng.randint(2, 4)
    if rng.random() < 0.4:
        key = rng.choice(("slogans", "taglines", "names", "ideas"))
        make = {"slogans": lambda: make_slogan(idea, rng), "taglines": lambda: make_slogan(idea, rng), "names": lambda: make_brand(idea.topic, idea.kind, rng), "ideas": lambda: make_idea(rng, idea.topic).field("summary", rng)}[key]
        values = list(dict.fromkeys(make() for _ in range(count)))
        noun = "product ideas" if key == "ideas" else key
        return [("user", f"Write {COUNTS[count]} {noun} for {idea.topic.asked}. Answer as JSON: {{\"{key}\":\"string[]\"}}"), ("assistant", dump({key: values}, rng))]
    names = ["title", *rng.sample(("description", "target_audience", "problem_statement", "unique_value", "slogan"), rng.randint(1, 2))]
    made = [make_card(make_idea(rng, idea.topic, idea.audience), names, rng) for _ in range(count)]
    wrapped = rng.random() < 0.6
    ask = f"Suggest {COUNTS[count]} ideas about {idea.topic.asked} for {idea.audience}. Answer with a JSON {'object with the list ideas' if wrapped else 'array'}; each has {' and '.join(names)}."
    return [("user", ask), ("assistant", dump({"ideas": made} if wrapped else made, rng))]


def idea_text(idea: Idea, rng: random.Random) -> Turns:
    if rng.random() < 0.25:
        return [("user", playground_prompt(idea, rng, [])), ("assistant", text_of(idea, rng))]
    frames = FOR_PEOPLE if idea.topic.natural and rng.random() < 0.2 else IDEA
    return [("user", ask_for(frames, idea, rng)), ("assistant", text_of(idea, rng))]


def slogan(idea: Idea, rng: random.Random) -> Turns:
    if rng.random() < 0.7:
        return [("user", ask_for(SLOGAN, idea, rng, 0.2)), ("assistant", make_slogan(idea, rng))]
    count = rng.randint(2, 5)
    what, make = rng.choice((("slogans", lambda: make_slogan(idea, rng)), ("slogans", lambda: make_slogan(idea, rng)), ("names", lambda: make_brand(idea.topic, idea.kind, rng)), ("product ideas", lambda: make_idea(rng, idea.topic).field("summary", rng))))
    lines = list(dict.fromkeys(make() for _ in range(count)))
    mark = rng.random()
    text = "\n".join(f"{place}. {line}" if mark < 0.6 else f"- {line}" for place, line in enumerate(lines, 1))
    frame = rng.choice(("{Write|Give me|List|Suggest} {count} {what} for {asked}.", "{Count} {what} for {asked}, please.", "{count} {what}: {t}"))
    return [("user", capital(fill(frame, idea.names | {"count": COUNTS[count] if rng.random() < 0.7 else str(count), "what": what}, rng))), ("assistant", text)]


def section(idea: Idea, rng: random.Random) -> Turns:
    name = rng.choice(list(SECTIONS))
    ask = ask_for(SECTIONS[name], idea, rng, 0.2)
    if name in FIELDS:
        return [("user", ask), ("assistant", idea.field(name, rng))]
    entries = idea.entries(name, rng.choice((2, 3, 3, 4)), rng)
    number = rng.random() < 0.3
    return [("user", ask), ("assistant", "\n".join(f"{place}. {entry}" if number else f"- {entry}" for place, entry in enumerate(entries, 1)))]


def prose(idea: Idea, rng: random.Random) -> Turns:
    if rng.random() < 0.4:
        return [("text", make_prose(idea, rng))]
    ask = rng.choice(("Write a short text about {asked}.", "Write a paragraph about {t}.", "Tell me about {t}.", "Write a short story about {asked}.", "Write a product page for {brand}, {akind} for {t}."))
    ask = ask if idea.topic.attr or "{akind}" not in ask else "Write a short text about {asked}."
    return [("user", fill(ask, idea.names, rng)), ("assistant", make_prose(idea, rng))]


def question(_: Idea, rng: random.Random) -> Turns:
    return make_question(rng)


def chat(_: Idea, rng: random.Random) -> Turns:
    return make_chat(rng)


def facts(_: Idea, rng: random.Random) -> Turns:
    return make_facts(rng)


MIX = ((card, 26), (several_cards, 5), (idea_text, 10), (slogan, 15), (section, 14), (refine, 6), (vary, 3), (merge, 3), (sum_up, 4), (rewrite, 3), (talk_on, 5), (prose, 5), (question, 6), (chat, 4), (facts, 2), (echo, 7))
MAKERS, SHARES = [maker for maker, _ in MIX], [share for _, share in MIX]
WITHOUT_CONTEXT = {sum_up, rewrite, prose, question, chat, facts, echo}


def document(rng: random.Random, held_out: bool = False) -> Turns:
    """Turns of a conversation, or a plain text. Held out: topics, and some ways to ask, that training never sees."""
    return draw(rng, held_out)[1]


def draw(rng: random.Random, held_out: bool = False) -> tuple[str, Turns]:
    """A document and which kind it is of."""
    maker = rng.choices(MAKERS, SHARES)[0]
    company = make_company(rng)
    is_told = maker not in WITHOUT_CONTEXT and rng.random() < 0.14
    idea = make_idea(rng, held_out=held_out, company=company if is_told else None)
    turns = maker(idea, rng, held_out) if maker is merge else maker(idea, rng)
    if held_out and maker in (idea_text, slogan) and rng.random() < 0.5:
        turns = [("user", ask_for(HELD_OUT_IDEA, idea, rng)), ("assistant", text_of(idea, rng))] if maker is idea_text else [("user", ask_for(HELD_OUT_SLOGAN, idea, rng, 0.2)), ("assistant", make_slogan(idea, rng))]
    if turns[0][0] in ("text", "system"):
        return maker.__name__, turns
    if is_told:
        turns = [("user", in_context(turns[0][1], idea, company, rng)), *turns[1:]]
    return maker.__name__, dressed(turns, idea, company, rng)


def dressed(turns: Turns, idea: Idea, company: str, rng: random.Random) -> Turns:
    """With a system turn, as one prompt with "role: text" lines, or without any chat format."""
    chance = rng.random()
    if len(turns) == 2 and len(turns[0][1]) < 90 and "{" not in turns[0][1] and rng.random() < 0.12:
        turns = [("user", turns[0][1].lower().rstrip(".?")), turns[1]]
    if chance < 0.25:
        return [("system", fill(rng.choice(SYSTEMS), idea.names | {"company": company}, rng)), *turns]
    if len(turns) > 2 and chance < 0.5:
        lines = "\n".join(f"{role}: {text}" for role, text in turns[:-2])
        return [("user", f"{lines}\n\n{turns[-2][1]}"), turns[-1]]
    if len(turns) == 2 and chance < 0.38:
        return [("prompt", f"{turns[0][1]}\n"), ("text", turns[1][1])]
    return turns


def vocabulary_texts(count: int):
    """Texts for the tokenizer."""
    rng = random.Random("vocabulary")
    for _ in range(count):
        yield "\n".join(f"{role}\n{text}" for role, text in document(rng))


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--texts", type=int, default=20)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    rng = random.Random(chosen.seed)
    for _ in range(chosen.texts):
        print("\n".join(f"[{role}] {text}" for role, text in document(rng)), end="\n\n")


if __name__ == "__main__":
    main()
