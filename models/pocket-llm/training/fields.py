"""Frames of each field of an idea card; names as in idea.py. A field's text always names the topic or belongs to need and kind."""

from __future__ import annotations

DESCRIPTION = (
    "{Brand} is {akind} that {does}. It helps {aud} {gain1}.",
    "{Akind} for {aud} that {does}.",
    "{Brand} {does}, so that {aud} {can|are able to} {gain1}.",
    "With {brand}, {aud} {gain1}: the {kind} {does}.",
    "{Brand} is {akind} around {t}. It {does} and {fix}.",
    "{Akind} that makes {t} {simple|easy|friendly|affordable|fun} for {aud}. It {does}.",
    "{Brand} brings {value1} to {t}. The {kind} {does}.",
    "A new kind of {kind} for {t}: it {fix} and helps {aud} {gain1}.",
    "{Brand} gives {aud} {value1}. It {does}.",
    "{T} for {aud}, made {simple|easy}: {brand} {does} and helps people {gain}.",
)

OF_COMPANY = (
    "{Company} offers {akind} that {does}, so that {aud} {gain1}.", "{Brand} by {company} is {akind} that {does}.", "{Company} brings {value1} to {t}: {akind} that {does}.",
    "With {brand}, {company} helps {aud} {gain1}. The {kind} {does}.", "{Akind} from {company} that {does}.",
)
"""Where the prompt names a company."""

PROBLEM = (
    "{pain1}", "{pain1} {cause}", "{pain1} {cause}", "{pain} {cause}", "{pain1} One reason: {cause_low}",
    "{pain1} {Existing|Today's} {offers|solutions} {do not help enough|only help a few}.",
)

SOLUTION = (
    "{Akind} that {does} and {fix}.", "{Brand} {fix}. It {does}.", "The {kind} {does}. It also {fix}.", "We offer {akind} that {fix}.",
    "{Brand} {does}. In this way {aud} {gain1}.", "{Brand} {fix}, and it {does}.", "A simple {kind}: it {does}, and {aud} {gain1}.",
    "Instead of {old_way}, {brand} {fix}.",
)

AUDIENCE = (
    "{Aud}", "{Aud} who want to {gain1}", "{Aud} who use {t}", "{Aud} looking for {t}", "{Aud} and people around them who want {value1}",
    "{Aud} who care about {value1}", "{Aud} who need {t}", "{Aud} in {small and large|big|small} cities who want to {gain1}",
    "{Aud}, above all those who are new to {t}",
)

UNIQUE = (
    "{Brand} is the only {kind} for {t} that {fix}.", "It {fix}, which no other {kind} for {t} does.", "{Value1} for {aud}, with {t} at the centre.",
    "{T} with {value1}, made for {aud}.", "Unlike other offers, {brand} {fix}.", "It combines {t} with {value1}.", "{Aud} {gain1} without {worry}.",
    "One simple {kind} instead of many offers: {aud} {gain1}.", "{Value1} and {value2} in one {kind}.",
)

BUSINESS = (
    "{Model}", "{Model} for {aud}", "{Model} with {revenue}", "{Model}: {aud} pay for {t} and for {value1}", "{Model}, supported by partners in {sector}", "{Model} that starts with {aud} and grows with partners",
)

REVENUE = ("{Revenue}", "{Revenue} and {revenue2}", "{Revenue}, later {revenue2}", "{Revenue}, plus {revenue2}", "Income comes from {revenue} and {revenue2}.")

MARKETING = (
    "Reach {aud} through {channel} and {channel2}.", "Use {channel} to show how {aud} {gain1} with {t}.", "Tell stories of {aud} through {channel}.", "Work with {place_pl} to reach {aud}.",
    "Show {t} through {channel} and offer a free trial.", "{Channel} and {channel2}, with real stories about {t}", "Invite {aud} to try {t} at {channel_event}.", "Ask happy customers to talk about {brand}, and spread it through {channel}.",
    "Share tips on {t} through {channel}.",
)

