"""Topics: what people ask about, in all the forms that sentences need. Known things, joined words, activities and words that do not exist."""

from __future__ import annotations

import random
from dataclasses import dataclass
from zlib import crc32

from sectors import SECTORS, Sector
from words import capital, invented, plural, title_case, with_article

ADJECTIVES = """affordable foldable smart second-hand handmade portable organic modern simple local reusable waterproof quiet tiny solar-powered
recycled wooden digital custom vintage lightweight durable seasonal modular hand-painted wireless premium budget eco-friendly magnetic rugged
adjustable silent compact personalised refurbished allergy-free energy-saving shared mobile floating edible scented heated colourful washable
plant-based low-cost high-quality family-friendly child-safe old-fashioned award-winning zero-waste fair-trade long-lasting self-cleaning
inflatable stackable glow-in-the-dark night-time rural urban winter summer holiday weekend beginner professional travel-size emergency
lost broken unused empty forgotten leftover donated clean fresh fast better safe healthy cheap colour-coded antique ceramic bamboo cotton glass copper steel paper leather""".split()

GROUPS = tuple("students,seniors,teenagers,parents,commuters,freelancers,tourists,nurses,teachers,beginners,families,newcomers,volunteers,neighbours,pensioners,shift workers,small shops,schools,villages,single parents,night owls,early risers,remote teams,hobbyists,collectors,city dwellers,left-handed people,busy people,young couples,first-time buyers,local clubs,rural households,office workers,small teams,large families,people with allergies,people on a budget,children,travellers,small businesses,renters,adults,artists,farmers,chefs,cyclists,dog owners,gamers,grandparents,engineers,designers".split(","))
MANNERS = ("busy", "young", "older", "first-time", "local", "careful", "curious", "retired", "ambitious", "thrifty", "independent", "rural", "city", "hobby", "new", "experienced", "part-time", "creative", "tired", "demanding")
REGIONS = ("in small towns", "in big cities", "in rural areas", "in cold climates", "on a tight budget", "with little time", "with small homes", "in their first year", "across the region", "who work from home", "who care about quality", "who want to start small", "with young children", "who live alone", "near the coast", "without a car", "with little experience", "who hate waste")


@dataclass(frozen=True)
class Topic:
    """`bare` stands in a sentence ("solar lamps", "compost"), `attr` before a noun ("solar lamp"; empty for activities),
    `asked` is how a person puts it ("a solar lamp"), `head` is its last noun alone."""

    bare: str
    attr: str
    asked: str
    head: str
    many: bool
    countable: bool
    sector: Sector
    audience: str
    natural: bool
    """Whether it belongs to its sector."""

    def names(self) -> dict[str, str]:
        many = self.many
        return {
            "t": self.bare, "attr": self.attr, "one": with_article(self.attr) if self.countable else self.bare, "asked": self.asked,
            "be": "are" if many else "is", "has": "have" if many else "has", "do": "do" if many else "does", "s": "" if many else "s", "es": "" if many else "es",
            "was": "were" if many else "was", "it": "they" if many else "it", "them": "them" if many else "it", "its": "their" if many else "its", "this": "these" if many else "this",
            "T": self.bare, "title": title_case(self.attr or self.bare), "titles": title_case(self.bare), "head": capital(self.head.split("-")[-1]), "sector": self.sector.name, "aud": self.audience,
        }


def is_held_out(text: str) -> bool:
    """One topic in twenty is never trained on."""
    return crc32(text.encode()) % 20 == 7


def make_audience(sector: Sector, rng: random.Random) -> str:
    base = plural(rng.choice(sector.people)) if rng.random() < 0.7 else rng.choice(GROUPS)
    chance = rng.random()
    if chance < 0.25 and " " not in base:
        return f"{rng.choice(MANNERS)} {base}"
    if chance < 0.45 and not any(word in base for word in (" on ", " with ", "people")):
        return f"{base} {rng.choice(REGIONS)}"
    return base


CITIES = "Lisbon Hamburg Nairobi Kyoto Montreal Leeds Porto Bergen Lima Boston Dublin Cape Graz Turin Galway Oslo Denver Tartu Ghent Malmö Basel Perth".replace("Cape ", "").split()
SERVICES = ("rental", "repair", "storage", "delivery", "insurance", "training", "advice", "sharing", "cleaning", "design", "planning", "recycling", "safety", "tracking", "care", "education")
EVENTS = ("test", "lesson", "tour", "course", "guide", "service", "shop", "market", "club", "school", "fair", "game", "kit", "review", "app", "map", "museum", "workshop", "subscription", "community")


def make_service(sector: Sector, rng: random.Random) -> tuple[str, bool, str, bool]:
    """Something done with a thing: piano rental, tent tours."""
    thing = rng.choice(sector.things)
    if rng.random() < 0.5:
        head = rng.choice(SERVICES)
        return f"{thing} {head}", False, head, True
    head = rng.choice(EVENTS)
    return f"{thing} {head}", True, head, True


def any_noun(rng: random.Random) -> str:
    return rng.choice(rng.choice(SECTORS).things)


def make_noun(sector: Sector, rng: random.Random) -> tuple[str, bool, str, bool]:
    """(singular or mass noun, countable, last word, whether it is of the sector)."""
    chance = rng.random()
    if chance < 0.1:
        return make_service(sector, rng)
    if chance < 0.6:
        if rng.random() < 0.68:
            noun = rng.choice(sector.things)
            return noun, True, noun.split()[-1], True
        noun = rng.choice(sector.stuff)
        return noun, False, noun.split()[-1], True
    if chance < 0.72:
        head = any_noun(rng).split()[-1]
        return f"{any_noun(rng).split()[0]} {head}", True, head, False
    if chance < 0.88:
        head = any_noun(rng).split()[-1]
        return f"{invented(rng)} {head}", True, head, False
    word = invented(rng)
    return word, rng.random() < 0.7, word, False


def make_topic(rng: random.Random, held_out: bool = False) -> Topic:
    while True:
        topic = draw_topic(rng)
        if is_held_out(topic.bare) == held_out:
            return topic


def draw_topic(rng: random.Random) -> Topic:
    sector = rng.choice(SECTORS)
    audience = make_audience(sector, rng)
    if rng.random() < 0.06:
        act = rng.choice(sector.activities)
        return Topic(f"help with {act}", "", act, act.split()[-1], False, False, sector, audience, True)
    noun, countable, head, natural = make_noun(sector, rng)
    if rng.random() < 0.35:
        noun = f"{rng.choice(ADJECTIVES)} {noun}"
    bare = plural(noun) if countable else noun
    asked = with_article(noun) if countable and rng.random() < 0.5 else bare
    if rng.random() < 0.15:
        audience = rng.choice(GROUPS) if rng.random() < 0.5 else plural(rng.choice(sector.people))
        asked = f"{asked} for {audience}"
    elif rng.random() < 0.06:
        city = rng.choice(CITIES) if rng.random() < 0.6 else capital(invented(rng))
        asked, audience = f"{asked} in {city}", f"{rng.choice(('people', 'families', plural(rng.choice(sector.people))))} in {city}"
    return Topic(bare, noun, asked, head, countable, countable, sector, audience, natural)


def broken_first(name: str) -> str:
    """"solar lamp" as one word with capitals: SolarLamp."""
    return "".join(capital(part) for part in name.replace("-", " ").replace("'", "").split())
