"""Prompts of the samples in the report: written before the model was trained, none chosen by how well it answers."""

from __future__ import annotations

PROMPTS: tuple[str | list[tuple[str, str]], ...] = (
    "Write a slogan for a coffee shop.",
    "Write a slogan for reusable coffee cups.",
    "Give me three slogans for a bike repair cafe.",
    "Write a product idea about lost umbrellas.",
    "Write a product idea about reusable packaging for small bakeries.\nIndustry: packaging.\nProblem: high costs.",
    "Suggest a business idea for dog owners who travel a lot.",
    "i need an idea for school lunches",
    "Write a product idea about hearing tests for musicians.\nAnswer with a JSON object matching {\"title\":\"string\",\"description\":\"string\",\"target_audience\":\"string\",\"strengths\":\"string[]\",\"weaknesses\":\"string[]\"}",
    "Context: {\"company_industry\":\"gardening\",\"company_name\":\"Fennwick & Daughters\"}\n\nPrompt: Write a product idea about tomato plants.\nMarket: for a new market that it does not serve yet.",
    "Refine this product idea: Focus on students.\n\nTitle: Bread Box\nDescription: A subscription box that brings fresh bread to families every week.\nProblem: Families have no time to go to the bakery.\nSolution: A weekly box with bread from local bakers.\nAudience: Families",
    "Merge these product ideas into one.\n\nIdea 1\nTitle: Lamp Library\nDescription: A tool library that lends solar lamps.\nAudience: Campers\n\nIdea 2\nTitle: Tent Club\nDescription: A club that shares tents.\nAudience: Families",
    "Summarise in one sentence:\n\nMany students pay too much for textbooks. Small buyers get no discount. PageSwap is a marketplace that lets students buy and sell textbooks at fair prices.",
    "Who is the target audience for a quiet vacuum cleaner?",
    "List strengths of an app for allotment gardens.",
    "How can a rental service for cargo bikes earn money?",
    "What is a value proposition?",
    "Write a short text about night trains.",
    "hello",
    "Who are you?",
    "What is the capital of Australia?",
    [("user", "Suggest a product idea about second-hand violins."), ("assistant", "ViolinLoop is a rental service that lends second-hand violins by the month. It helps music students save money."), ("user", "And a slogan?")],
)
