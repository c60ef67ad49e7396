"""Frames of slogans and names. `adj` pairs and `gain` come from the idea's need."""

from __future__ import annotations

SLOGANS = (
    "{T} that help{s} you {gain_you}.", "{T} you can trust.", "{T} made {simple|easy|for you|to last|with care|for real life|by people who care}.",
    "More {t}, no {worry}.", "{Good|Great|Honest|Better} {t} for {better|brighter|easier|happier} days.", "{Value1} starts with {t}.",
    "Your {place1}, your {t}.", "{T} for {aud}, {made simple|made with care|at a fair price|without the fuss}.", "{Gain_you} with {t}.", "Because {aud} deserve better {t}.",
    "Small {kind}, big difference for {aud}.", "{T} today, {value1} tomorrow.", "From the first day: {t} and {value1}.", "Where {aud} meet {t}.", "The {smart|simple|friendly|honest|easy} way to {gain_you}.",
    "{T}. {Simple|Honest|Fresh|Friendly|Yours}.", "{Think|Love|Choose|Try|Discover} {t}. {Gain_you}.", "{Brand}: {t} for people who want to {gain1}.", "{Brand}. {Gain_you}.", "{Value1} in every {attr}.", "{T} with heart.",
    "One {attr} at a time.", "More {t}, more {joy|life|smiles|time|freedom}.", "{Bring|Take} {t} {home|to your {place1}|into your day}.", "Every {attr} tells a story.", "A better {attr} for every {place1}.", "{T} that feel{s} {right|like home|good}.",
    "Made for {aud}. Loved by everyone.", "We take {t} seriously, so you can {gain_you}.", "Good for {aud}, good for {the planet|your wallet|the neighbourhood|tomorrow}.", "Life is {better|easier|brighter|sweeter} with {t}.", "{Say hello to|Wake up to|Come home to|Smile with|Grow with} {t}.",
    "{T}: {value1} for {aud}.", "It starts with {one}.", "Make {act} {easy|fun|simple|a joy}.", "The {attr} that {fits your life|works for you|never lets you down|makes you smile}.",
    "{Aud} know: good {t} make{s} the difference.", "{Fresh ideas|New ideas|Big ideas|Bright ideas} for {t}.", "No {worry}. Just {t}.", "{T} without {worry}.", "Do more with {t}.", "{Your|The} partner for {t}.", "Simply {t}.", "{T} for {the curious|the brave|all|everyone|every day|the next generation}.",
    "Find your {attr}.", "Share {t}, share {joy|the joy|more}.", "{Feel|See|Enjoy} the difference that {t} make{s}.", "Your day, your {attr}.", "{T} from {here|around the corner|your neighbourhood}, for {aud}.",
    "Every {place1} needs {t}.", "{T} as {unique|individual|different|busy} as you.", "Keep calm and enjoy {t}.", "{Value1}? {T}!", "{Aud}, meet {t}.",
)

