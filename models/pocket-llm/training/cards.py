"""Idea cards and other objects as JSON: which fields, under which names, how people describe the form they want."""

from __future__ import annotations

import json
import random

from fields import OPTIONAL_LISTS
from idea import Idea
from words import listed

PLAYGROUND = (
    "title", "description", "problem_statement", "solution_concept", "target_audience", "unique_value", "business_model", "revenue_model", "marketing_strategy", "go_to_market",
    "strengths", "weaknesses", "opportunities", "threats", "market_size", "competition", "revenue_streams", "cost_structure", "key_metrics",
)
REQUIRED = PLAYGROUND[:14]
AS_TEXT = ("revenue_streams", "cost_structure", "key_metrics")

ALIASES = {
    "name": "title", "idea": "summary", "problem": "problem_statement", "solution": "solution_concept", "audience": "target_audience", "customers": "target_audience", "value_proposition": "unique_value", "usp": "unique_value",
    "marketing": "marketing_strategy", "launch_plan": "go_to_market", "pros": "strengths", "cons": "weaknesses", "advantages": "strengths", "disadvantages": "weaknesses", "headline": "slogan", "revenue": "revenue_model",
    "costs": "cost_structure", "metrics": "key_metrics", "keywords": "tags", "steps": "next_steps", "text": "description", "product": "title", "concept": "solution_concept", "channels": "marketing_strategy",
}


def value_of(idea: Idea, name: str, rng: random.Random, as_text: bool = False) -> object:
    if name in ("score", "rating"):
        return rng.randint(3, 10) if name == "score" else rng.choice((3, 3.5, 4, 4.5, 5))
    if name in ("price", "budget"):
        return rng.choice((5, 9, 12, 19, 25, 29, 49, 79, 99, 120, 250)) * (1 if name == "price" else 100)
    if name in ("recommended", "is_new"):
        return rng.random() < 0.7
    if name == "type":
        return idea.kind.noun
    if name == "industry":
        return idea.topic.sector.name
    field = ALIASES.get(name, name)
    if as_text and field in AS_TEXT:
        parts = idea.entries(field, 2, rng)
        return listed([parts[0], *(part[:1].lower() + part[1:] for part in parts[1:])])
    return idea.field(field, rng)


def choose_names(rng: random.Random) -> list[str]:
    """The playground's whole card, its beginning, or a handful of any fields in any order; mostly a title first."""
    chance = rng.random()
    if chance < 0.3:
        return [*REQUIRED, *(name for name in PLAYGROUND[14:] if rng.random() < 0.5)]
    if chance < 0.45:
        return list(PLAYGROUND[: rng.randint(2, 10)])
    if chance < 0.6:
        return [name for name in PLAYGROUND if name == "title" or rng.random() < 0.35]
    pool = [*PLAYGROUND, *ALIASES, *OPTIONAL_LISTS, "tagline", "summary", "slogan", "score", "price", "rating", "recommended", "type", "industry", "budget"]
    names: list[str] = []
    for name in [rng.choice(("title", "name", "title")), *rng.sample(pool, rng.randint(1, 6))]:
        if ALIASES.get(name, name) not in {ALIASES.get(other, other) for other in names}:
            names.append(name)
    if rng.random() < 0.25:
        rng.shuffle(names)
    return names


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def make_card(idea: Idea, names: list[str], rng: random.Random, camel_case: bool = False, as_text: bool = False) -> dict:
    return {camel(name) if camel_case else name: value_of(idea, name, rng, as_text) for name in names}


def dump(value: object, rng: random.Random) -> str:
    """In the three ways that JSON is written."""
    chance = rng.random()
    if chance < 0.6:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(value, ensure_ascii=False, indent=2 if chance > 0.92 else None)


def type_of(value: object) -> str:
    return "boolean" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def form(card: dict, rng: random.Random) -> str:
    """The form that is asked for: the seed's dialect, a JSON Schema, or the names in words."""
    chance = rng.random()
    if chance < 0.45:
        types = {name: "string[]" if isinstance(value, list) else type_of(value) for name, value in card.items()}
        written = json.dumps(types, separators=(",", ":") if rng.random() < 0.6 else None)
        return rng.choice(("Answer with a JSON object matching {}", "Respond with a JSON object that matches this schema: {}", "Return JSON in this form: {}", "Please answer as JSON: {}")).format(written)
    if chance < 0.6 and len(card) < 7:
        properties = {name: {"type": "array", "items": {"type": "string"}} if isinstance(value, list) else {"type": type_of(value)} for name, value in card.items()}
        schema = {"type": "object", "properties": properties, "required": list(card)}
        return f"Answer with JSON that matches this JSON Schema, and with nothing else:\n{json.dumps(schema, separators=(',', ':'))}"
    names = [name if rng.random() < 0.5 else f'"{name}"' for name in card]
    return rng.choice(("Answer as JSON with {}.", "Write a JSON object with the fields {}.", "Give me JSON with {}.", "Return {} as JSON.", "Use JSON with the keys {}.")).format(listed(names))
