"""Writes the figures of ../reports into the tables of ../README.md, between its marks: `python report_tables.py`."""

from __future__ import annotations

import json
import re
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent
FIELDS = ("register", "subject")


def read(name: str) -> dict:
    return json.loads((MODELS / f"reports/{name}.json").read_text())


def table(head: list[str], rows: list[list]) -> str:
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in [head, ["---"] * len(head), *rows])


def percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def readers() -> str:
    rows = []
    for field in FIELDS:
        for condition, hands in read("readers")["fields"][field]["conditions"].items():
            for hand, r in hands.items():
                rows.append([field, condition, hand, r["count"], percent(r["exact"]), percent(r["exact_formed"]), percent(r["cer"]), *(percent(entry["rank1"]) for entry in r["lists"])])
    return table(["field", "condition", "hand", "crops", "exact", "exact, form known", "character errors", "in a list of 60", "of 300"], rows)


def calibration() -> str:
    rows = [[f, c["count"], c["ece"], c["ece_before"], percent(c["sure_share"]), percent(c["right_of_sure"]), percent(c["coverage_at_99"])] for f in FIELDS for c in [read("readers")["fields"][f]["calibration"]]]
    return table(["field", "crops", "calibration error", "before calibration", "surer than 0.9", "right of those", "share at 99 % precision"], rows)


def real() -> str:
    register = read("readers")["fields"]["register"]
    names = {"orand_car_a": "ORAND-CAR-A, strings on cheques", "nsysu": "NSYSU, digits of test papers set to strings of 12"}
    return table(["real handwriting", "strings", "exact", "character errors"], [[title, register[k]["count"], percent(register[k]["exact"]), percent(register[k]["cer"])] for k, title in names.items()])


def detector() -> str:
    rows = [[c, r["pages"], r["fields"], percent(r["recall"]), percent(r["precision"]), percent(r["whole_share"]), percent(r["orientation"]), r["false_fields_per_empty_page"]] for c, r in read("detector").items()]
    return table(["condition", "pages", "fields", "recall", "precision", "string wholly in its crop", "way up right", "regions per page without fields"], rows)


def end_to_end() -> str:
    rows = []
    for condition, r in read("end-to-end").items():
        for name in FIELDS:
            free, formed, listed = (r[f"{name} {way}"] for way in ("free", "formed", "listed"))
            rows.append([condition, r["pages"], name, free["fields"], percent(free["exact"]), percent(formed["exact"]), percent(listed["exact"]), f"{free['sure_and_right']} of {free['sure']}", f"{listed['sure_and_right']} of {listed['sure']}"])
    return table(["condition", "pages", "field", "fields", "exact, free", "form known", "with list", "at 0.9 or surer, free: right of taken", "with list: right of taken"], rows)


if __name__ == "__main__":
    text = (MODELS / "README.md").read_text()
    for make in (readers, calibration, real, detector, end_to_end):
        mark = make.__name__.replace("_", "-")
        text, count = re.subn(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", lambda found: found[1] + make() + "\n" + found[2], text, flags=re.S)
        assert count == 1, f"README.md has no place for {mark}"
    (MODELS / "README.md").write_text(text)
