"""Finds UNIPEN glyphs that do not show their label: `python check_labels.py` writes mislabelled.json and a contact sheet.

A small network reads every glyph as picture, trained on the other half of the train writers (two folds) and on MNIST and
fonts. Train glyphs whose label (or a look-alike of it) gets less than 2 % are listed at once; for dev and test the doubtful
ones are only drawn (cache/doubtful.png, numbered by UNIPEN index): a person decides, and `--drop 12,345` lists them.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from glyphs import CHARACTERS, DEV, LOOKALIKES, TEST, TRAIN, clean, load_mnist, load_unipen_strokes

LISTED = Path(__file__).resolve().parent / "mislabelled.json"
SIZE = 32


def picture(strokes: list[np.ndarray], size: int = SIZE, pen: int = 3) -> np.ndarray:
    """White ink on black, the aspect kept."""
    low, high = np.concatenate(strokes).min(0), np.concatenate(strokes).max(0)
    scale = (size - 8) / max(high - low)
    offset = size / 2 - (low + high) / 2 * scale
    canvas = np.zeros((size, size), np.uint8)
    cv2.polylines(canvas, [np.round((s * scale + offset) * 16).astype(np.int32) for s in strokes], False, 255, pen, cv2.LINE_AA, 4)
    return canvas


def train_classifier(images: torch.Tensor, labels: torch.Tensor, epochs: int) -> nn.Module:
    model = nn.Sequential(
        nn.Conv2d(1, 24, 3, padding=1), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(24, 48, 3, padding=1), nn.BatchNorm2d(48), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(48, 96, 3, padding=1), nn.BatchNorm2d(96), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(0.3), nn.Linear(96 * 16, len(CHARACTERS)),
    )
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.02)
    steps = epochs * (len(images) // 128)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for step in range(steps):
        chosen = torch.randint(len(images), (128,))
        shift = torch.randint(-2, 3, (2,)).tolist()
        batch = torch.roll(images[chosen], shift, (2, 3)).float() / 255
        loss = functional.cross_entropy(model(batch), labels[chosen], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model.eval()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--drop", default="", help="UNIPEN indices of dev and test glyphs to list")
    options = parser.parse_args()
    torch.manual_seed(1)
    glyphs = clean(load_unipen_strokes())
    images = torch.from_numpy(np.stack([picture(g[1]) for g in glyphs]))[:, None]
    labels = torch.tensor([CHARACTERS.index(g[0]) for g in glyphs])
    splits = np.array([g[3] for g in glyphs])
    writers = np.array([g[2] for g in glyphs])
    extra = [g for g in load_mnist(15000) if g[3] == TRAIN]
    more, more_labels = torch.from_numpy(np.stack([picture(g[1]) for g in extra]))[:, None], torch.tensor([CHARACTERS.index(g[0]) for g in extra])
    likely = torch.zeros(len(glyphs), len(CHARACTERS))
    for fold in (0, 1):
        learn = (splits == TRAIN) & (writers % 2 == fold)
        model = train_classifier(torch.cat([images[learn], more]), torch.cat([labels[learn], more_labels]), 8)
        with torch.no_grad():
            scores = torch.cat([model(part.float() / 255).softmax(1) for part in images.split(512)])
        other = (splits == TRAIN) & (writers % 2 != fold)
        likely[other] = scores[other]
        likely[splits != TRAIN] += scores[splits != TRAIN] / 2
        print(f"fold {fold}: {(scores.argmax(1) == labels)[other].float().mean():.3f} right on the other writers", flush=True)
    alike = torch.eye(len(CHARACTERS))
    for group in LOOKALIKES:
        for a in group:
            for b in group:
                alike[CHARACTERS.index(a), CHARACTERS.index(b)] = 1
    share = (likely * alike[labels]).sum(1).numpy()
    wrong = [glyphs[i][5] for i in np.nonzero((share < 0.02) & (splits == TRAIN))[0]]
    doubtful = np.nonzero((share < 0.2) & (splits != TRAIN))[0]
    tiles = []
    for i in doubtful[np.argsort(labels[doubtful].numpy())]:
        tile = np.pad(255 - picture(glyphs[i][1], 64, 2), ((0, 16), (0, 4)), constant_values=235)
        cv2.putText(tile, f"{glyphs[i][0]} {glyphs[i][5]}", (1, 76), cv2.FONT_HERSHEY_SIMPLEX, 0.36, 0, 1, cv2.LINE_AA)
        tiles.append(tile)
    while len(tiles) % 16:
        tiles.append(np.full_like(tiles[0], 255))
    cv2.imwrite(str(Path(__file__).resolve().parent / "cache/doubtful.png"), np.concatenate([np.concatenate(tiles[k:k + 16], 1) for k in range(0, len(tiles), 16)]))
    dropped = [int(k) for k in options.drop.split(",") if k]
    LISTED.write_text(json.dumps({"train": sorted(wrong), "dev_and_test": sorted(dropped)}) + "\n")
    print(f"{len(wrong)} of {(splits == TRAIN).sum()} train glyphs listed; {len(doubtful)} of {(splits != TRAIN).sum()} dev and test glyphs are doubtful, {len(dropped)} listed")


if __name__ == "__main__":
    main()
