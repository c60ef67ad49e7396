"""Texts to train on (slogans only, so far)."""
import random
from sectors import SECTORS
from words import *
from frames import fill
def document(rng, held_out=False):
    s=rng.choice(SECTORS)
    t=plural(rng.choice(s.things)); p=plural(rng.choice(s.people)); a=rng.choice(s.activities); w=rng.choice(s.places)
    n={"t":t,"p":p,"a":a,"w":w}
    q=fill("{Write|Give me|I need} a slogan for {t}.",n,rng)
    ans=fill("{{T} for {p} who love {a}.|Better {t}, happier {p}.|{T} that make {a} easy.|Every {w} deserves good {t}.}",n,rng)
    return [("user",q),("assistant",ans)]
def vocabulary_texts(count):
    rng=random.Random(1)
    for _ in range(count):
        yield "\n".join(x for _,x in document(rng))
