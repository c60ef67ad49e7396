"""One idea: topic, need, kind and audience, from which every field of an idea card is written so that they agree."""

from __future__ import annotations

import random
from dataclasses import dataclass

from fields import FIELDS, LISTS, OF_COMPANY, OPTIONAL_LISTS
from frames import fill
from kinds import KINDS, Kind
from needs import NEEDS, Need
from slogans import SLOGANS
from topics import Topic, broken_first, make_topic
from words import capital, invented, plural, with_article

CHANNELS = ("social media", "local newspapers", "partner shops", "word of mouth", "community groups", "trade fairs", "short videos", "newsletters", "search adverts", "schools and clubs", "flyers", "podcasts", "local events", "company partnerships", "recommendations from friends", "online forums", "market stalls")
BRAND_ENDINGS = ("Loop", "Nest", "Wise", "Mate", "Hub", "Joy", "Spark", "Kind", "Path", "Leaf", "Wave", "Point", "Works", "Bee", "Smile", "Light", "Root", "Box", "Lane", "Way")
BRAND_STARTS = ("Easy", "True", "Happy", "Pure", "Bright", "Green", "Simply", "Little", "Open", "Clever", "Good", "Fresh", "Swift", "Our", "Next", "Kind", "Clear")


LONGEST = {"title": 60, "description": 180, "problem_statement": 160, "solution_concept": 160, "target_audience": 110, "unique_value": 120, "business_model": 120, "revenue_model": 120, "marketing_strategy": 120, "go_to_market": 120, "market_size": 100, "competition": 110}
"""Characters; the idea playground asks for no more."""


@dataclass
class Idea:
    topic: Topic
    need: Need
    kind: Kind
    audience: str
    brand: str
    names: dict
    company: str | None = None

    def say(self, frames: tuple[str, ...] | list[str], rng: random.Random) -> str:
        return fill(pick(frames, self, rng), self.names, rng)

    def field(self, name: str, rng: random.Random) -> str | list[str]:
        """A text, or a list of two to four for fields that are lists."""
        if name in LISTS or name in OPTIONAL_LISTS:
            return self.entries(name, rng.choice((2, 3, 3, 3)), rng)
        frames = OF_COMPANY if name == "description" and self.company and rng.random() < 0.5 else FIELDS[name]
        for _ in range(8):
            text = capital(self.say(frames, rng))
            if len(text) <= LONGEST.get(name, 180):
                break
        return text

    def entries(self, name: str, count: int, rng: random.Random) -> list[str]:
        """Different entries of a list, none over 70 characters where that can be."""
        frames = (LISTS.get(name) or OPTIONAL_LISTS[name])(self)
        frames = [frame for frame in dict.fromkeys(frames) if self.topic.attr or "{attr}" not in frame]
        texts = list(dict.fromkeys(capital(fill(frame, self.names, rng)) for frame in rng.sample(frames, len(frames))))
        return [text for text in texts if len(text) <= 70][:count] or texts[:1]


def pick(frames, idea: Idea, rng: random.Random) -> str:
    """A frame that this topic has the words for."""
    while True:
        frame = frames[int(rng.random() * len(frames))]
        if "{Aud} who" in frame and " who " in idea.audience:
            continue
        if idea.topic.attr or ("{attr}" not in frame and "{one}" not in frame):
            return frame


def make_slogan(idea: Idea, rng: random.Random) -> str:
    return capital(idea.say(SLOGANS, rng))


def make_brand(topic: Topic, kind: Kind, rng: random.Random) -> str:
    """Most names hold the topic: people expect to see it."""
    attr = topic.attr or topic.asked
    short = capital(topic.head)
    chance = rng.random()
    whole = " ".join(capital(word) for word in attr.split())
    if chance < 0.35:
        return f"{whole} {rng.choice(kind.endings)}"
    if chance < 0.55:
        return f"{rng.choice(BRAND_STARTS)} {whole}"
    if chance < 0.7:
        return f"{broken_first(short)}{rng.choice(BRAND_ENDINGS)}"
    if chance < 0.8:
        return f"{rng.choice(BRAND_STARTS)}{broken_first(short)}"
    if chance < 0.95:
        return f"The {whole} {rng.choice(kind.endings)}"
    return f"{capital(invented(rng))} {whole}"


FOR_ACTIVITIES = {"app", "platform", "online course", "club", "workshop", "coaching service", "planner", "map", "festival", "toolkit"}
FOR_STUFF_ONLY = {"refill station"}
FOR_THINGS_ONLY = {"repair service", "rental service", "tool library"}


