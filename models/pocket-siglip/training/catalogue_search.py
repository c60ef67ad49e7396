"""How the towers do on pictures that other code drew: those of apps/pdf-extractor's sample catalogue, asked for by their names."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess

import cv2
import numpy as np

from towers import FOLDER, Towers

ROOT = FOLDER.parent.parent
_DRAW = """
import { sections } from "./apps/pdf-extractor/sample/catalogue.ts";
import { paint } from "./apps/pdf-extractor/sample/shader.ts";
const items = sections.flatMap(({ items }) => items);
const drawn = [];
for (const { name, note, shader } of items) drawn.push({ name, note, png: (await paint(shader, { width: 480, height: 360 }).png().toBuffer()).toString("base64") });
console.log(JSON.stringify(drawn));
"""


def run_node(code: str) -> object:
    """What a module prints as JSON, run in the repository's root with its Node."""
    local = ROOT / "node_modules/.bin/node"
    node = str(local) if local.exists() else shutil.which("node")
    printed = subprocess.run([node, "--input-type=module", "-e", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return json.loads(printed.stdout)


def catalogue_report(towers: Towers) -> dict:
    """Names to pictures: how often the named one is first, and among the first five."""
    items = run_node(_DRAW)
    size = towers.facts["image"]["size"]
    decode = lambda item: cv2.imdecode(np.frombuffer(base64.b64decode(item["png"]), np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    pictures = np.stack([cv2.resize(decode(item), (size, size), interpolation=cv2.INTER_AREA) for item in items])
    names = [item["name"].lower() for item in items]
    scores = towers.embed_texts(names) @ towers.embed_images(pictures).T
    rank = (scores > np.diag(scores)[:, None]).sum(1)
    first = {name: names[int(row.argmax())] for name, row, place in zip(names, scores, rank) if place > 0}
    return {"pictures": len(items), "name to picture": {f"recall@{k}": round(float((rank < k).mean()), 4) for k in (1, 5)}, "found instead": first}
