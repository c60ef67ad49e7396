"""Captions of pictures from templates: `make_caption(look, rng)` gives a text and what it claims (claims.py).

Some name everything, most a part ("dark oak floor"), some one thing only ("herringbone", "something blue"), as search queries do.
"""

from __future__ import annotations

from numpy.random import Generator

from attributes import DARK, KINDS, LIGHT
from claims import Claims
from textures import Look
from words import (
    ADJECTIVES, COLOUR_UNCLEAR, COLOUR_WORDS, FINISH_OF_MATERIAL, FINISH_WORDS, KIND_WORDS, MATERIAL_UNCLEAR, MATERIAL_WORDS, PATTERN_NOUNS,
    PATTERN_OF_MATERIAL, PATTERN_WORDS, SCENE_PHRASES, SCENE_UNCLEAR, STYLE_WORDS, TONE_RIGHT, TONE_UNCLEAR,
)

ALONE = {
    "material": ("{}", "{}", "{} texture", "made of {}", "something made of {}", "{} material", "a {} surface"),
    "colour": ("{}", "{}", "the colour {}", "the color {}", "something {}", "{} colour", "in {}", "a {} surface", "mostly {}"),
    "pattern": ("{}", "{} pattern", "a {} pattern", "{} design", "a {} texture", "{} surface"),
    "finish": ("{}", "{} finish", "a {} finish", "a {} surface", "{} texture"),
    "style": ("{}", "{} style", "{} interior", "a {} design", "in {} style"),
    "scene": ("{}",),
}
SCENE_NOUNS = {
    "surface": ("a close-up",), "swatch": ("a swatch", "a sample"), "floor": ("a floor", "flooring"), "wall": ("a wall", "wall covering"),
    "board": ("a sample board", "samples"), "object": ("an object",),
}
WORDS = {"material": MATERIAL_WORDS, "colour": COLOUR_WORDS, "pattern": PATTERN_WORDS, "finish": FINISH_WORDS, "style": STYLE_WORDS, "scene": SCENE_NOUNS}
PREFIXES = ("", "", "", "", "a photo of ", "this is a photo of ", "a picture of ", "an image of ", "catalogue photo of ")


def one_of(rng: Generator, words) -> str:
    """A word; the first, plain one most often."""
    return words[0] if rng.random() < 0.45 else words[int(rng.integers(len(words)))]


def _material(look: Look, claims: Claims, rng: Generator, adjective: bool) -> str:
    if look.kind and rng.random() < 0.5:
        claims.claim("material", [look.material])
        claims.claim("kind", [look.kind], [""])
        return one_of(rng, KIND_WORDS.get(look.kind, (look.kind,)))
    claims.claim("material", [look.material], MATERIAL_UNCLEAR.get(look.material, ()))
    return one_of(rng, ADJECTIVES.get(look.material, MATERIAL_WORDS[look.material]) if adjective else MATERIAL_WORDS[look.material])


def _colour(look: Look, claims: Claims, rng: Generator) -> str:
    tone = "dark" if look.colour in DARK else "light" if look.colour in LIGHT else ""
    if tone and rng.random() < 0.18:
        claims.claim("colour", TONE_RIGHT[tone], TONE_UNCLEAR[tone])
        return "pale" if tone == "light" and rng.random() < 0.4 else tone
    word = one_of(rng, COLOUR_WORDS[look.colour])
    claims.claim("colour", [look.colour], COLOUR_UNCLEAR.get(word.replace("gray", "grey"), ()))
    if look.accent and rng.random() < 0.35:
        claims.claim("accent", [look.accent])
        return f"{word} and {one_of(rng, COLOUR_WORDS[look.accent])}"
    return word


def _finish(look: Look, claims: Claims, rng: Generator) -> str:
    claims.claim("finish", [look.finish])
    special = FINISH_OF_MATERIAL.get((look.material, look.finish))
    if special and rng.random() < 0.35:
        claims.claim("material", [look.material])
        return special[0]
    return one_of(rng, FINISH_WORDS[look.finish])


def _pattern(look: Look, claims: Claims, rng: Generator) -> str:
    special = PATTERN_OF_MATERIAL.get((look.material, look.pattern))
    if special and rng.random() < 0.35:
        claims.claim("pattern", [look.pattern])
        claims.claim("material", [look.material])
        return special[0]
    word = one_of(rng, PATTERN_WORDS[look.pattern])
    claims.claim("pattern", [look.pattern], ["herringbone"] if word == "zigzag" else [])
    return word


