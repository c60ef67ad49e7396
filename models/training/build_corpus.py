"""Collect the training text: cache/corpus.txt, one text per line, and
cache/long.txt with the long ones for pocket-bge.

Three sources, all free to use (see README.md for the licences):

* WordNet 3.0 glosses, examples and synonym swaps (Debian package wordnet-base),
* descriptions of Debian packages (apt's own index),
* sentences that this script generates: captions, headlines, questions,
  reviews, advice, film plots and short queries over WordNet's vocabulary.

The film descriptions of this repository are left out on purpose: evaluate.py
searches in them.

The output is shuffled; a fixed seed makes it repeatable for the same indexes.

    python models/training/build_corpus.py
"""

import argparse
import random
import re
import subprocess
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEXFILES = {"04": "act", "05": "animal", "06": "artifact", "07": "attribute", "09": "cognition",
            "10": "communication", "11": "event", "12": "feeling", "13": "food", "14": "group",
            "15": "location", "17": "object", "18": "person", "19": "phenomenon", "20": "plant",
            "21": "possession", "26": "state", "27": "substance", "28": "time"}


# ---------------------------------------------------------------- sources

def fetch_wordnet(cache):
    """Download and unpack wordnet-base; return the folder of its data files."""
    folder = cache / "wordnet"
    data = folder / "usr/share/wordnet"
    if not data.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "wordnet-base"], cwd=folder, check=True)
        package = next(folder.glob("wordnet-base_*.deb"))
        subprocess.run(["dpkg", "-x", package.name, "."], cwd=folder, check=True)
    return data


def wordnet_synsets(data):
    """Yield (part, words, definition, examples) of every synset."""
    for part in ("noun", "verb", "adj", "adv"):
        for line in (data / f"data.{part}").read_text().splitlines():
            if line.startswith("  ") or " | " not in line:
                continue
            fields, gloss = line.split(" | ", 1)
            fields = fields.split()
            count = int(fields[3], 16)
            words = [re.sub(r"\(.*\)$", "", w).replace("_", " ") for w in fields[4:4 + 2 * count:2]]
            examples = re.findall(r'"([^"]{8,})"', gloss)
            definition = re.split(r';\s*"', gloss)[0].strip().strip('"')
            yield part, words, definition, examples


def wordnet_texts(data, rng):
    """Definitions, examples and examples with the word swapped for a synonym."""
    for _, words, definition, examples in wordnet_synsets(data):
        if len(definition) > 8:
            roll = rng.random()
            if roll < 0.5:
                yield definition
            elif roll < 0.75:
                yield f"{rng.choice(words)}: {definition}"
            else:
                yield f"{rng.choice(words)} is {definition}"
        for example in examples:
            yield example
            for word in words:
                others = [w for w in words if w != word]
                if others and re.search(rf"\b{re.escape(word)}\b", example):
                    yield re.sub(rf"\b{re.escape(word)}\b", rng.choice(others), example)
                    break


def wordnet_words(data):
    """Words by kind, common ones (those that occur in WordNet's tagged texts) and all."""
    common, every = defaultdict(dict), defaultdict(set)
    for line in (data / "cntlist.rev").read_text().splitlines():
        key, _, count = line.split()
        lemma, sense = key.split("%")
        kind, lexfile = sense.split(":")[:2]
        name = LEXFILES.get(lexfile) if kind == "1" else {"3": "adj", "5": "adj", "4": "adv", "2": "verb"}.get(kind)
        if name and lemma.isascii():
            word = lemma.replace("_", " ")
            common[name][word] = common[name].get(word, 0) + int(count)
    for part, words, _, _ in wordnet_synsets(data):
        every[part].update(w for w in words if w.isascii() and len(w) > 2)
    # Square roots flatten the counts, or "person" would fill every sentence.
    return ({k: (list(v), list(accumulate(c ** 0.5 for c in v.values()))) for k, v in sorted(common.items())},
            {k: sorted(v) for k, v in every.items()})


