"""Prints ../reports/detector.json and end-to-end.json as the tables of README.md: `python report_tables.py`."""

from __future__ import annotations

import json
from pathlib import Path

REPORTS = Path(__file__).resolve().parent.parent / "reports"


def row(cells) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def detector_table() -> list[str]:
    report = json.loads((REPORTS / "detector.json").read_text())
    lines = [row(["condition", "pages", "fields", "recall", "precision", "string wholly in its crop", "way up right", "regions per page without fields"]), row(["---"] * 8)]
    for condition, r in report.items():
        lines.append(row([condition, r["pages"], r["fields"], percent(r["recall"]), percent(r["precision"]), percent(r["whole_share"]), percent(r["orientation"]), r["false_fields_per_empty_page"]]))
    return lines


def end_to_end_table() -> list[str]:
    report = json.loads((REPORTS / "end-to-end.json").read_text())
    lines = [row(["condition", "pages", "field", "fields", "exact, free", "exact, with list", "at 0.9 or surer, free: right of taken", "with list: right of taken"]), row(["---"] * 8)]
    for condition, r in report.items():
        for name in ("register", "subject"):
            free, listed = r[f"{name} free"], r[f"{name} listed"]
            lines.append(row([condition, r["pages"], name, free["fields"], percent(free["exact"]), percent(listed["exact"]),
                              f"{free['sure_and_right']} of {free['sure']}", f"{listed['sure_and_right']} of {listed['sure']}"]))
    return lines


if __name__ == "__main__":
    print("\n".join([*detector_table(), "", *end_to_end_table()]))
