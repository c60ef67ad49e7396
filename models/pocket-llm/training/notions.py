"""Questions about notions of business, with short answers. One line each: notion | answer | answer in other words."""

from __future__ import annotations

import random

from frames import fill
from words import capital

TABLE = """
a value proposition | A value proposition says why customers should choose your product: which problem it solves, for whom, and what makes it better than other offers. | It is the promise you make to customers, in one or two sentences: what they gain and why it is better than what they have.
a target audience | A target audience is the group of people a product is made for. The better you know them, the easier it is to reach them. | It is the group of people who are most likely to buy, described by what they need, where they live and how they decide.
a business model | A business model describes how a company creates value and earns money with it: who pays, for what, and what it costs. | It explains how a business works: what it offers, who pays for it and which costs it has.
a revenue model | A revenue model says where the money comes from, for example sales, subscriptions, fees or adverts. | It describes what customers pay for and how often: once, every month or per use.
a slogan | A slogan is a short line that people remember. It says what a brand stands for. | It is a few words that stick in the mind and stand for a brand.
a tagline | A tagline is a short phrase next to a brand name that says what the brand offers. | It is the line under the name. It tells people in a few words what they get.
a SWOT analysis | A SWOT analysis lists the strengths, weaknesses, opportunities and threats of a business, to help people decide what to do next. | SWOT stands for strengths, weaknesses, opportunities and threats. The first two look inside, the last two look outside.
a strength | A strength is something a business does better than others, such as low costs or loyal customers. | Strengths are the good points inside a business, for example skilled people or a trusted brand.
a threat | A threat is something outside a business that could harm it, such as a new competitor or a new rule. | Threats come from outside: rising prices, new rivals or a change of habits.
a market niche | A market niche is a small part of a market with special needs that large companies often overlook. | It is a small group of customers with the same special wish.
market size | Market size tells how many people could buy a product, or how much money they spend on it in a year. | It is the number of possible customers times what each of them spends.
a competitor | A competitor offers something similar to the same customers, or solves their problem in another way. | It is anyone who solves the same problem for the same people.
a subscription | A subscription means that customers pay a fixed price at regular times, for example every month, and get a product or service in return. | Customers pay every month or every year. The income is easy to plan, but people can cancel.
a commission | A commission is a share of the price that goes to whoever arranged the sale. | It is a part of every sale, often a few percent, that a platform or seller keeps.
freemium | Freemium means that the basic version is free and extra features cost money. | The simple version is free for all. Those who want more pay for it.
a marketplace | A marketplace brings buyers and sellers together and often takes a fee for each sale. | It is a place, online or not, where many sellers meet many buyers.
a franchise | In a franchise, partners run their own shop under a common brand and pay a fee for it. | Partners use a known brand and its rules, and pay for that.
a start-up | A start-up is a young company that tests a new idea and wants to grow quickly. | It is a new company in search of a business model that works.
a pitch | A pitch is a short talk that presents an idea and asks for support. | It is a short presentation: the problem, the solution, the market and what you need.
an elevator pitch | An elevator pitch explains an idea in half a minute, the time of a ride in an elevator. | It is a very short talk that makes people want to hear more.
a prototype | A prototype is an early version of a product that is good enough to test an idea. | It is a first model. It need not be pretty, but people can try it.
a minimum viable product | A minimum viable product is the smallest version of a product that customers can use and that teaches you something. | It has only the most important feature, so that you learn quickly what customers want.
a pilot | A pilot is a small test with a few real customers before the large start. | It is a trial run with a small group, so that mistakes stay cheap.
feedback | Feedback is what users tell you about a product. Good feedback says what works, what does not, and why. | It is an honest answer from people who tried something.
a brand | A brand is what people think and feel when they hear a name. | It is more than a logo: it is the promise that people connect with a name.
a logo | A logo is the sign of a brand: a picture, a word or both. | It is a small picture or word that helps people recognise a brand.
branding | Branding means shaping how people see a company: its name, look, tone and promise. | It is the work of giving a company a clear face and voice.
marketing | Marketing means finding out what customers want and telling them about an offer that fits. | It covers everything that brings a product and its customers together.
content marketing | Content marketing means sharing useful texts, videos or pictures, so that people come to trust a brand. | You help people with good content, and some of them become customers.
word of mouth | Word of mouth means that happy customers tell others about a product. | It is advertising by customers themselves. It costs little and people trust it.
social proof | Social proof means that people trust a product more when others use and praise it. | Reviews, numbers of users and known customers are social proof.
a customer journey | A customer journey is the way of a customer from the first contact to the purchase and after it. | It shows each step at which a customer meets a company.
a persona | A persona is an invented person who stands for a group of customers, with a name, goals and worries. | It describes a typical customer as if it were a real person.
customer loyalty | Customer loyalty means that customers come back and do not switch to others. | Loyal customers buy again and speak well of a company.
customer service | Customer service means helping customers before, during and after a purchase. | It is the help that customers get when they have a question or a problem.
churn | Churn is the share of customers who leave in a certain time. | It tells how many customers cancel, for example per month.
profit | Profit is what is left of the income after all costs are paid. | Income minus costs is profit.
revenue | Revenue is all the money that comes in from sales, before costs. | It is the sum of all sales.
a margin | A margin is the part of the price that is left after the costs of the product. | If something sells for ten and costs six, the margin is four.
cash flow | Cash flow is the money that comes in and goes out over time. | It shows whether there is enough money to pay the bills at every moment.
break-even | Break-even is the point at which income covers all costs. | From that point on, a business earns money.
fixed costs | Fixed costs stay the same no matter how much you sell, for example rent. | Rent and salaries are fixed costs: they come every month.
variable costs | Variable costs grow with each unit you sell, for example material and shipping. | The more you sell, the higher they are.
a budget | A budget is a plan for how much money may be spent on what. | It says in advance what you can spend.
a price | A price is what customers pay. A good price covers the costs and fits the value that customers see. | It should cover the costs, leave a profit and feel fair.
a discount | A discount lowers the price, often for a short time or for loyal customers. | It is a lower price with a reason.
an investor | An investor gives money to a company and hopes for a share of its success. | Investors put money into companies and want to get more back.
crowdfunding | Crowdfunding means that many people each give a small sum to make a project possible. | A crowd pays in advance, so that an idea can be built.
a loan | A loan is money that you borrow and pay back with interest. | A bank lends money, and you return it with interest.
a business plan | A business plan describes an idea, its market, its team, its costs and its steps. | It is a written plan that shows how an idea becomes a business.
a go-to-market plan | A go-to-market plan says how a product reaches its first customers: where, with what message, at what price and in which order. | It lists the steps from the finished product to the first sales.
a unique selling point | A unique selling point is the one thing that makes an offer different from all others. | It is the reason to buy here and nowhere else.
innovation | Innovation means turning a new idea into something that people use. | A new idea becomes innovation when it helps people in real life.
sustainability | Sustainability means using no more than can be renewed, and thinking of people who come after us. | It means to act so that nature and people can keep going for a long time.
the sharing economy | In the sharing economy, people use things together instead of each owning one. | People share cars, tools or rooms and pay only for use.
outsourcing | Outsourcing means giving a task to another company. | Someone outside does the work, often cheaper or better.
a supply chain | A supply chain is the way of a product from raw material to the customer. | It covers all steps and companies between the raw material and the buyer.
a key metric | A key metric is a number that shows whether a business is on the right way. | It is one of the few numbers that really matter, such as returning customers.
a milestone | A milestone is an important step that you want to reach by a certain date. | It marks progress in a plan.
a deadline | A deadline is the latest time at which something must be finished. | It is the date by which the work is due.
a team | A team is a group of people with a common goal and different strengths. | It is a small group that works on one goal.
a mentor | A mentor is an experienced person who gives advice to someone less experienced. | Mentors share what they learned and ask good questions.
networking | Networking means building contacts with people who may help each other later. | It is about meeting people and staying in touch.
a patent | A patent protects an invention: for some years, only its owner may use it. | It gives an inventor the sole right to an invention for a limited time.
a trademark | A trademark protects a name or sign of a brand. | Nobody else may use a protected name for the same kind of product.
brainstorming | Brainstorming means collecting many ideas quickly, without judging them at first. | Everyone says what comes to mind; the choice comes later.
an adjacent market | An adjacent market is close to the one you serve: similar customers or a similar product. | It is a market next door, where your skills still help.
market focus | Market focus means choosing which customers to serve first. | It is the choice between customers you have, customers nearby and new ones.
"""
ASK = ("What is {notion}?", "What does {bare} mean?", "Explain {notion}.", "Explain {notion} in simple words.", "Can you tell me what {notion} is?", "Define {bare}.", "{notion}?", "What do people mean by {bare}?", "Please explain {bare} briefly.", "I do not know what {notion} is.")

