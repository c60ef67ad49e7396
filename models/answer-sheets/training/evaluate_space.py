"""Measures a running answer-sheet Space end to end: `python evaluate_space.py --url http://127.0.0.1:7860 [--count 50]`.

Sheets of unseen writers go in as JPEG files, three times: free, knowing the length of register numbers as every institution
does; with the form of the codes too; and with a class roster of 60 and a course list of 20 in which most entries are siblings of
the true one (same college, year and branch; same course prefix). Writes ../reports/end-to-end.json.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import urllib.request
import uuid
from pathlib import Path

import numpy as np
from PIL import Image

from sheet_page import REGISTER, SUBJECT
from sheet_texts import digits, subject_code
from sheets import EVALUATION_DPI, EVALUATION_SEEDS, make_sheet

# Readings at least this sure would be taken without a person.
SURE = 0.9
WAYS = ("free", "formed", "listed")
FIELDS = {"register": (REGISTER, "register_number"), "subject": (SUBJECT, "subject_code")}


def lists_for(texts: dict[str, str], seed: int) -> dict[str, str]:
    """A roster and a course list that hold the sheet's own entries among siblings."""
    rng = np.random.default_rng(seed)
    given = {}
    if REGISTER in texts:
        number = texts[REGISTER]
        given["class_roster"] = ",".join({number, *(number[:-3] + digits(rng, 3) for _ in range(59))})
    if SUBJECT in texts:
        code = texts[SUBJECT]
        siblings = {code[:-3] + digits(rng, 3) for _ in range(10)}
        given["course_list"] = ",".join({code, *siblings, *(subject_code(rng) for _ in range(9))})
    return given


def form_of(code: str) -> str:
    """The pattern of codes with letters and digits where this one has them: 19AI405 gives \\d{2}[A-Z]{2}\\d{3}."""
    return "".join(("\\d" if digit else "[A-Z]") + f"{{{len(list(run))}}}" for digit, run in itertools.groupby(code, str.isdigit))


def ways_of(texts: dict[str, str], seed: int) -> dict[str, dict[str, str]]:
    """The options of each way of asking; a deployment knows how long its register numbers are."""
    known = {"register_pattern": f"\\d{{{len(texts[REGISTER])}}}"} if REGISTER in texts else {}
    formed = {**known, "subject_pattern": form_of(texts[SUBJECT])} if SUBJECT in texts else known
    return {"free": known, "formed": formed, "listed": {**known, **lists_for(texts, seed)}}


def extract(url: str, picture: bytes, options: dict[str, str]) -> dict:
    mark = uuid.uuid4().hex
    body = b"".join(f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in options.items())
    body += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="sheet.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
    body += picture + f"\r\n--{mark}--\r\n".encode()
    request = urllib.request.Request(url + "/extract", body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
    return json.load(urllib.request.urlopen(request, timeout=120))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", default="http://127.0.0.1:7860")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "reports/end-to-end.json")
    options = parser.parse_args()
    report: dict = {}
    for condition, first in EVALUATION_SEEDS.items():
        rows: dict[str, list] = {f"{name} {way}": [] for name in FIELDS for way in WAYS}
        upright = pages = extra = 0
        for index in range(options.count):
            dpi = EVALUATION_DPI[condition]
            sheet = make_sheet(first + 5000 + index, dpi, condition, "test")
            file = io.BytesIO()
            Image.fromarray(sheet.image).save(file, "JPEG", quality=sheet.quality, dpi=(dpi, dpi))
            texts = {field.kind: field.text for field in sheet.fields}
            pages += 1
            for way, asked in ways_of(texts, sheet.seed).items():
                if way != "free" and not texts:
                    continue
                answer = extract(options.url, file.getvalue(), asked)
                upright += way == "free" and answer["rotation"] == sheet.turn
                for name, (kind, key) in FIELDS.items():
                    if kind in texts:
                        rows[f"{name} {way}"].append((answer[key] == texts[kind], answer[f"{name}_confidence"], bool(answer[key])))
                    elif way == "free":
                        extra += bool(answer[key])
        report[condition] = {"pages": pages, "upright": round(upright / pages, 3), "read_where_nothing_stands": extra}
        for name, results in rows.items():
            right, sure = [r for r, _, _ in results], [r for r, c, _ in results if c >= SURE]
            report[condition][name] = {
                "fields": len(results), "exact": round(float(np.mean(right)), 3), "read": round(float(np.mean([g for _, _, g in results])), 3),
                "sure": len(sure), "sure_and_right": int(sum(sure)),
            }
        print(condition, json.dumps(report[condition]), flush=True)
    path = options.out
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
