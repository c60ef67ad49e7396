"""How students fill in a form: register number and subject code as targets, everything else as distraction."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from sheet_page import REGISTER, SUBJECT, Page
from sheet_texts import SUBJECT_NAMES, WORDS, other_value, pick, register_number, subject_code

# Share of fields that students leave empty (4 of 27 KTU codes in section 3.2).
EMPTY_SHARE = 0.06


def capital_of(rng: Generator, dense: bool = False) -> float:
    """Height of a capital in inches: 48-88 px at 300 dpi on real sheets."""
    return float(rng.uniform(0.12, 0.19) if dense else rng.uniform(0.14, 0.25))


def write_register(page: Page, x: float, base: float, capital: float, label, room: float) -> float:
    """The register number, a little smaller where the room is short."""
    if page.rng.random() < EMPTY_SHARE:
        return x
    text = register_number(page.rng)
    return page.write(text, x, base, fit(text, capital, room), REGISTER, label)


def fit(text: str, capital: float, room: float) -> float:
    """Students write smaller when the line is short: about 0.75 capital heights per character."""
    return float(min(capital, max(0.09, room / (0.78 * max(1, len(text))))))


def spaced(rng: Generator, code: str) -> str:
    """Now and then a gap between a code's letters and digits ("AMT 305")."""
    if rng.random() < 0.25:
        for index in range(1, len(code)):
            if code[index].isdigit() and code[index - 1].isalpha():
                return code[:index] + " " + code[index:]
    return code


def write_subject(page: Page, x: float, base: float, capital: float, label, room: float, with_name: bool) -> float:
    """The subject code, alone or in one line with the subject's name in either order, sometimes in parentheses."""
    rng = page.rng
    if rng.random() < EMPTY_SHARE:
        return page.write(pick(rng, SUBJECT_NAMES), x, base, capital, sentence=True) if with_name and rng.random() < 0.5 else x
    code = subject_code(rng)
    written = spaced(rng, code)
    capital = fit(written, capital, room)
    name = pick(rng, SUBJECT_NAMES)
    order = rng.random()
    parentheses = rng.random() < 0.15
    gap = float(rng.uniform(0.02, 0.25))

    def put_code(at: float, on: float) -> float:
        if parentheses:
            at = page.write("(", at, on + 0.02, capital * 1.1) + 0.02
        at = page.write(written, at, on, capital, SUBJECT, label)
        page.fields[-1].text = code
        return page.write(")", at + 0.02, on + 0.02, capital * 1.1) if parentheses else at

    def put_name(at: float, on: float) -> float:
        size = capital * rng.uniform(0.7, 1.0)
        if rng.random() < 0.3:
            return page.write(name.upper() if rng.random() < 0.6 else name, at, on, size)
        return page.write(name, at, on, size, sentence=True)

    if not with_name or order < 0.15:
        return put_code(x, base)
    if order < 0.72:
        end = put_code(x, base)
        if rng.random() < 0.35:
            end = page.write(pick(rng, ["-", "/", ":", "&", "-"]), end + gap / 2, base, capital)
        return put_name(end + gap, base)
    if order < 0.87:
        end = put_name(x, base)
        return put_code(end + gap + 0.03, base)
    # The name takes the line, the code goes below it, across whatever is printed there.
    put_name(x, base)
    return put_code(x + float(rng.uniform(0, 1.2)), base + capital * float(rng.uniform(1.15, 1.6)))


def write_other(page: Page, kind: str, x: float, base: float, capital: float) -> float:
    """A distracting field; some stay empty."""
    rng = page.rng
    if kind == "sign":
        signature(page, x + 0.5, base - 0.05, float(rng.uniform(0.5, 1.3)), rng.random() < 0.6)
        return x + 1
    if rng.random() < 0.15:
        return x
    value = other_value(rng, kind)
    plain = kind in ("date", "roll", "serial", "phone", "semester", "hall", "batch")
    return page.write(value, x, base, capital, sentence=not plain and rng.random() < 0.6) if value else x


def signature(page: Page, x: float, y: float, width: float, red: bool) -> None:
    """A scrawl in one stroke, red or in the invigilator's blue; it may cross anything."""
    import cv2
    rng = page.rng
    count = int(rng.integers(12, 28))
    t = np.linspace(0, 1, count)
    xs = t * width + 0.13 * width * np.cos(t * rng.uniform(15, 40) + rng.uniform(0, 6))
    ys = 0.16 * np.sin(t * rng.uniform(15, 45)) * rng.uniform(0.4, 1.3, count) + 0.1 * rng.standard_normal(count) * (t < 0.4)
    fine = np.linspace(0, count - 1, count * 6)
    points = np.stack([np.interp(fine, np.arange(count), xs), np.interp(fine, np.arange(count), ys)], 1)
    points = np.stack([np.convolve(points[:, k], np.ones(5) / 5, "valid") for k in (0, 1)], 1) * page.dpi
    points -= points.min(0) - 3
    size = np.ceil(points.max(0)).astype(int) + 4
    mask = np.zeros((size[1], size[0]), np.uint8)
    cv2.polylines(mask, [np.round(points * 16).astype(np.int32)], False, 255, max(1, page.px(0.016)), cv2.LINE_AA, 4)
    colour = (200, 40, 50) if red else (40, 60, 160) if rng.random() < 0.5 else (30, 120, 60)
    page.ink(mask, page.px(x), page.px(y) - mask.shape[0] // 2, colour, float(rng.uniform(0.7, 0.95)))


def answer_lines(page: Page, left: float, right: float, top: float, bottom: float, pitch: float, strength: float = 1.0) -> None:
    """Lines of an answer, as far as the student got; formulas and question numbers included."""
    rng = page.rng
    capital = min(0.17, pitch * float(rng.uniform(0.38, 0.55)))
    hand_strength, page.hand.strength = page.hand.strength, page.hand.strength * strength
    base = top + pitch
    while base < bottom:
        x = left + (float(rng.uniform(0, 0.5)) if rng.random() < 0.3 else 0.05)
        stop = right - (float(rng.uniform(0, 3)) if rng.random() < 0.25 else float(rng.uniform(0, 0.4)))
        while x < stop:
            draw = rng.random()
            if draw < 0.04:
                x = page.write(pick(rng, ["21", "1205", "306", "9840", "CS", "A12", "X"]), x, base, capital)
            else:
                x = page.write(" ".join(pick(rng, WORDS) for _ in range(int(rng.integers(2, 6)))), x, base, capital, sentence=True)
            x += capital * 0.6
        base += pitch * (2 if rng.random() < 0.08 else 1)
    page.hand.strength = hand_strength