HOW_TO = """
How do I find a good idea? | Start with a problem that you know well. Talk to people who have it, write down how they solve it today, and look for a simpler way.
How do I test an idea? | Talk to ten people who have the problem, show them a simple prototype and ask what they would pay. Change one thing at a time.
How do I find customers? | Go where they already are: clubs, shops, online groups. Help first, then tell them about your offer, and ask happy customers to recommend you.
How do I write a good slogan? | Keep it short, name one benefit and use simple words. Read it aloud: if it is easy to say, it is easy to remember.
How do I set a price? | Add up your costs, look at what others charge and ask customers what the result is worth to them. Start a little higher than feels safe.
How do I choose a name? | Choose a name that is short, easy to spell and easy to say. Check that nobody else uses it, and test it with five people.
How can I grow my business? | Keep the customers you have, ask them to recommend you, and add one new offer or one new place at a time.
How can I save costs? | List all costs, cut what customers do not notice, share what you rarely use and ask for better prices once a year.
How do I write a business plan? | Describe the problem, your solution, the customers, the market, the team, the costs and the next steps. Keep it short and honest.
How do I beat the competition? | Do not copy. Choose a small group of customers and serve them better than anyone else.
How do I keep customers? | Keep your promises, answer quickly, fix mistakes without a fight and surprise people in small ways.
How do I start with little money? | Begin with a service instead of stock, take small orders, get paid in advance where you can and use what you already have.
What makes a good team? | A good team has one goal, different strengths and the habit of speaking openly.
What makes a good product? | A good product solves a real problem, is easy to use and keeps its promise.
When should I launch? | Launch when the product solves one problem well. It need not be perfect; real users will show you what is missing.
Why do start-ups fail? | Most fail because too few people want the product, because the money runs out, or because the team breaks apart.
Should I work alone or with partners? | Partners bring skills and courage, but you need clear rules. Alone you are faster at first and slower later.
How long should a slogan be? | Three to seven words are a good length.
How many ideas should I test? | Test three to five small ideas quickly, then choose one and go deeper.
How do I present my idea? | Tell a short story: who has the problem, what you offer, why it works and what you need. End with one clear request.
"""


def rows(table: str) -> list[list[str]]:
    return [[part.strip() for part in line.split(" | ")] for line in table.strip().splitlines()]


NOTIONS, HOW = rows(TABLE), rows(HOW_TO)


def bare(notion: str) -> str:
    for article in ("an ", "a ", "the "):
        if notion.startswith(article):
            return notion[len(article) :]
    return notion


def make_question(rng: random.Random) -> list[tuple[str, str]]:
    if rng.random() < 0.25:
        question, answer = rng.choice(HOW)
        return [("user", question), ("assistant", answer)]
    if rng.random() < 0.12:
        (one, first, _), (two, second, _) = rng.sample(NOTIONS, 2)
        return [("user", f"What is the difference between {one} and {two}?"), ("assistant", f"{first} {second}")]
    notion, *answers = rng.choice(NOTIONS)
    named = bare(notion)
    quoted = f'"{named}"' if rng.random() < 0.3 else named
    question = fill(rng.choice(ASK), {"notion": notion, "bare": quoted}, rng)
    return [("user", capital(question)), ("assistant", rng.choice(answers))]
