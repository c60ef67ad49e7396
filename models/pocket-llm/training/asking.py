"""How people ask: openings, details, system turns, context and earlier turns."""

from __future__ import annotations

import json
import random

from frames import fill
from idea import Idea
from words import capital, invented, title_case

IDEA = (
    "Write a product idea about {asked}.", "Suggest a product idea about {asked}.", "Give me an idea for {asked}.", "Write a business idea about {asked}.", "I need a {business|product|start-up|new} idea: {asked}.", "Topic: {asked}. Write {a product idea|an idea|an idea card}.",
    "Generate {an idea|a product idea|a business idea} for {asked}.", "Create an idea card about {asked}.", "What could we build around {t}?", "Idea for {t}", "Think of something new for {t}.", "{Asked}: any ideas?", "Come up with a start-up idea for {asked}.",
    "Please write a short product idea about {asked}.", "Help me find an idea for {asked}.", "Can you suggest a business around {t}?", "Propose a product for {aud} around {t}.", "We want to do something with {t}. What do you suggest?", "Brainstorm a product about {asked}",
)
FOR_PEOPLE = (
    "Suggest a business idea for {aud}.", "Write a product idea for {aud}.", "What do {aud} need?", "We serve {aud}. What could we offer them?", "Give me an idea that helps {aud}.", "An idea for {aud} in {sector}, please.", "Which product would {aud} love?", "Idea for {aud}",
    "Write a business idea for {sector}.", "Suggest a product for the {sector} industry.", "I work in {sector} and need an idea.", "What is missing in {sector}?", "Give me a {sector} idea.",
)
"""Without a topic: the answer finds one that belongs to the people or the industry."""
HELD_OUT_IDEA = ("Could you invent a product that has to do with {t}?", "Give us your best thought on {asked}.", "Our team is looking into {t}. Make a proposal.")
SLOGAN = (
    "Write a slogan for {asked}.", "Write a {short|catchy|friendly|simple} slogan for {asked}.", "Slogan for {asked}", "Give me a tagline for {asked}.", "I need a slogan for {asked}.", "A slogan about {t}, please.", "Create a tagline for {t}.", "Write one line of advertising for {asked}.",
    "What would be a good slogan for {asked}?", "Advertise {t} in one sentence.", "Suggest a catchy line for {t}.", "Make a slogan: {asked}", "We sell {t}. Write a slogan.", "Tagline: {asked}", "Slogan for {brand}, {akind} for {t}.",
)
HELD_OUT_SLOGAN = ("What could be written on a poster for {asked}?", "Find a claim for {t}.")
SECTIONS = {
    "description": ("Describe a product for {asked}.", "Write a product description for {asked}.", "Describe {brand}, {akind} for {t}.", "Write two sentences about {asked}.", "Describe an idea around {t} in two sentences.", "Product description: {asked}"),
    "problem_statement": ("What problem do {aud} have with {t}?", "Write a problem statement about {asked}.", "Which problem should we solve for {t}?", "Problem statement: {asked}"),
    "solution_concept": ("Suggest a solution for {aud} who need {t}.", "How could {akind} help with {t}?", "Write a solution concept for {asked}.", "Solution: {asked}"),
    "target_audience": ("Who is the target audience for {asked}?", "Describe the target audience of {akind} for {t}.", "Who would buy {t}?", "Target audience: {asked}"),
    "unique_value": ("Write a value proposition for {asked}.", "What is the unique value of {akind} for {t}?", "Why should people choose our {kind} for {t}?", "Unique value: {asked}"),
    "business_model": ("Suggest a business model for {asked}.", "Which business model fits {akind} for {t}?", "Business model: {asked}"),
    "revenue_model": ("How can {akind} for {t} earn money?", "Suggest a revenue model for {asked}.", "Revenue model: {asked}"),
    "marketing_strategy": ("How should we market {t}?", "Write a marketing strategy for {asked}.", "How can we reach {aud} with {t}?", "Marketing strategy: {asked}"),
    "go_to_market": ("Write a go-to-market plan for {asked}.", "How do we launch {akind} for {t}?", "What are the first steps to sell {t}?", "Go to market: {asked}"),
    "strengths": ("List strengths of {akind} for {t}.", "What are the strengths of {asked} as a business?", "Strengths: {asked}"),
    "weaknesses": ("List weaknesses of {akind} for {t}.", "What are the weak points of a business with {t}?", "Weaknesses: {asked}"),
    "opportunities": ("List opportunities for {akind} for {t}.", "Which chances does the market for {t} offer?", "Opportunities: {asked}"),
    "threats": ("List threats for {akind} for {t}.", "What could go wrong for a business with {t}?", "Threats: {asked}"),
    "market_size": ("How big is the market for {t}?", "Market size: {asked}"),
    "competition": ("Who are the competitors of {akind} for {t}?", "Competition: {asked}"),
    "features": ("List features of {akind} for {t}.", "Which features should our {kind} for {t} have?"),
    "next_steps": ("What are the next steps for {akind} around {t}?", "List the first steps for a business with {t}."),
    "risks": ("What are the risks of a business with {t}?", "List risks of {akind} for {t}."),
    "benefits": ("What are the benefits of {t} for {aud}?", "List benefits of {t}."),
    "key_metrics": ("Which numbers should {akind} for {t} watch?", "List key metrics for {akind} for {t}."),
    "cost_structure": ("What does it cost to run {akind} for {t}?", "List the main costs of {akind} for {t}."),
    "title": ("Suggest a name for {akind} for {t}.", "Find a brand name for {asked}.", "What could we call {akind} for {t}?", "Name for {asked}", "Write a title for an idea about {asked}."),
    "summary": ("Describe an idea for {asked} in one sentence.", "Pitch {asked} in one sentence.", "One sentence about {akind} for {t}."),
}
DETAILS = ("Industry: {sector}.", "Audience: {aud}.", "Target audience: {aud}.", "Problem: {area}.", "Problem area: {area}.", "It is for {aud}.", "The problem: {area}.", "It should help {aud} {gain1}.", "We work in {sector}.", "Think of {aud}.", "It should be {akind}.", "Focus on {value1}.")
MARKETS = ("for customers it already serves", "for an adjacent market, near to the customers it already serves", "for a new market that it does not serve yet")
SYSTEMS = (
    "You are a helpful assistant.", "You are a helpful assistant. Answer briefly.", "You write product ideas.", "You are a product strategist.", "You are a creative copywriter.", "You help founders with ideas, slogans and plans.", "Answer in plain English.", "You are an assistant for product ideas. Answer with JSON when asked.",
    "You are the idea assistant of {company}.", "You are a friendly business coach.", "Be short and clear.", "You are an expert in {sector}.",
)
COMPANY_ENDINGS = ("Ltd", "Inc", "GmbH", "Works", "Group", "& Sons", "Labs", "Studio", "Partners", "Collective", "Company", "")


