"""Front pages of examination answer books, as section 3 of the sheet study describes real ones, and pages without fields.

Each layout is a function of an empty page. What is printed is invented; what varies is what varies on real pads.
"""

from __future__ import annotations

import cv2
import numpy as np

from sheet_fields import answer_lines, capital_of, write_other, write_register, write_subject
from sheet_page import REGISTER, SUBJECT, Page
from sheet_texts import (COLLEGES, OTHER_LABELS, REGISTER_LABELS, SUBJECT_AND_NAME_LABELS, SUBJECT_LABELS, pick, register_number,
                         subject_code)

BLUES = [(40, 60, 150), (50, 70, 140), (60, 90, 170), (30, 45, 120)]
MONTHS = ["April", "May", "November", "December", "October", "June"]


def crest(page: Page, x: float, y: float, size: float, strength: float = 0.8) -> None:
    """A round emblem: rings, a shield, spokes and letters."""
    rng, side = page.rng, page.px(size)
    mask = np.zeros((side, side), np.uint8)
    c, r = side // 2, side // 2 - 1
    thick = max(1, side // 40)
    cv2.circle(mask, (c, c), r, 255, thick, cv2.LINE_AA)
    cv2.circle(mask, (c, c), int(r * 0.75), 255, thick, cv2.LINE_AA)
    for angle in np.arange(0, 6.28, 6.28 / int(rng.integers(6, 20))):
        inner, outer = (c + int(r * 0.78 * np.cos(angle)), c + int(r * 0.78 * np.sin(angle))), (c + int(r * 0.95 * np.cos(angle)), c + int(r * 0.95 * np.sin(angle)))
        cv2.line(mask, inner, outer, 255, thick)
    shield = np.array([[-0.4, -0.4], [0.4, -0.4], [0.35, 0.15], [0, 0.55], [-0.35, 0.15]]) * r + c
    cv2.polylines(mask, [shield.astype(np.int32)], True, 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        cv2.fillPoly(mask, [((shield - c) * 0.6 + c).astype(np.int32)], 255)
    page.ink(mask, page.px(x), page.px(y), page.print_colour, strength)


def logo(page: Page, x: float, y: float, size: float) -> None:
    """A badge of letters in a frame."""
    page.box(x, y, x + size, y + size * 0.7, radius=0.05)
    page.print(pick(page.rng, ["NAAC", "NBA", "ISO", "A++", "AICTE"]), x + size / 2, y + size * 0.22, size * 0.28, anchor="middle")


def heading(page: Page, y: float) -> float:
    """Crest, college, badge lines, examination; returns where the form may begin."""
    rng = page.rng
    middle = page.width / 2 + float(rng.uniform(-0.3, 0.5))
    if rng.random() < 0.75:
        crest(page, float(rng.uniform(0.4, 1.0)), y, float(rng.uniform(0.6, 1.0)))
    page.print(pick(rng, COLLEGES), middle, y + 0.05, float(rng.uniform(0.2, 0.32)), page.face_of(bold=True), "middle")
    y += 0.4
    if rng.random() < 0.7:
        page.print(pick(rng, ["(AUTONOMOUS)", "AUTONOMOUS", "(An Autonomous Institution)", "Affiliated to the State University"]), middle, y,
                   float(rng.uniform(0.12, 0.17)), anchor="middle")
        y += 0.22
    for _ in range(int(rng.integers(0, 3))):
        page.print(pick(rng, ["Accredited by the National Board", "Approved by the Council for Technical Education", "Hill Road, North District - 602 105",
                              "Accredited with A grade"]), middle, y, float(rng.uniform(0.09, 0.12)), anchor="middle")
        y += 0.16
    if rng.random() < 0.6:
        logo(page, page.width - 1.3, y - 0.55, float(rng.uniform(0.45, 0.75)))
    return y


def watermark(page: Page) -> None:
    if page.rng.random() < 0.45:
        size = float(page.rng.uniform(3, 5.5))
        crest(page, page.width / 2 - size / 2, page.height * 0.55 - size / 2, size, float(page.rng.uniform(0.05, 0.16)))


def writing_area(page: Page, top: float, answer_share: float = 0.6) -> None:
    """Ruled or dotted lines, a margin rule, and an answer on some pages."""
    rng = page.rng
    pitch = float(rng.uniform(0.28, 0.4))
    style = pick(rng, ["dotted", "solid", "dotted", "none"])
    left = float(rng.uniform(0.4, 1.1))
    if style != "none":
        for y in np.arange(top + pitch, page.height - 0.4, pitch):
            page.line(left, float(y), page.width - 0.3, float(y), 0.006, style, strength=0.6)
    if rng.random() < 0.6:
        page.line(left, top, left, page.height - 0.2, 0.012)
    if rng.random() < answer_share and page.height - top > 1:
        answer_lines(page, left + 0.1, page.width - 0.4, top, top + (page.height - top - 0.4) * float(rng.uniform(0.1, 1)), pitch)


def field_line(page: Page, kind: str, x: float, base: float, room: float, size: float, rule: str, dense: bool = False) -> None:
    """One printed label with its value: kind is REGISTER, SUBJECT, "both" (code and name) or a key of OTHER_LABELS."""
    rng = page.rng
    labels = {REGISTER: REGISTER_LABELS, SUBJECT: SUBJECT_LABELS, "both": SUBJECT_AND_NAME_LABELS}.get(kind) or OTHER_LABELS[kind]
    text = pick(rng, labels) + pick(rng, [":", " :", ".", "", " -", ":"])
    label = page.print(text, x, base - size * 0.75, size)
    start = label[2] / page.dpi + float(rng.uniform(0.02, 0.2))
    left_over = max(0.5, x + room - start)
    if rule in ("dotted", "solid", "dashed"):
        page.line(start, base + 0.02, x + room, base + 0.02, 0.007, rule, strength=0.7)
    write_value(page, kind, start + float(rng.uniform(0, 0.25)), base + float(rng.uniform(-0.03, 0.02)), left_over, label, dense)


def write_value(page: Page, kind: str, x: float, base: float, room: float, label, dense: bool = False) -> None:
    """The handwriting that answers one label."""
    capital = capital_of(page.rng, dense)
    if kind == REGISTER:
        write_register(page, x, base, capital, label, room)
    elif kind in (SUBJECT, "both"):
        write_subject(page, x, base, capital, label, room, kind == "both")
    else:
        write_other(page, kind, x, base, min(capital, 0.17))


def saveetha(page: Page) -> None:
    """Blue print; labels left, serial number and marks box right; dotted rules below."""
    rng = page.rng
    page.layout, page.print_colour = "blue columns", pick(rng, BLUES)
    heading(page, float(rng.uniform(0.2, 0.45)))
    y = float(rng.uniform(1.3, 1.55))
    page.print(f"Examination - {pick(rng, MONTHS)} 20{rng.integers(20, 27)}", page.width / 2, y - 0.22, 0.15, anchor="middle")
    size, left, right = float(rng.uniform(0.13, 0.17)), float(rng.uniform(0.45, 0.8)), float(rng.uniform(5.3, 5.9))
    field_line(page, REGISTER, left, y + 0.2, right - left - 0.3, size, "none")
    field_line(page, "serial", right, y, 2, size, "none")
    page.box(right, y + 0.12, right + 1.5, y + 0.65, radius=0.08)
    page.print("Marks", right + 0.1, y + 0.2, size * 0.9)
    field_line(page, "date", left, y + 0.52, 2.5, size, "none")
    field_line(page, "both", left, y + 0.86, page.width - left - 0.5, size, "none")
    field_line(page, "branch", right, y + 1.13, 2, size, "none", dense=True)
    field_line(page, "sign", right - float(rng.uniform(0, 1)), y + 0.45, 2, size, "none")
    page.line(0.3, y + 1.3, page.width - 0.3, y + 1.3, 0.01, "dotted")
    page.line(0.3, y + 1.35, page.width - 0.3, y + 1.35, 0.01, "dotted")
    watermark(page)
    writing_area(page, y + 1.4)


def ktu(page: Page) -> None:
    """Black print on dotted lines; marks box, question table, evaluator lines."""
    rng = page.rng
    page.layout = "dotted lines"
    y = heading(page, float(rng.uniform(0.25, 0.6))) + 0.1
    page.print(pick(rng, ["Answer Book for Internal Test", "ANSWER BOOK", "Internal Examination Answer Script"]), page.width / 2, y, 0.17,
               page.face_of(bold=True), "middle")
    y += 0.5
    size, left = float(rng.uniform(0.12, 0.16)), float(rng.uniform(0.5, 0.9))
    width = page.width - left - float(rng.uniform(0.5, 2.2))
    rows = ["exam", "date", "branch", "title", SUBJECT, "name", "semester", "batch", REGISTER]
    if rng.random() < 0.5:
        rng.shuffle(rows)
    pitch, column = float(rng.uniform(0.32, 0.42)), 0
    for kind in rows:
        half = kind in ("date", "semester", "batch", "roll") and rng.random() < 0.5
        field_line(page, kind, left + column * width / 2, y, width / 2 - 0.1 if half else width, size, "dotted", dense=pitch < 0.36)
        if half and column == 0:
            column = 1
        else:
            y, column = y + pitch, 0
    if width < page.width - left - 1.6:
        page.box(page.width - 1.7, y - 2, page.width - 0.4, y - 1)
        page.print("Marks Awarded", page.width - 1.65, y - 1.95, 0.11)
    question_table(page, left, y + 0.2)
    if rng.random() < 0.6:
        field_line(page, "sign", left, y + 2.2, 3, size, "dotted")
    if y < 6.5:
        writing_area(page, y + 2.5, 0.4)


def question_table(page: Page, x: float, y: float) -> None:
    """Question numbers over empty or marked cells."""
    rng = page.rng
    columns, rows = int(rng.integers(6, 14)), int(rng.integers(2, 5))
    cell = (page.width - 2 * x) / columns
    for row in range(rows):
        for column in range(columns):
            page.box(x + column * cell, y + row * 0.3, x + (column + 1) * cell, y + (row + 1) * 0.3, 0.006)
            if row == 0:
                page.print(str(column + 1), x + (column + 0.5) * cell, y + 0.09, 0.12, anchor="middle")
            elif rng.random() < 0.25:
                page.write(str(rng.integers(0, 16)), x + (column + 0.2) * cell, y + (row + 0.85) * 0.3, 0.14)


def boxed(page: Page) -> None:
    """One printed box per character of the register number, often of the code too."""
    rng = page.rng
    page.layout = "character boxes"
    if rng.random() < 0.5:
        page.print_colour = pick(rng, BLUES)
    y = heading(page, float(rng.uniform(0.2, 0.6))) + 0.35
    size, left = float(rng.uniform(0.12, 0.17)), float(rng.uniform(0.4, 1.0))
    kinds = [REGISTER, SUBJECT, "name", "date", "semester", "branch"]
    rng.shuffle(kinds)
    for kind in kinds:
        if kind not in (REGISTER, SUBJECT) or (kind == SUBJECT and rng.random() < 0.4):
            field_line(page, kind, left, y + 0.2, 4, size, pick(rng, ["none", "dotted", "solid"]))
            y += 0.42
            continue
        label = page.print(pick(rng, REGISTER_LABELS if kind == REGISTER else SUBJECT_LABELS), left, y, size)
        text = register_number(rng) if kind == REGISTER else subject_code(rng)
        cell = float(rng.uniform(0.24, 0.32))
        start = label[2] / page.dpi + 0.15
        if start + cell * len(text) > page.width - 0.3 or rng.random() < 0.25:
            start, y = left, y + 0.24
        page.write_boxed("" if rng.random() < 0.06 else text, start, y - 0.08, (cell, cell * float(rng.uniform(1, 1.25))),
                         len(text) + int(rng.random() < 0.1), kind, label)
        y += 0.48
    question_table(page, left, y + 0.15)
    writing_area(page, y + 1.6, 0.4)


def random_form(page: Page, low: bool = False) -> None:
    """Fields in any order, one or two columns, lines or a ruled table; `low` puts them far down the page."""
    rng = page.rng
    page.layout = "fields low" if low else "random form"
    if rng.random() < 0.45:
        page.print_colour = pick(rng, BLUES + [(110, 40, 50), (30, 100, 60)])
    y = heading(page, float(rng.uniform(0.2, 0.7))) + float(rng.uniform(0.3, 0.6))
    if low:
        below = y + float(rng.uniform(2.5, 5.5))
        if rng.random() < 0.5:
            for line in np.arange(y, below - 0.4, 0.19):
                page.print("Instructions to candidates are printed on the reverse; write on both sides of the sheet and do not tear it"[:int(rng.integers(40, 100))],
                           0.8, float(line), 0.11)
        else:
            question_table(page, 0.6, y)
        y = below
    kinds = list(rng.choice(["name", "title", "date", "branch", "semester", "roll", "serial", "batch", "exam", "hall", "phone", "sign"],
                            int(rng.integers(2, 8)), replace=False))
    kinds += [REGISTER] if rng.random() < 0.93 else []
    kinds += [pick(rng, [SUBJECT, "both"])] if rng.random() < 0.93 else []
    rng.shuffle(kinds)
    columns, rule = int(rng.integers(1, 3)), pick(rng, ["none", "dotted", "solid", "dashed", "table"])
    size, pitch = float(rng.uniform(0.11, 0.18)), float(rng.uniform(0.34, 0.55))
    left = float(rng.uniform(0.35, 1.0))
    width = (page.width - left - float(rng.uniform(0.3, 1))) / columns
    dense = columns == 2 or pitch < 0.38
    column = 0
    for kind in kinds:
        wide = columns == 1 or kind == "both" or (kind == REGISTER and rng.random() < 0.5)
        if wide and column:
            y, column = y + pitch, 0
        x, room = left + column * width, (width * columns if wide else width) - 0.1
        if rule == "table":
            page.box(x - 0.06, y - pitch * 0.72, x + room + 0.04, y + pitch * 0.28, 0.008)
        field_line(page, str(kind), x, y, room, size, rule, dense)
        column = 0 if wide or column + 1 >= columns else column + 1
        y += pitch if column == 0 else 0
    y += pitch
    watermark(page)
    if y < page.height - 2:
        if rng.random() < 0.5:
            question_table(page, left, y)
            y += 1.3
        writing_area(page, y, 0.5)


def continuation(page: Page) -> None:
    """A further page of the same pad: no fields, only rules, a margin, page number and answers."""
    rng = page.rng
    page.layout = "continuation"
    page.print_colour = pick(rng, BLUES + [(40, 40, 44)])
    if rng.random() < 0.35:
        page.print(pick(rng, COLLEGES), page.width / 2, 0.3, 0.16, anchor="middle")
    if rng.random() < 0.4:
        page.print(pick(rng, ["Page No.", "Q. No.", "Question No."]), page.width - 1.6, 0.45, 0.13)
        page.write(str(rng.integers(1, 40)), page.width - 0.8, 0.58, 0.15)
    watermark(page)
    writing_area(page, float(rng.uniform(0.4, 0.9)), 0.95)


def low_form(page: Page) -> None:
    random_form(page, low=True)


# Layout and how often it is drawn.
LAYOUTS = [(saveetha, 0.27), (ktu, 0.17), (boxed, 0.13), (random_form, 0.25), (low_form, 0.08), (continuation, 0.10)]