def suits(kind: Kind, topic: Topic) -> bool:
    """Stuff is refilled and not lent; nobody delivers an activity."""
    if not topic.attr:
        return kind.noun in FOR_ACTIVITIES
    return kind.noun not in (FOR_STUFF_ONLY if topic.countable else FOR_THINGS_ONLY)


WITH_POWER = {"heating", "solar power", "wind power", "lighting", "smart homes", "offices", "housing", "manufacturing", "robots", "phones", "cars", "construction", "baking", "hotels", "cleaning", "water", "public transport", "cycling", "breweries", "ice cream", "logistics"}


def choose_need(topic: Topic, rng: random.Random) -> Need:
    """Books use no power, and compost stands in nobody's way."""
    while True:
        need = rng.choice(NEEDS)
        area = need.area[0]
        if area == "high energy use" and topic.sector.name not in WITH_POWER or area == "lack of space" and not topic.countable:
            continue
        return need


def make_idea(rng: random.Random, topic: Topic | None = None, audience: str | None = None, need: Need | None = None, held_out: bool = False, company: str | None = None, kind: Kind | None = None) -> Idea:
    topic = topic or make_topic(rng, held_out)
    need = need or choose_need(topic, rng)
    kind = kind if kind and suits(kind, topic) else rng.choice(KINDS)
    while not suits(kind, topic):
        kind = rng.choice(KINDS)
    audience = audience or topic.audience
    names = topic.names() | {"aud": audience}
    brand = make_brand(topic, kind, rng)
    article = "an" if kind.noun[0] in "aeiou" else "a"
    sector = topic.sector
    names |= {
        "brand": brand, "kind": kind.noun, "akind": f"{article} {kind.noun}", "kinds": plural(kind.noun), "place": lambda r: r.choice(sector.places), "act": lambda r: r.choice(sector.activities),
        "company": company or "our company",
    }

    def gap(frames):
        return lambda r: fill(pick(frames, idea, r), names, r)

    for name in ("pain", "cause", "fix", "gain", "value", "strength"):
        names[name] = gap(getattr(need, name))
    for name in ("does", "model", "revenue", "costs", "metrics", "steps", "weak"):
        names[name] = gap(getattr(kind, name))
    idea = Idea(topic, need, kind, audience, brand, names, company)
    settle(idea, rng)
    return idea


EVENTS = ("an open day", "a market stall", "a free evening", "a local fair", "a launch party", "a street festival", "an online demo")
WORRIES = ("extra cost", "stress", "long searches", "effort", "small print", "waiting", "hidden fees", "technical knowledge")
OLD_WAYS = ("long searches", "expensive experts", "paper lists", "guesswork", "big promises", "trial and error", "another large shop", "calling around", "endless scrolling")


def to_you(phrase: str) -> str:
    """Speaks to the reader: "what they want" is "what you want"."""
    words = {"they": "you", "their": "your", "them": "you"}
    return " ".join(words.get(word, word) for word in phrase.split(" "))


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def settle(idea: Idea, rng: random.Random) -> None:
    """Draws what must stay the same in all fields of an idea."""
    names, kind, sector = idea.names, idea.kind, idea.topic.sector
    for name in ("gain", "value", "pain"):
        names[f"{name}1"] = names[name](rng)
    names["gain_you"] = to_you(names["gain1"])
    names["value2"] = fill(rng.choice([value for value in idea.need.value if value != names["value1"]]), names, rng)
    names["cause_low"] = lambda r: lower_first(names["cause"](r))
    names["revenue"], names["revenue2"] = (fill(frame, names, rng) for frame in rng.sample(kind.revenue, 2))
    names["steps"], names["steps2"] = (fill(frame, names, rng) for frame in rng.sample(kind.steps, 2))
    names["channel"], names["channel2"] = rng.sample(CHANNELS, 2)
    names["place1"] = rng.choice(sector.places)
    names["place_pl"] = plural(rng.choice([place for place in sector.places if " of " not in place]))
    names["place_one"] = with_article(names["place1"])
    names["channel_event"] = lambda r: r.choice(EVENTS)
    names["worry"] = lambda r: r.choice(WORRIES)
    names["old_way"] = lambda r: r.choice(OLD_WAYS)
    names["few"] = lambda r: r.choice(("ten", "twenty", "thirty", "fifty", "one hundred", "a dozen"))
    names["number"] = lambda r: r.choice(("two thousand", "ten thousand", "forty thousand", "two hundred thousand", "half of all", "a third of all", "one million"))
    names["percent"] = lambda r: str(r.choice((3, 4, 5, 6, 8, 10, 12, 15, 20)))
    names["head_low"] = idea.topic.head
    names["slogan"] = lambda r: make_slogan(idea, r)