def make_company(rng: random.Random) -> str:
    return f"{capital(invented(rng))} {rng.choice(COMPANY_ENDINGS)}".strip()


def playground_prompt(idea: Idea, rng: random.Random, others: list[str]) -> str:
    """The idea playground's own words (apps/idea-playground, to-prompt.ts)."""
    lines = [f"Write a product idea about {idea.topic.asked}." if rng.random() < 0.8 or not idea.topic.natural else "Write a product idea."]
    if rng.random() < 0.5 or len(lines[0]) < 25:
        lines.append(f"Industry: {idea.topic.sector.name}.")
    if rng.random() < 0.4:
        lines.append(f"Problem: {rng.choice(idea.need.area)}.")
    if rng.random() < 0.25:
        lines.append(f"Market: {rng.choice(MARKETS)}.")
    if others:
        lines.append(f"It is different from: {'; '.join(others)}.")
    return "\n".join(lines)


def ask_for(frames: tuple[str, ...], idea: Idea, rng: random.Random, detail: float = 0.35) -> str:
    """A question, sometimes with details, which the answer then keeps to."""
    text = capital(idea.say(frames, rng))
    names = idea.names | {"area": rng.choice(idea.need.area)}
    if rng.random() < detail:
        chosen = rng.sample(DETAILS, rng.choice((1, 1, 2)))
        joint = rng.choice((" ", "\n"))
        text = text if text[-1] in ".?!" else f"{text}."
        text += "".join(joint + fill(frame, names, rng) for frame in chosen)
    return text


def in_context(prompt: str, idea: Idea, company: str, rng: random.Random) -> str:
    """The seed's "Context: {...}" in front of a prompt."""
    facts: dict[str, object] = {"company_industry": idea.topic.sector.name, "company_name": company}
    if rng.random() < 0.5:
        facts = {"company_name": company, "industry": idea.topic.sector.name}
        extras = {"strengths": idea.entries("strengths", 2, rng), "values": list(idea.need.value[:2]), "audience": idea.audience, "region": title_case(invented(rng)), "goal": idea.names["gain1"]}
        for name in rng.sample(list(extras), rng.randint(0, 2)):
            facts[name] = extras[name]
    written = json.dumps(facts, ensure_ascii=False, separators=(",", ":") if rng.random() < 0.7 else None)
    return f"Context: {written}\n\nPrompt: {prompt}"


def summary_of(idea: Idea, rng: random.Random, title: str | None = None) -> str:
    """How the playground shows an idea to the model."""
    fields = (("Title", "title"), ("Description", "description"), ("Problem", "problem_statement"), ("Solution", "solution_concept"), ("Audience", "target_audience"))
    return "\n".join(f"{label}: {title if title and label == 'Title' else idea.field(name, rng)}" for label, name in fields)
