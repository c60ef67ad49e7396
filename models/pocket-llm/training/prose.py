"""Plain texts: reports, small stories and product pages around an idea."""

from __future__ import annotations

import random

from frames import fill
from idea import Idea
from words import capital, plural

FIRST_NAMES = "Anna Ben Clara David Elif Farid Grace Hugo Ines Jonas Kemal Lena Maria Noah Olga Paul Qiara Rosa Samir Tara Uwe Vera Walid Yara Zoe Mina Otto Leah Ivan Nora".split()

STORY = (
    "{who} {works|lives|has a small business} in {place_the}. {One day|Last spring|A year ago|One rainy evening}, {he} {noticed|saw} a problem: {pain_low} {he_cap} {talked to|asked} {few} {aud} and heard the same story again and again. So {he} {built|started|planned} {akind} that {does_plain}. At first only {few} people came. {After a few months|A year later}, {brand} had {number_low} customers. {\"It is simple,\"|\"We listen,\"} {who_first} says. \"{Value1} {is|matters} more than big words.\"",
    "It {was|is} early {morning|evening} in {place_the}. {who_first} {opens|opened} the door and {looks|looked} at the {t}. {Everything is ready|The day can begin|There is a lot to do}. {Aud} {will come|are on their way}, and {they all want|all of them want} to {gain1}. \"{T} {be} {more than a product|a small joy|worth the work},\" {he} {thinks|thought}.",
    "{who} {used to think|always thought} that {t} {was} {boring|only for experts|not for {aud}}. Then {a friend|a neighbour|a colleague} showed {him} {brand}. It {does}. Now {he} {tells everyone about it|uses it every week|cannot imagine a day without it}.",
)
PARAGRAPH = (
    "{pain1} {cause} {Brand} {wants to change|changes} that. It is {akind} that {does}. {In this way|As a result}, {aud} {gain1}. {Model_cap} keeps it going: {revenue}. The first steps are clear: {steps}, then {steps2}.",
    "{T} {play{s} a role|matter{s}} in {sector}. {pain1} {Some|Many} {aud} have given up. But there is a way: {akind} that {fix}. {Value1} and {value2} are what people {like|praise} most.",
    "What do {aud} want? They want to {gain1}. What do they get? {pain1} That is the gap that {brand} fills. The {kind} {does}. It {fix}.",
    "{Brand} is {akind} for {aud}. {Aud} {gain1}, and they pay a fair price. {The team|The small team} tells people about {t} through {channel} and {channel2}. There are risks, too. {Weak}.",
    "{The world|The business} of {sector} is changing. {T} {was} once {a luxury|a detail|a matter for experts}; today {aud} {ask for {them}|talk about {them}|depend on {them}} every day. {cause} {Those who|Companies that} offer {value1} will {win|stay|grow}.",
)
PAGE = (
    "# {Brand}\n\n{Slogan}\n\n{Akind_cap} that {does}.\n\n## Why {brand}?\n\n- {Value1}\n- {Value2}\n- {Strength}\n\n## For whom?\n\n{Aud} who want to {gain1}.",
    "## {Brand}\n\n**Problem:** {pain1}\n\n**Solution:** {Akind_cap} that {fix}.\n\n**Audience:** {Aud}\n\n**Price:** {Revenue}",
)


def story_names(idea: Idea, rng: random.Random) -> dict:
    first = rng.choice(FIRST_NAMES)
    he, him = rng.choice((("he", "him"), ("she", "her")))
    person = rng.choice([p for p in idea.topic.sector.people if " on " not in p])
    pain = idea.names["pain1"]
    keep = pain.startswith(("I ", "Spanish"))
    return idea.names | {
        "who": f"{first}, {'an' if person[0] in 'aeiou' else 'a'} {person}," if rng.random() < 0.6 else first, "who_first": first, "he": he, "him": him, "he_cap": capital(he),
        "pain_low": pain if keep else pain[:1].lower() + pain[1:], "place_the": f"the {idea.names['place1']}" if not idea.names["place1"].startswith("home") else "a small town", "does_plain": idea.names["does"],
        "number_low": lambda r: r.choice(("two hundred", "one thousand", "five hundred", "eighty", "three thousand")), "model_cap": lambda r: capital(idea.names["model"](r)),
        "akind_cap": capital(idea.names["akind"]), "people": plural(person),
    }


def make_prose(idea: Idea, rng: random.Random) -> str:
    chance = rng.random()
    frames = STORY if chance < 0.4 else PARAGRAPH if chance < 0.8 else PAGE
    usable = [frame for frame in frames if idea.topic.attr or "{attr}" not in frame]
    return fill(rng.choice(usable), story_names(idea, rng), rng)
