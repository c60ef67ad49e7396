"""Captions of pictures from templates: `make_caption(look, rng)` gives a text and what it claims (claims.py).

Some name everything, most a part ("dark oak floor"), some one thing only ("herringbone", "something blue"), as search queries do.
"""

from __future__ import annotations

from numpy.random import Generator

from attributes import DARK, LIGHT
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
SCENE_ALONE = {"surface": ("a close-up",), "swatch": ("a swatch", "a sample"), "floor": ("a floor", "flooring"), "wall": ("a wall", "wall covering"), "board": ("a sample board", "samples"), "object": ("an object",)}
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


def _alone(look: Look, claims: Claims, rng: Generator) -> str:
    """One attribute and nothing else."""
    attribute = str(rng.choice(["material", "material", "colour", "colour", "pattern", "pattern", "finish", "style" if look.style else "pattern", "scene"]))
    if attribute == "scene":
        claims.claim("scene", [look.scene], SCENE_UNCLEAR[look.scene])
        return one_of(rng, SCENE_ALONE[look.scene])
    if attribute == "style":
        claims.claim("style", [look.style])
        word = one_of(rng, STYLE_WORDS[look.style])
    else:
        word = _material(look, claims, rng, False) if attribute == "material" else {"colour": _colour, "pattern": _pattern, "finish": _finish}[attribute](look, claims, rng)
    return one_of(rng, ALONE[attribute]).format(word)


def make_caption(look: Look, rng: Generator, full: bool = False) -> tuple[str, Claims]:
    """A caption, lower case. `full` names material, colour, pattern, finish, scene and style."""
    claims = Claims()
    if not full and rng.random() < 0.28:
        text = _alone(look, claims, rng)
        return (PREFIXES[int(rng.integers(len(PREFIXES)))] + text if rng.random() < 0.6 else text), claims
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
