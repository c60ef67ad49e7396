"""Changing what is there: refine, vary, merge, sum up, shorten, and talk on about an idea."""

from __future__ import annotations

import random
from dataclasses import replace

from asking import IDEA, SLOGAN, ask_for, summary_of
from cards import PLAYGROUND, REQUIRED, choose_names, dump, make_card
from idea import Idea, make_idea, make_slogan
from needs import NEEDS
from prose import PARAGRAPH, story_names
from topics import GROUPS, Topic, make_topic
from frames import fill
from words import capital, title_case

Turns = list[tuple[str, str]]

TO_AUDIENCE = ("Focus on {aud}.", "Make it for {aud}.", "The audience should be {aud}.", "Change the target audience to {aud}.", "make it useful for {aud}", "aim at {aud}")
TO_KIND = ("Turn it into {akind}.", "Make it {akind}.", "It should be {akind} instead.", "change it to {akind}")
TO_NEED = ("Focus on {value1}.", "Put {value1} first.", "It should help people {gain1}.", "Solve another problem: {area}.", "more about {value1}")
LOOSE = ("Make it better.", "Improve it.", "Make it clearer.", "Add more detail.", "Make it shorter.", "Make it more original.", "Make it simple.", "make it cheaper", "more concrete", "Give it a better name.")


def text_of(idea: Idea, rng: random.Random) -> str:
    """An idea without JSON: a line, a paragraph, or labelled lines."""
    chance = rng.random()
    if chance < 0.35:
        return f"{idea.brand}\n\n{idea.field('description', rng)}"
    if chance < 0.55:
        return f"{idea.brand}: {idea.field('description', rng)}"
    if chance < 0.8:
        return idea.field("description", rng)
    labels = (("Title", "title"), ("Problem", "problem_statement"), ("Solution", "solution_concept"), ("Audience", "target_audience"), ("Unique value", "unique_value"), ("Business model", "business_model"))
    bold = rng.random() < 0.4
    chosen = labels[: rng.randint(3, 6)]
    return "\n".join(f"**{label}:** {idea.field(name, rng)}" if bold else f"{label}: {idea.field(name, rng)}" for label, name in chosen)


def answer_of(idea: Idea, rng: random.Random, json_share: float = 0.7) -> str:
    if rng.random() > json_share:
        return text_of(idea, rng)
    names = [*REQUIRED, *(name for name in PLAYGROUND[14:] if rng.random() < 0.3)] if rng.random() < 0.5 else list(PLAYGROUND[: rng.randint(2, 14)]) if rng.random() < 0.6 else choose_names(rng)
    return dump(make_card(idea, names, rng, as_text=rng.random() < 0.5), rng)


def changed(idea: Idea, rng: random.Random) -> tuple[str, Idea]:
    """What is to change, and the idea after it."""
    chance = rng.random()
    topic, need = idea.topic, idea.need
    if chance < 0.3:
        audience = rng.choice(GROUPS)
        new = make_idea(rng, topic, audience, need, kind=idea.kind, company=idea.company)
        return fill(rng.choice(TO_AUDIENCE), new.names, rng), new
    if chance < 0.5:
        new = make_idea(rng, topic, idea.audience, need, company=idea.company)
        return fill(rng.choice(TO_KIND), new.names, rng), new
    if chance < 0.75:
        new = make_idea(rng, topic, idea.audience, rng.choice(NEEDS), kind=idea.kind, company=idea.company)
        return fill(rng.choice(TO_NEED), new.names | {"area": rng.choice(new.need.area)}, rng), new
    return rng.choice(LOOSE), make_idea(rng, topic, idea.audience, need, kind=idea.kind, company=idea.company)


def refine(idea: Idea, rng: random.Random) -> Turns:
    instruction, new = changed(idea, rng)
    shown = summary_of(idea, rng)
    ask = f"Refine this product idea: {instruction}\n\n{shown}" if rng.random() < 0.7 else f"{instruction}\n\n{shown}" if rng.random() < 0.5 else f"Here is an idea:\n{shown}\n\n{instruction}"
    return [("user", ask), ("assistant", answer_of(new, rng))]


def vary(idea: Idea, rng: random.Random) -> Turns:
    ask = rng.choice(("Write a variation of this product idea.", "Write a variation of this product idea.", "Give me another version of this idea.", "Vary this idea."))
    return [("user", f"{ask}\n\n{summary_of(idea, rng)}"), ("assistant", answer_of(make_idea(rng, idea.topic, idea.audience), rng))]


def merged_topic(first: Topic, second: Topic) -> Topic:
    return replace(first, bare=f"{first.bare} and {second.bare}", attr=f"{first.attr} and {second.attr}" if first.attr and second.attr else "", asked=f"{first.bare} and {second.bare}", many=True, countable=False, head=first.head)


def merge(idea: Idea, rng: random.Random, held_out: bool = False) -> Turns:
    other = make_idea(rng, make_topic(rng, held_out))
    both = make_idea(rng, merged_topic(idea.topic, other.topic), rng.choice((idea.audience, other.audience)), rng.choice((idea.need, other.need)), kind=idea.kind if rng.random() < 0.5 else other.kind)
    brand = f"{title_case(idea.topic.attr or idea.topic.asked)} and {title_case(other.topic.attr or other.topic.asked)} {rng.choice(both.kind.endings)}"
    both.brand = both.names["brand"] = brand if len(brand) < 60 else f"{capital(idea.topic.head)} and {capital(other.topic.head)}"
    shown = f"Idea 1\n{summary_of(idea, rng)}\n\nIdea 2\n{summary_of(other, rng)}"
    return [("user", f"{rng.choice(('Merge these product ideas into one.', 'Merge these product ideas into one.', 'Combine these ideas.'))}\n\n{shown}"), ("assistant", answer_of(both, rng))]


