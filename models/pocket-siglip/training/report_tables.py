"""Prints the model card's tables from reports/pocket-siglip.json: `python report_tables.py`."""

from __future__ import annotations

import json

from aspect_search import ATTRIBUTE
from towers import FOLDER


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def table(head: list[str], rows: list[list[str]]) -> None:
    print("\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]) + "\n")


def main() -> None:
    report = json.loads((FOLDER / "reports/pocket-siglip.json").read_text())
    seen, held = report["zero-shot"]["seen combinations"], report["zero-shot"]["held-out combinations"]
    rows = [[name, str(entry["labels"]), percent(1 / entry["labels"]), percent(seen[name]["top1"]), percent(entry["top1"]), percent(entry["top3"])] for name, entry in held.items()]
    table(["zero-shot", "labels", "chance", "seen combinations, first", "held-out combinations, first", "held-out, among three"], rows)
    found = report["retrieval"]
    rows = [[f"{way}, {found['count']} pictures", *(percent(found[way][f"recall@{k}"]) for k in (1, 5, 10))] for way in ("text to image", "image to text")]
    table(["retrieval, held-out", "R@1", "R@5", "R@10"], rows)
    aspects = report["aspects"]
    rows = [[name, *(percent(aspects[key][aspect]) for aspect in ATTRIBUTE)] for key, name in (("chance", "by chance"), ("base", "the picture's own vector"))]
    rows += [[key, *(percent(entry[aspect]) for aspect in ATTRIBUTE)] for key, entry in aspects.items() if ", as" in key or "alone" in key]
    table(["vector", *(f"same {name}" for name in ATTRIBUTE.values())], rows)
    rows = [[aspect, str(entry["values"]), percent(entry["base"]), percent(entry["as in the Space"])] for aspect, entry in aspects["words"].items()]
    table(["word", "values", "by the picture's own vector", "by the aspect's"], rows)
    rows = [[key, *(percent(entry[aspect]) for aspect in ATTRIBUTE)] for key, entry in aspects.items() if " mixture " in key and "alone" not in key]
    table(["neighbours of the Space's formula", *(f"same {name}" for name in ATTRIBUTE.values())], rows)


if __name__ == "__main__":
    main()