def debian_descriptions():
    """(short description, paragraphs of the long one) of every package in apt's index (after `apt-get update`)."""
    index = subprocess.run(["apt-get", "-o", "Acquire::Languages=en", "indextargets", "--format", "$(FILENAME)",
                            "Created-By: Translations"], capture_output=True, text=True, check=True).stdout.split()
    if not index:
        raise SystemExit("run: apt-get update -o Acquire::Languages=en")
    shown = "\n\n".join(subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], capture_output=True, text=True,
                                       check=True).stdout for path in index)
    for record in shown.split("\n\n"):
        match = re.search(r"^Description(?:-en)?: (.*(?:\n .*)*)", record, re.M)
        if match:
            short, _, long = match.group(1).partition("\n")
            yield short, [re.sub(r"\s+", " ", paragraph).strip() for paragraph in re.split(r"\n \.\n", long)]


def debian_texts(descriptions):
    """Short descriptions and paragraphs."""
    for short, paragraphs in descriptions:
        yield short
        yield from (text for text in paragraphs if len(text) > 20 and not text.startswith(("*", "-", "http")))


def long_texts(descriptions, texts, rng, count):
    """Whole descriptions of at least 150 words, and twice in five others: short texts in a row, up to 350 words."""
    whole = sorted({text for _, paragraphs in descriptions if len((text := " ".join(paragraphs)).split()) >= 150})
    rng.shuffle(whole)
    for text in whole[:count * 3 // 5]:
        yield text
    for _ in range(count - min(len(whole), count * 3 // 5)):
        words, wanted = [], rng.randint(100, 350)
        while len(words) < wanted:
            words += rng.choice(texts).split()
        yield " ".join(words[:wanted])


# ---------------------------------------------------------------- generated sentences

PEOPLE = """man woman boy girl child baby toddler couple person lady guy teenager group~of~people
two~men two~women three~boys two~girls three~people some~children old~man young~woman little~girl young~boy
chef cook farmer cyclist runner swimmer skier dancer singer guitarist drummer soldier policeman firefighter
bride teacher student doctor nurse player crowd surfer climber fisherman painter barber mother father""".split()
ANIMALS = """dog cat puppy kitten horse cow sheep goat bird parrot duck monkey panda tiger lion elephant rabbit
squirrel hamster turtle fish frog snake brown~dog black~dog white~cat baby~goat small~bird two~dogs herd~of~cows""".split()
DOING = {  # verb with -ing : things it is done to
    "playing": "a guitar|the piano|a flute|the drums|a violin|a trumpet|a harp|chess|cards|football|tennis|basketball|golf|a video game|with a ball|with a toy|in the snow|an accordion|baseball|hockey",
    "riding": "a horse|a bike|a motorcycle|a skateboard|a bus|an elephant|a scooter|a wave|a train|a bull",
    "slicing": "an onion|a tomato|a potato|bread|some meat|a carrot|a cucumber|a lemon|garlic|ham|a pear|butter",
    "cutting": "paper|a tree|vegetables|a cake|an apple|hair|fabric|grass|wood|a rope|a pepper|tofu",
    "peeling": "a potato|an orange|a banana|shrimp|an apple|garlic|a carrot|a mango",
    "cooking": "pasta|rice|eggs|soup|pancakes|fish|meat|breakfast|noodles|broccoli",
    "frying": "an egg|chicken|potatoes|fish|tortillas|mushrooms|steak|bacon",
    "mixing": "flour and water|vegetables in a bowl|paint|a salad|ingredients|dough|eggs",
    "pouring": "water into a glass|oil into a pan|coffee|milk|sauce over the rice|wine|sugar into a bowl",
    "eating": "a sandwich|an apple|pizza|grass|lunch|ice cream|a banana|hay|a cookie|a bowl of cereal|bamboo",
    "drinking": "water|milk|a beer|coffee|from a bottle|tea|juice",
    "holding": "a baby|an umbrella|a sign|a camera|a flower|a knife|hands|a microphone|a snake|a cup",
    "driving": "a car|a truck|a tractor|down the road|a red convertible|a golf cart",
    "throwing": "a ball|a frisbee|a stone|a knife|snow|a rope|a basketball",
    "catching": "a ball|a fish|a frisbee|a butterfly|a football",
    "kicking": "a ball|a football|a door|sand",
    "reading": "a book|a newspaper|a letter|a magazine|a map|a menu",
    "writing": "a letter|on a board|a song|in a notebook|an email|code",
    "washing": "dishes|a car|clothes|hands|a dog|vegetables|the windows",
    "feeding": "a baby|the ducks|a horse|chickens|a squirrel|a rat|the cat",
    "climbing": "a wall|a mountain|a rope|a ladder|a tree|a cliff|the stairs",
    "jumping": "over a fence|into a pool|on a trampoline|off a cliff|in the air|through a hoop|rope",
    "running": "on the beach|through a field|in a race|down the street|on grass|across the road|up a hill|in the water",
    "walking": "in the park|on a rope|with a dog|along the shore|on stage|through the forest|down the stairs",
    "sitting": "on a bench|on a couch|at a table|under a tree|in a boat|on the floor|near a window|in a chair",
    "standing": "in line|on a roof|by the door|next to a car|in a field|on a bridge|behind a fence",
    "sleeping": "on a bed|on the couch|in a basket|in the sun|on the grass|in a hammock",
    "lying": "on the floor|in bed|on a towel|in the grass|on a blanket",
    "swimming": "in a pool|in the sea|under water|in a lake|with dolphins",
    "dancing": "on stage|in the rain|in a circle|at a wedding|together|in the street",
    "singing": "a song|into a microphone|on stage|in a choir|loudly",
    "talking": "on the phone|to a friend|about the weather|to the press|in a meeting",
    "looking": "at a map|out of the window|at the camera|at the sky|into a mirror|for food",
    "building": "a house|a sandcastle|a fire|a robot|a wall|a snowman",
    "painting": "a picture|a wall|a fence|nails|a portrait",
    "carrying": "a bag|a box|a child|firewood|a ladder|water|groceries",
    "chasing": "a ball|a cat|another dog|birds|a rabbit|a car",
    "wearing": "a hat|a red shirt|sunglasses|a blue dress|a helmet|a costume|a black coat",
    "opening": "a can|a door|a present|a bottle|a package|a window",
    "putting": "on makeup|a lid on a pot|meat in a pan|on shoes|a baby to bed|salt on the fish",
    "doing": "a handstand|pull-ups|yoga|a trick|tricks on a skateboard|karate|homework|exercises",
    "shooting": "a gun|an arrow|a basketball|a film|at a target|a rifle",
    "applying": "makeup|paint|glue to a board|cream to the face",
    "using": "a laptop|a sewing machine|a hammer|a phone|a drill|a stapler",
    "pushing": "a stroller|a cart|a car|a lawn mower",
    "lifting": "weights|a box|a barbell|a car",
    "falling": "off a horse|asleep|from a ladder|into a river",
}
PLACES = """in a park|on the street|in the kitchen|on a stage|at the beach|in the snow|near a lake|outdoors|in a field
in front of a house|in a crowded room|at night|in the city|on a sunny day|in the garden|at a party|in the water
beside a road|in the mountains|on a train|in an office|at a market|in the desert|under a bridge|by the river""".replace("\n", "|").split("|")
LOOKS = "young old tall little happy tired brown black white red small big blonde wet dirty elderly smiling bearded".split()
COUNTRIES = """France Germany Spain Italy Greece Turkey Egypt Syria Iraq Iran Israel Lebanon Jordan Libya Tunisia Algeria
Morocco Nigeria Kenya Somalia Sudan Ethiopia Uganda Congo Zimbabwe India Pakistan Afghanistan Bangladesh Nepal China
Japan Korea Taiwan Vietnam Thailand Cambodia Burma Malaysia Indonesia Philippines Australia Canada Mexico Cuba Haiti
Colombia Venezuela Brazil Peru Chile Argentina Russia Ukraine Poland Hungary Romania Bulgaria Serbia Croatia Sweden
Norway Finland Denmark Iceland Ireland Scotland Britain Belgium Austria Switzerland Portugal Cyprus Yemen Qatar Gaza
Palestine Kuwait America Mali Ghana Rwanda""".split()
CITIES = """London Paris Berlin Madrid Rome Athens Cairo Baghdad Tehran Kabul Damascus Beirut Tripoli Nairobi Lagos Delhi
Mumbai Karachi Beijing Shanghai Tokyo Seoul Bangkok Manila Jakarta Sydney Toronto Boston Chicago Houston Dallas Miami
Seattle Denver Detroit Washington Baltimore Moscow Kiev Warsaw Budapest Vienna Prague Oslo Dublin Lisbon""".split()
OFFICIALS = """president|prime minister|foreign minister|opposition leader|police|army|court|parliament|central bank|union
mayor|governor|senator|judge|rebels|protesters|government|voters|lawmakers|health officials|prosecutors|king|pope|navy""".replace("\n", "|").split("|")
NEWS_VERBS = """rejects|approves|condemns|calls for|announces|denies|delays|backs|warns of|plans|welcomes|suspends|ends
investigates|demands|resumes|blocks|votes on|offers|defends|criticises|vows|considers|faces|discusses|signs""".replace("\n", "|").split("|")
NEWS_THINGS = """peace talks|new sanctions|a ceasefire|the budget|an election|tax cuts|a trade deal|military aid|an inquiry
a nuclear deal|spending cuts|the attack|a bailout|the strike|reforms|a prisoner swap|a travel ban|air strikes|a boycott
gun control|the referendum|a border deal|a missile test|higher interest rates|a hostage deal|climate targets|a merger""".replace("\n", "|").split("|")
EVENTS = """bomb blast|plane crash|earthquake|car bomb|train crash|flood|shooting|suicide attack|factory fire|landslide|storm
ferry accident|bus crash|mine explosion|riot|hurricane|drone strike|clashes|gas leak|wildfire|heat wave|typhoon|avalanche""".replace("\n", "|").split("|")
HURT = "kills|injures|leaves|claims lives of|displaces|traps|wounds".split("|")
COMPANIES = """the airline|the bank|the software maker|the oil company|the retailer|the drug maker|the carmaker|the phone maker
the broadcaster|the insurer|the chip maker|the steel producer|the newspaper group|the search engine""".replace("\n", "|").split("|")
MARKETS = """shares|profits|sales|stocks|prices|the index|revenue|exports|the dollar|bond yields|earnings|oil prices|futures|the euro""".split("|")
MOVES = "rose|fell|climbed|dropped|jumped|slipped|gained|lost|surged|tumbled|edged up|edged down|were little changed".split("|")
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NAMES = """Anna Ben Carla David Elena Farid Grace Hugo Ines Jonas Kim Laura Marco Nadia Omar Paula Quentin Rosa Samir Tara
Smith Johnson Brown Garcia Miller Chen Singh Novak Rossi Dubois Kowalski Tanaka Haddad Okafor Larsen Murphy""".split()
GENRES = "horror comedy romance thriller western musical war science~fiction documentary animated noir fantasy crime adventure mystery drama superhero".split()
OPINIONS = """loved it|was bored to tears|would watch it again|want my money back|cannot recommend it enough|was pleasantly surprised
expected more|fell asleep halfway|laughed all the way through|found it overrated|think it is a masterpiece|have mixed feelings""".replace("\n", "|").split("|")


def article(phrase):
    """The phrase with a or an, unless it counts or groups things."""
    if phrase.split()[0] in {"two", "three", "some", "a", "the"}:
        return phrase
    return ("an " if phrase[0].lower() in "aeiou" else "a ") + phrase


class Writer:
    """Writes invented sentences over WordNet's vocabulary."""

    def __init__(self, common, every, rng):
        self.common, self.every, self.rng = common, every, rng
        self.kinds = [self.caption, self.caption, self.caption, self.news, self.news, self.market, self.question,
                      self.review, self.advice, self.plot, self.plot, self.query, self.statement, self.statement]

    def pick(self, values):
        """One value; a tilde stands for a space inside it."""
        return self.rng.choice(values).replace("~", " ")

    def word(self, kind):
        """A common word of a WordNet kind, now and then any word of its part of speech."""
        part = kind if kind in {"adj", "adv", "verb"} else "noun"
        if self.rng.random() < 0.12:
            return self.rng.choice(self.every[part])
        words, weights = self.common[kind]
        return self.rng.choices(words, cum_weights=weights)[0]

    def person(self):
        """Who a caption is about."""
        rng = self.rng
        who = self.pick(PEOPLE) if rng.random() < 0.55 else self.pick(ANIMALS) if rng.random() < 0.6 else self.word(rng.choice(["person", "person", "animal"]))
        if rng.random() < 0.25 and who.split()[0] not in {"two", "three", "some"}:
            who = f"{self.pick(LOOKS)} {who}"
        return who

    def caption(self):
        """What a short caption says, with one near variant in four."""
        rng = self.rng
        who = self.person()
        verb = rng.choice(list(DOING))
        what = rng.choice(DOING[verb].split("|")) if rng.random() < 0.8 else article(self.word(rng.choice(["artifact", "food", "object", "plant"])))
        many = who.split()[0] in {"two", "three", "some"}
        be = "are" if many else "is"
        forms = [f"{article(who)} {be} {verb} {what}", f"{article(who)} {be} {verb} {what} {self.pick(PLACES)}",
                 f"{article(who)} {verb} {what}", f"the {who} {be} {verb} {what}", f"{article(who)} {be} not {verb} {what}",
                 f"{self.pick(PLACES)} {article(who)} {be} {verb} {what}",
                 f"{article(who)} {be} {verb} {what} while {article(self.person())} is watching",
                 f"there {be} {article(who)} {verb} {what}",
                 f"{article(self.word('artifact'))} and {article(self.word('artifact'))} {self.pick(PLACES)}",
                 f"{article(self.pick(LOOKS) + ' ' + self.word('artifact'))} on top of {article(self.word('artifact'))}"]
        text = rng.choices(forms, [6, 4, 3, 2, 1, 1, 1, 1, 1, 1])[0]
        return text[0].upper() + text[1:] + rng.choice([".", ".", ""])

    def news(self):
        """A headline or the first sentence of a report."""
        rng, pick = self.rng, self.pick
        number = rng.choice([rng.randint(2, 30), rng.randint(20, 400), rng.randint(1, 9) * 1000])
        land, other, city = pick(COUNTRIES), pick(COUNTRIES), pick(CITIES)
        return rng.choice([
            lambda: f"{land} {pick(OFFICIALS)} {pick(NEWS_VERBS)} {pick(NEWS_THINGS)}",
            lambda: f"{land} {pick(NEWS_VERBS)} {pick(NEWS_THINGS)} with {other}",
            lambda: f"{pick(EVENTS)} {rng.choice(HURT)} {number} in {land}".capitalize(),
            lambda: f"At least {number} killed in {land} {pick(EVENTS)}",
            lambda: f"{number} people were {rng.choice(['killed', 'injured', 'rescued', 'arrested', 'missing'])} after {article(pick(EVENTS))} near {city} on {pick(DAYS)}.",
            lambda: f"The {pick(OFFICIALS)} said on {pick(DAYS)} that {land} {rng.choice(['would', 'would not', 'may', 'must'])} accept {pick(NEWS_THINGS)}.",
            lambda: f"{pick(NAMES)} {rng.choice(['wins', 'loses', 'leads', 'quits', 'joins'])} {self.word('event')} in {city}",
            lambda: f"{city} {self.word('person')} {rng.choice(['arrested', 'charged', 'found dead', 'released', 'honoured'])} over {self.word('act')}",
            lambda: f"{land}: {self.word('person')} dies at {rng.randint(30, 99)}",
            lambda: f"\"{self.word('adj')} {self.word('cognition')} is {self.word('adj')}\", {pick(NAMES)} told reporters in {city}.",
        ])()

    def market(self):
        """A line of business news."""
        rng, pick = self.rng, self.pick
        amount = rng.choice([f"{rng.randint(1, 99)}.{rng.randint(0, 99)} points", f"{rng.randint(1, 20)} percent", f"{rng.random() * 9:.1f} percent", f"{rng.randint(1, 90)} cents", f"${rng.randint(1, 90)} million"])
        return rng.choice([
            f"{rng.choice(MARKETS)} {rng.choice(MOVES)} {amount} on {pick(DAYS)}.",
            f"{pick(COMPANIES)} said {rng.choice(MARKETS)} {rng.choice(MOVES)} {amount} in the {rng.choice(['first', 'second', 'third', 'fourth'])} quarter.",
            f"{rng.choice(MARKETS)} {rng.choice(MOVES)} {amount}, or {rng.random() * 5:.2f} percent, to {rng.randint(10, 2000)}.{rng.randint(10, 99)}.",
            f"{pick(COMPANIES)} {rng.choice(['cuts', 'adds', 'plans'])} {rng.randint(1, 90) * 100} jobs in {pick(COUNTRIES)}",
            f"{pick(COMPANIES)} agrees to buy {pick(COMPANIES)} for ${rng.randint(1, 60)} billion",
        ]).capitalize()

    def question(self):
        """Something a reader could ask."""
        rng = self.rng
        noun = self.word(rng.choice(["artifact", "food", "animal", "plant", "state", "substance"]))
        return rng.choice([
            f"How do I {self.word('verb')} {article(noun)}?", f"What is the best {noun} for {self.word('act')}?",
            f"Can you {self.word('verb')} {article(noun)} without {article(self.word('artifact'))}?",
            f"Why does my {noun} {self.word('verb')}?", f"What does \"{self.word('adj')}\" mean?",
            f"Should I {self.word('verb')} the {noun} or {self.word('verb')} it?",
            f"Is it {self.word('adj')} to {self.word('verb')} {article(noun)} {self.pick(PLACES)}?",
            f"What is the difference between {article(noun)} and {article(self.word('artifact'))}?",
            f"Where can I find {self.word('adj')} {noun} in {self.pick(CITIES)}?",
            f"Who invented the {noun}?", f"How long does {self.word('act')} take?",
        ])

    def review(self):
        """An opinion on a film, a book or a thing."""
        rng = self.rng
        thing = rng.choice([f"this {self.pick(GENRES)} film", "this book", f"the {self.word('artifact')}", f"the {self.word('food')}", "the hotel", "the acting", "the ending", "the soundtrack"])
        return rng.choice([
            f"I bought {thing} last {rng.choice(['week', 'month', 'year'])} and {self.pick(OPINIONS)}.",
            f"{thing} is {self.word('adj')} and {self.word('adj')}, I {self.pick(OPINIONS)}.",
            f"{self.word('adv')} {self.word('adj')}, but {thing} is {rng.choice(['too long', 'worth it', 'not worth it', 'a bit slow', 'great fun', 'terrible'])}.",
            f"{rng.randint(1, 10)}/10. I {self.pick(OPINIONS)} and so did my {self.word('person')}.",
            f"I do not {rng.choice(['like', 'understand', 'trust', 'recommend'])} {thing} because of the {self.word('attribute')}.",
        ]).capitalize()

    def advice(self):
        """What somebody answers in a discussion."""
        rng = self.rng
        return rng.choice([
            f"You should {self.word('verb')} the {self.word('artifact')} before you {self.word('verb')} it.",
            f"It depends on the {self.word('attribute')} of the {self.word('food')}.",
            f"I think you need {article(self.word('adj') + ' ' + self.word('artifact'))} for that.",
            f"In my experience, {self.word('act')} is {self.word('adv')} {self.word('adj')}.",
            f"There is no reason to {self.word('verb')}; just {self.word('verb')} the {self.word('object')}.",
            f"If the {self.word('artifact')} does not {self.word('verb')}, try {article(self.word('substance'))} instead.",
            f"Yes, {self.word('cognition')} and {self.word('cognition')} are the same thing in this case.",
            f"No, you can't {self.word('verb')} {article(self.word('plant'))} with {self.word('substance')}.",
            f"I have the same problem with my {self.word('artifact')}.",
            f"The {self.word('communication')} was {self.word('adj')}, so I asked my {self.word('person')}.",
        ])

    def plot(self):
        """A film in one or two sentences."""
        rng = self.rng
        hero = f"{article(self.word('adj') + ' ' + self.word('person'))}"
        rival = article(self.word("person"))
        first = rng.choice([
            f"{hero} must {self.word('verb')} {rival} before {self.word('time')} in {self.pick(CITIES)}",
            f"{hero} discovers {article(self.word('artifact'))} that can {self.word('verb')} {self.word('state')}",
            f"in {self.pick(COUNTRIES)}, {hero} and {rival} fall in love during {article(self.pick(EVENTS))}",
            f"after {article(self.pick(EVENTS))}, {hero} searches for a lost {self.word('animal')}",
            f"{article(self.pick(GENRES))} film about {rival} who is haunted by {self.word('feeling')}",
            f"{hero} is hired to steal {article(self.word('artifact'))} from {rival}",
            f"a family moves to {article(self.word('location'))} and learns the secret of the {self.word('object')}",
            f"{self.pick(NAMES)}, {hero}, returns home to face {self.word('state')} and {self.word('feeling')}",
        ])
        second = rng.choice(["", "", f" Soon {rival} begins to {self.word('verb')} the {self.word('group')}.",
                             f" But {self.pick(NAMES)} has other plans for the {self.word('possession')}.",
                             f" Together they {self.word('verb')} the {self.word('artifact')} and find {self.word('feeling')}."])
        return first[0].upper() + first[1:] + "." + second

    def query(self):
        """A few keywords."""
        rng = self.rng
        kinds = ["artifact", "food", "animal", "adj", "act", "location", "person", "event", "communication", "feeling"]
        words = [self.word(rng.choice(kinds)) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.3:
            words.append(rng.choice(["film", "movie", "recipe", "review", "price", "near me", str(rng.randint(1950, 2024)), self.pick(GENRES)]))
        return " ".join(words)

    def statement(self):
        """A general claim."""
        rng = self.rng
        noun, other = self.word(rng.choice(["cognition", "state", "attribute", "act", "group"])), self.word(rng.choice(["artifact", "person", "object", "event"]))
        return rng.choice([
            f"The {noun} of the {other} is {self.word('adj')}.", f"The {self.word('adj')} {other} caused {self.word('state')}.",
            f"{self.pick(NAMES)} {self.word('adv')} ignored the {noun}.", f"My {other} has {article(self.word('adj') + ' ' + noun)}.",
            f"{noun} is not the same as {self.word('state')}.", f"The {other} was moved from {self.pick(CITIES)} to {self.pick(CITIES)} in {rng.randint(1700, 2023)}.",
            f"They talked about {noun} and {self.word('feeling')} for {rng.randint(2, 12)} hours.",
            f"She gave the {self.word('person')} {article(other)}, and he gave her {article(self.word('food'))}.",
            f"We {rng.choice(['need', 'want', 'found', 'lost', 'sold', 'bought'])} {rng.randint(2, 90)} {self.word('artifact')}s for the {self.word('event')}.",
        ])

    def write(self):
        """One sentence of any kind."""
        return self.rng.choice(self.kinds)()


# ---------------------------------------------------------------- augmentation

def typo(text, rng):
    """The text with a few letters swapped, dropped or doubled."""
    letters = list(text)
    for _ in range(1 + len(letters) // 25):
        i = rng.randrange(len(letters))
        letters[i] = rng.choice([letters[i] * 2, "", rng.choice("etaoinshrdlu")])
    return "".join(letters)


def augment(texts, share, rng):
    """Extra texts: spans, concatenations (the long ones) and misspellings."""
    for _ in range(int(len(texts) * share)):
        roll = rng.random()
        words = rng.choice(texts).split()
        if roll < 0.35 and len(words) > 5:
            start = rng.randrange(len(words) - 3)
            yield " ".join(words[start:start + rng.randint(2, 12)])
        elif roll < 0.65:
            yield " ".join([" ".join(words), rng.choice(texts)])
        elif roll < 0.72:
            yield " ".join(rng.choice(texts) for _ in range(rng.randint(3, 14)))
        elif roll < 0.9:
            yield typo(" ".join(words), rng)
        else:
            yield " ".join(rng.choices(["please", "the", "new", "very", "no"], k=1) + rng.sample(words, len(words)))


def main():
    """Write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=HERE / "cache")
    parser.add_argument("--generated", type=int, default=160_000)
    parser.add_argument("--debian", type=int, default=60_000)
    parser.add_argument("--long", type=int, default=6_000)
    parser.add_argument("--augmented", type=float, default=0.12)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    args.cache.mkdir(parents=True, exist_ok=True)

    data = fetch_wordnet(args.cache)
    wordnet = list(wordnet_texts(data, rng))
    descriptions = list(debian_descriptions())
    debian = sorted(set(debian_texts(descriptions)))
    rng.shuffle(debian)
    writer = Writer(*wordnet_words(data), rng)
    generated = [writer.write() for _ in range(args.generated)]
    texts = wordnet + debian[:args.debian] + generated
    texts += augment(texts, args.augmented, rng)
    clean = list({" ".join(t.split()) for t in texts if t.strip()})
    clean.sort()
    rng.shuffle(clean)
    (args.cache / "corpus.txt").write_text("\n".join(clean) + "\n")
    # Drawn last and from a generator of its own, so that the corpus stays what it was without it.
    rng = random.Random(args.seed)
    long = [" ".join(t.split()) for t in long_texts(descriptions, clean, rng, args.long)]
    rng.shuffle(long)
    (args.cache / "long.txt").write_text("\n".join(long) + "\n")
    print(f"{len(clean)} texts: WordNet {len(wordnet)}, Debian {len(debian)} (used {min(args.debian, len(debian))}), "
          f"generated {len(generated)}, the rest augmented")


if __name__ == "__main__":
    main()