def sum_up(idea: Idea, rng: random.Random) -> Turns:
    """A short form of a text that is in the prompt: its words are in the text."""
    frames = [frame for frame in PARAGRAPH if idea.topic.attr or "{attr}" not in frame]
    names = story_names(idea, rng)
    text = f"{fill(rng.choice(frames), names, rng)} {idea.field('description', rng)}"
    ask = rng.choice(("Summarise this text.", "Summarise in one sentence:", "Sum this up in one sentence.", "Shorten this text:", "Give me the short version:", "What is this text about?", "tl;dr"))
    prompt = f"{ask}\n\n{text}" if rng.random() < 0.7 else f"{text}\n\n{ask}"
    return [("user", prompt), ("assistant", idea.field("summary", rng))]


def rewrite(idea: Idea, rng: random.Random) -> Turns:
    """A line said again: as a slogan, a question, a list, for others."""
    chance = rng.random()
    slogan = make_slogan(idea, rng)
    if chance < 0.35:
        return [("user", f"{rng.choice(('Make this slogan different:', 'Rewrite this slogan:', 'Another way to say this:', 'Improve this slogan:'))} {slogan}"), ("assistant", make_slogan(idea, rng))]
    if chance < 0.65:
        entries = idea.entries(rng.choice(("strengths", "features", "benefits", "next_steps")), 3, rng)
        return [("user", f"{rng.choice(('Write this as a list:', 'Make a list:', 'As bullet points:'))} {'; '.join(entries)}"), ("assistant", "\n".join(f"- {entry}" for entry in entries))]
    description = idea.field("description", rng)
    return [("user", f"{rng.choice(('Write a slogan for this product:', 'Find a slogan:', 'Make a slogan out of this text:'))} {description}"), ("assistant", slogan)]


def echo(idea: Idea, rng: random.Random) -> Turns:
    """Says again what the prompt says: the shortest way to learn to look there."""
    topic, question = idea.topic, ask_for(rng.choice((IDEA, SLOGAN)), idea, rng, 0)
    chance = rng.random()
    if chance < 0.35:
        text = rng.choice((topic.asked, topic.bare, idea.brand, make_slogan(idea, rng), idea.audience, idea.field("summary", rng)))
        return [("user", rng.choice(("Repeat: {}", "Say: {}", "Repeat after me: {}", "Copy this text: {}", "Write this again: {}")).format(text)), ("assistant", text)]
    if chance < 0.7:
        return [("user", f"{question}\n\n{rng.choice(('What is the topic of this request?', 'Name the topic only.', 'Which topic is meant?', 'Topic?'))}"), ("assistant", capital(topic.bare))]
    if chance < 0.85 and topic.countable:
        return [("user", rng.choice((f"What is the plural of {topic.attr}?", f"Plural of {topic.attr}?"))), ("assistant", capital(topic.bare))]
    return [("user", f"{idea.field('description', rng)}\n\n{rng.choice(('Whom does this help?', 'Who is it for?', 'Name the audience only.'))}"), ("assistant", capital(idea.audience))]


def talk_on(idea: Idea, rng: random.Random) -> Turns:
    """A conversation: an idea, then a slogan, another one, a change, a question about it."""
    turns: Turns = [("user", ask_for(IDEA, idea, rng, 0.2)), ("assistant", text_of(idea, rng))] if rng.random() < 0.6 else [("user", ask_for(SLOGAN, idea, rng, 0.2)), ("assistant", make_slogan(idea, rng))]
    for _ in range(rng.choice((1, 1, 2, 3))):
        chance = rng.random()
        if chance < 0.3:
            turns += [("user", rng.choice(("And a slogan?", "Now write a slogan.", "Give me a slogan for it.", "Another slogan, please.", "Slogan?"))), ("assistant", make_slogan(idea, rng))]
        elif chance < 0.6:
            ask, field = rng.choice((("Who is it for?", "target_audience"), ("What problem does it solve?", "problem_statement"), ("How does it make money?", "revenue_model"), ("How do we market it?", "marketing_strategy"), ("What makes it special?", "unique_value"), ("How do we launch it?", "go_to_market"), ("Who are the competitors?", "competition"), ("Say it in one sentence.", "summary"), ("What do we call it?", "title")))
            turns += [("user", ask), ("assistant", idea.field(field, rng))]
        elif chance < 0.75:
            ask, field = rng.choice((("List the strengths.", "strengths"), ("And the weaknesses?", "weaknesses"), ("What are the risks?", "risks"), ("What comes next?", "next_steps"), ("Which features does it have?", "features")))
            turns += [("user", ask), ("assistant", "\n".join(f"- {entry}" for entry in idea.entries(field, 3, rng)))]
        else:
            instruction, idea = changed(idea, rng)
            turns += [("user", instruction), ("assistant", text_of(idea, rng))]
    return turns