LAUNCH = (
    "Start with {steps}, then add {steps2}.", "Begin with {steps}.", "First {steps}; after three months {steps2}.", "Launch with {aud} in one city, with {steps}.", "Test the {kind} with {few} {aud}, then grow through {channel}.",
    "{Steps}, followed by {steps2}", "Open with {steps}, learn from {aud} and then expand to more cities.",
)

FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("{brand}",),
    "description": DESCRIPTION,
    "problem_statement": PROBLEM,
    "solution_concept": SOLUTION,
    "target_audience": AUDIENCE,
    "unique_value": UNIQUE,
    "business_model": BUSINESS,
    "revenue_model": REVENUE,
    "marketing_strategy": MARKETING,
    "go_to_market": LAUNCH,
    "market_size": (
        "{Number} {aud} in the region use {t}.", "The market for {t} grows by {percent} percent a year.", "About {number} {aud} could use {t}; {percent} percent of them are a first goal.",
        "A {small|medium|large|growing} market: {aud} spend more on {t} every year.",
    ),
    "competition": (
        "Large brands that sell {t} without {value1}", "Local shops with {t} and general {kinds}", "Other offers for {t}, most of them far from {aud}", "Free advice online and established sellers of {t}",
        "Few direct rivals; large sellers of {t} could follow.",
    ),
    "tagline": ("{slogan}",),
    "slogan": ("{slogan}",),
    "summary": ("{Akind} that helps {aud} {gain1} with {t}.", "{Brand}: {akind} that {does}.", "{Akind} around {t} for {aud}.", "{Brand} helps {aud} {gain1}."),
    "name": ("{brand}",),
}

LISTS = {
    "strengths": lambda idea: [*idea.need.strength, "Clear focus on {t}", "Close to {aud}", "Simple {kind}", "{Aud} {gain1}", "Good knowledge of {sector}", "Low cost to start", "{Value1}"],
    "weaknesses": lambda idea: [*idea.kind.weak, "Small team", "Little known brand", "Limited budget", "Small choice of {t} at the start", "Depends on partners in {sector}", "Costs for {costs}"],
    "opportunities": lambda idea: [
        "Growing demand for {t}", "More {aud} want to {gain1}", "Partners in {sector}", "New regions and cities", "Schools and companies as customers", "Public interest in {value1}", "Cooperation with {place_pl}", "More products around {t}", "Trend towards {value}",
    ],
    "threats": lambda idea: [
        "Large sellers of {t}", "New rules for {sector}", "Rising costs for {costs}", "Copies by competitors", "{Aud} may lose interest", "A weak economy", "Free offers online", "Fewer people who use {t}", "Slow change of habits",
    ],
}

OPTIONAL_LISTS = {
    "revenue_streams": lambda idea: [*idea.kind.revenue, "Partner offers in {sector}", "Advice on {t}", "Gift cards"],
    "cost_structure": lambda idea: [*idea.kind.costs, "Marketing through {channel}", "A small team", "Rent"],
    "key_metrics": lambda idea: [*idea.kind.metrics, "Number of {aud} reached", "Customer satisfaction", "Monthly income"],
    "features": lambda idea: ["{Fix}", "Simple start for {aud}", "Tips on {t}", "Fair prices", "Help by phone", "A clear overview of {t}", "Works without an account", "Offers near {place_one}"],
    "tags": lambda idea: ["{t}", "{sector}", "{kind}", "{value}", "{head_low}"],
    "next_steps": lambda idea: [*idea.kind.steps, "Talk to ten {aud}", "Compare offers for {t}", "Write down the costs", "Build a simple test"],
    "risks": lambda idea: ["Few {aud} may pay for {t}", *idea.kind.weak, "Large sellers of {t} may react"],
    "benefits": lambda idea: ["{Gain}", "{Value}", "{Value} for {aud}", "Easy use of {t}", "Less worry about {t}"],
}
