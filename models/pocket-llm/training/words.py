"""English forms: plurals, articles, capitals, lists; and words that do not exist."""

from __future__ import annotations

import random

IRREGULAR = {"child": "children", "shelf": "shelves", "scarf": "scarves", "loaf": "loaves", "bookshelf": "bookshelves", "box": "boxes", "toothbrush": "toothbrushes", "life": "lives", "knife": "knives", "half": "halves", "fisherman": "fishermen", "handyman": "handymen", "man": "men", "woman": "women", "mouse": "mice", "person": "people", "fish": "fish", "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes"}


def plural(noun: str) -> str:
    """Of a noun whose last word is the one that changes ("family on holiday": the first)."""
    head, _, tail = noun.partition(" on ")
    if tail:
        return f"{plural(head)} on {tail}"
    start, space, last = noun.rpartition(" ")
    if last in IRREGULAR:
        last = IRREGULAR[last]
    elif last.endswith(("s", "sh", "ch", "x", "z")):
        last += "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = last[:-1] + "ies"
    else:
        last += "s"
    return start + space + last


def with_article(phrase: str) -> str:
    """"a" or "an" before it, by its first sound."""
    low = phrase.lower()
    vowel = low[:1] in "aeiou" and not low.startswith(("uni", "use", "usa", "euro", "one", "ute", "uti", "ubi"))
    return ("an " if vowel or low.startswith(("hour", "honest", "heir")) else "a ") + phrase


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SMALL = {"a", "an", "the", "of", "for", "and", "to", "in", "on", "with", "or", "by", "at", "from", "that", "your"}


def title_case(text: str) -> str:
    words = text.split(" ")
    return " ".join(word if word in SMALL and place else capital(word) for place, word in enumerate(words))


def listed(parts: list[str], last: str = "and") -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


ONSETS = "b c d f g h j k l m n p r s t v w z bl br cl cr dr fl fr gl gr pl pr sl sp st tr th sh ch qu kn".split()
VOWELS = "a e i o u a e i o ai ea ee oa oo ou y".split()
CODAS = "n r l s t m d k p b g x nd nt rn rm sk st lt ng ck sh th".split()
ENDINGS = "a o y ix on er el in um is ora ika ello ium ster wick ford ling ley".split()


def invented(rng: random.Random) -> str:
    """A word of two or three syllables that probably does not exist, lower case."""
    parts = [rng.choice(ONSETS) + rng.choice(VOWELS) + (rng.choice(CODAS) if rng.random() < 0.5 else "") for _ in range(rng.choice((1, 1, 2)))]
    return "".join(parts) + (rng.choice(ENDINGS) if rng.random() < 0.6 else rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS))