def describe(attribute: str, value: str, rng: Generator) -> tuple[str, Claims]:
    """A text that names one value of one attribute and nothing else; of "colour" also the tones "dark" and "light"."""
    claims = Claims()
    if attribute == "kind":
        claims.claim("material", [next(material for material, kinds in KINDS.items() if value in kinds)])
        claims.claim("kind", [value], [""])
        return one_of(rng, ALONE["material"]).format(one_of(rng, KIND_WORDS.get(value, (value,)))), claims
    if attribute == "colour" and value in TONE_RIGHT:
        claims.claim("colour", TONE_RIGHT[value], TONE_UNCLEAR[value])
        return one_of(rng, ALONE["colour"]).format(value), claims
    word = one_of(rng, WORDS[attribute][value])
    if attribute == "colour":
        unclear = COLOUR_UNCLEAR.get(word.replace("gray", "grey"), ())
    elif attribute == "pattern":
        unclear = ("herringbone",) if word == "zigzag" else ()
    else:
        unclear = {"material": MATERIAL_UNCLEAR, "scene": SCENE_UNCLEAR}.get(attribute, {}).get(value, ())
    claims.claim(attribute, [value], unclear)
    return one_of(rng, ALONE[attribute]).format(word), claims


def every_value(rng: Generator) -> list[tuple[str, Claims]]:
    """A text for each value of each attribute, the second colour aside."""
    values = [(attribute, value) for attribute, words in WORDS.items() for value in words]
    values += [("kind", kind) for kinds in KINDS.values() for kind in kinds] + [("colour", tone) for tone in TONE_RIGHT]
    return [describe(attribute, value, rng) for attribute, value in values]


def _alone(look: Look, rng: Generator) -> tuple[str, Claims]:
    """One attribute of a picture and nothing else."""
    attribute = str(rng.choice(["material", "kind" if look.kind else "material", "colour", "colour", "pattern", "pattern", "finish", "style" if look.style else "pattern", "scene"]))
    value = getattr(look, attribute)
    if attribute == "colour" and rng.random() < 0.18:
        value = "dark" if value in DARK else "light" if value in LIGHT else value
    return describe(attribute, value, rng)


def make_caption(look: Look, rng: Generator, full: bool = False) -> tuple[str, Claims]:
    """A caption, lower case. `full` names material, colour, pattern, finish, scene and style."""
    if not full and rng.random() < 0.2:
        text, claims = _alone(look, rng)
        return (PREFIXES[int(rng.integers(len(PREFIXES)))] + text if rng.random() < 0.6 else text), claims
    claims = Claims()
    says = lambda chance: full or rng.random() < chance
    phrase = "{}"
    if says(0.4):
        phrase = one_of(rng, SCENE_PHRASES[look.scene])
        claims.claim("scene", [look.scene], SCENE_UNCLEAR[look.scene])
    style = finish = colour = pattern = tail = ""
    if look.style and says(0.18):
        claims.claim("style", [look.style])
        style = one_of(rng, STYLE_WORDS[look.style])
    if says(0.33):
        finish = _finish(look, claims, rng)
    if says(0.68):
        colour = _colour(look, claims, rng)
    if says(0.5):
        if rng.random() < 0.3:
            claims.claim("pattern", [look.pattern])
            tail = f" with {one_of(rng, PATTERN_NOUNS[look.pattern])}"
        else:
            pattern = _pattern(look, claims, rng)
    words = [word for word in ((style, colour, finish, pattern) if rng.random() < 0.25 else (style, finish, colour, pattern)) if word]
    as_adjective = phrase.endswith(("{} floor", "{} flooring", "{} wall", "{} surface", "{} object"))
    noun = _material(look, claims, rng, as_adjective) if says(0.85) or not words else "material"
    if words and phrase == "{}" and rng.random() < 0.12:  # "walnut, herringbone, satin"
        text = ", ".join([noun, *words]) + tail
    elif words == [colour] and rng.random() < 0.2:
        text = f"{phrase.format(noun)} in {colour}{tail}"
    else:
        text = phrase.format(" ".join([*words, noun])) + tail
    if rng.random() < 0.4:
        text = ("an " if text[0] in "aeiou" else "a ") + text
    prefix = PREFIXES[int(rng.integers(len(PREFIXES)))]
    return (prefix + text).strip(), claims
