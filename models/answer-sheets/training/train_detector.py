"""Trains the region detector on generated pages for a budget of minutes: `python train_detector.py --minutes 30`.

One process draws pages into a pool on disk while the other learns from what is there. The state is written every three minutes.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time

import cv2
import numpy as np
import torch
import torch.multiprocessing as multiprocessing
from torch.nn import functional

from detector_model import CLASSES, HEIGHT, STRIDE, WIDTH, Detector
from exported_weights import load_exported
from glyphs import CACHE

GRAY = 114
FIRST_SEED = 10_000_000
# Per page of the pool: up to 8 fields of class, left, top, right, bottom; class -1 is none.
MAX_FIELDS = 8
CROP_HEIGHT = HEIGHT // 2


def letterboxed(gray: np.ndarray) -> tuple[np.ndarray, float, int, int]:
    """The page centred in the input on gray, its scale and its offset."""
    height, width = gray.shape
    scale = min(WIDTH / width, HEIGHT / height)
    size = (round(width * scale), round(height * scale))
    left, top = (WIDTH - size[0]) // 2, (HEIGHT - size[1]) // 2
    result = np.full((HEIGHT, WIDTH), GRAY, np.uint8)
    result[top:top + size[1], left:left + size[0]] = cv2.resize(gray, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return result, scale, left, top


def pool_page(seed: int, dpi: float, condition: str = "training", split: str = "train") -> tuple[np.ndarray, np.ndarray, tuple[int, int, int, int]]:
    """An upright page as the detector sees it, its fields, and where the page lies in the picture."""
    from sheets import compressed, make_sheet
    sheet = make_sheet(seed, dpi, condition, split)
    gray = compressed(cv2.cvtColor(sheet.image, cv2.COLOR_RGB2GRAY), sheet.quality)
    picture, scale, left, top = letterboxed(gray)
    fields = np.full((MAX_FIELDS, 5), -1, np.float32)
    for row, field in zip(fields, sheet.fields):
        row[0] = CLASSES.index(field.kind)
        row[1:] = np.array(field.box()) * scale + [left, top, left, top]
    return picture, fields, (left, top, left + round(gray.shape[1] * scale), top + round(gray.shape[0] * scale))


def fill_pool(pages_path: str, size: int, done, seed: int) -> None:
    """Draws page after page into the pool; when it is full, old pages are replaced."""
    cv2.setNumThreads(1)
    os.nice(6)
    pages = np.memmap(pages_path, np.uint8, "r+", shape=(size, HEIGHT, WIDTH))
    truth = np.memmap(pages_path + ".fields", np.float32, "r+", shape=(size, MAX_FIELDS, 5))
    spans = np.memmap(pages_path + ".spans", np.int32, "r+", shape=(size, 4))
    number = done.value
    while True:
        rng = np.random.default_rng(seed + number)
        picture, fields, span = pool_page(FIRST_SEED + seed + number, float(rng.uniform(90, 130)))
        pages[number % size], truth[number % size], spans[number % size] = picture, fields, span
        number += 1
        done.value = number


def augmented(picture: np.ndarray, fields: np.ndarray, span: np.ndarray, rng: np.random.Generator, turns: bool = True) -> tuple[np.ndarray, np.ndarray, int]:
    """The page shifted, scaled and spoiled, often turned by a quarter. The third value is the turn that puts it upright, in quarters."""
    turn = int(rng.integers(1, 4)) if turns and rng.random() < 0.5 else 0
    boxes = fields.copy()
    if turn:
        page = picture[span[1]:span[3], span[0]:span[2]]
        # Turned by -turn quarters clockwise, so that `turn` quarters clockwise put it upright.
        picture = letterboxed(np.ascontiguousarray(np.rot90(page, turn)))[0]
        boxes[:, 0] = -1
    scale, shift = float(rng.uniform(0.86, 1.05)), rng.uniform(-30, 30, 2)
    matrix = np.array([[scale, 0, (1 - scale) * WIDTH / 2 + shift[0]], [0, scale, (1 - scale) * HEIGHT / 2 + shift[1]]])
    image = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=GRAY)
    boxes[:, [1, 3]] = boxes[:, [1, 3]] * scale + matrix[0, 2]
    boxes[:, [2, 4]] = boxes[:, [2, 4]] * scale + matrix[1, 2]
    if rng.random() < 0.6:
        low, high = rng.uniform(0, 50), rng.uniform(215, 255)
        curve = np.clip(low + (high - low) * (np.arange(256) / 255.0) ** rng.uniform(0.7, 1.5), 0, 255).astype(np.uint8)
        image = cv2.LUT(image, curve)
    if rng.random() < 0.2:
        image = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 0.9)))
    return image, boxes, turn


def targets_of(boxes: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Class targets [2, rows, columns] (1 field, 0 none, -1 not asked) and side distances in cells [4, rows, columns]."""
    rows, columns = height // STRIDE, WIDTH // STRIDE
    classes, sides = np.zeros((2, rows, columns), np.float32), np.zeros((4, rows, columns), np.float32)
    y, x = np.meshgrid((np.arange(rows) + 0.5) * STRIDE, (np.arange(columns) + 0.5) * STRIDE, indexing="ij")
    for kind, left, top, right, bottom in boxes:
        if kind < 0:
            continue
        middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
        inside = (np.abs(x - middle_x) < (right - left) / 2) & (np.abs(y - middle_y) < max((bottom - top) / 2, 5))
        core = (np.abs(x - middle_x) < max(0.3 * (right - left), 5)) & (np.abs(y - middle_y) < max(0.3 * (bottom - top), 5)) & inside
        target = classes[int(kind)]
        target[inside & (target == 0)] = -1
        target[core] = 1
        for side, distance in enumerate((x - left, y - top, right - x, bottom - y)):
            sides[side][core] = distance[core] / STRIDE
    return classes, sides


def cropped(made: tuple[np.ndarray, np.ndarray, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, int]:
    """Half of an upright page, from a random row near its fields: half the work, and all that can be learned of them."""
    image, boxes, turn = made
    known = boxes[boxes[:, 0] >= 0]
    middle = float(known[int(rng.integers(len(known))), [2, 4]].mean()) if len(known) else float(rng.uniform(0, HEIGHT))
    top = int(np.clip(middle - rng.uniform(0.15, 0.85) * CROP_HEIGHT, 0, HEIGHT - CROP_HEIGHT)) // 32 * 32
    boxes = boxes - np.array([0, 0, top, 0, top], np.float32)
    boxes[(boxes[:, 4] < 4) | (boxes[:, 2] > CROP_HEIGHT - 4), 0] = -1
    return image[top:top + CROP_HEIGHT], boxes, turn


def load_detector(model: Detector, pages: np.ndarray) -> None:
    """Weights of the exported detector."""
    pictures = torch.from_numpy(np.stack(pages)).unsqueeze(1).float() / 255
    load_exported(model, CACHE.parent.parent / "region-detector.onnx", lambda: model(pictures))


def loss_of(model: Detector, batch, autocast: bool) -> tuple[torch.Tensor, dict[str, float]]:
    images, classes, sides, turns, upright = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=autocast):
        logits, distances, turn = model((images.unsqueeze(1).float() / 255).to(memory_format=torch.channels_last))
    logits, distances, turn = logits.float(), distances.float(), turn.float()
    asked = (classes >= 0) & upright[:, None, None, None]
    probability = logits.sigmoid()
    miss = torch.where(classes == 1, 1 - probability, probability)
    weight = torch.where(classes == 1, 0.6, 0.4) * miss ** 2 * asked
    count = max(1.0, float((classes == 1).sum()))
    found = (weight * functional.binary_cross_entropy_with_logits(logits, classes.clamp(0), reduction="none")).sum() / count
    cells = classes.amax(1) == 1
    box = torch.zeros(())
    if cells.any():
        guess, truth = distances.permute(0, 2, 3, 1)[cells], sides.permute(0, 2, 3, 1)[cells].clamp(min=0.02)
        overlap = (torch.minimum(guess[:, 0], truth[:, 0]) + torch.minimum(guess[:, 2], truth[:, 2])) * (torch.minimum(guess[:, 1], truth[:, 1]) + torch.minimum(guess[:, 3], truth[:, 3]))
        area = lambda d: (d[:, 0] + d[:, 2]) * (d[:, 1] + d[:, 3])
        hull = (torch.maximum(guess[:, 0], truth[:, 0]) + torch.maximum(guess[:, 2], truth[:, 2])) * (torch.maximum(guess[:, 1], truth[:, 1]) + torch.maximum(guess[:, 3], truth[:, 3]))
        union = area(guess) + area(truth) - overlap
        box = (1 - overlap / union + (hull - union) / hull).mean() + 0.3 * functional.smooth_l1_loss(guess.log(), truth.log())
    facing = functional.cross_entropy(turn, turns)
    if images.shape[1] < HEIGHT:
        facing = facing * 0
    return found + box + 0.3 * facing, {"found": float(found), "box": float(box), "turn": float(facing) if images.shape[1] == HEIGHT else np.nan}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--pool", type=int, default=3000)
    parser.add_argument("--from-exported", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    cv2.setNumThreads(1)
    path, pool_path = CACHE / "detector.pt", str(CACHE / "pages.u8")
    for name, dtype, shape in ((pool_path, np.uint8, (options.pool, HEIGHT, WIDTH)), (pool_path + ".fields", np.float32, (options.pool, MAX_FIELDS, 5)), (pool_path + ".spans", np.int32, (options.pool, 4))):
        if not os.path.exists(name):
            np.memmap(name, dtype, "w+", shape=shape)
    pages = np.memmap(pool_path, np.uint8, "r", shape=(options.pool, HEIGHT, WIDTH))
    truth = np.memmap(pool_path + ".fields", np.float32, "r", shape=(options.pool, MAX_FIELDS, 5))
    spans = np.memmap(pool_path + ".spans", np.int32, "r", shape=(options.pool, 4))
    context = multiprocessing.get_context("spawn")
    done = context.Value("q", int((np.asarray(spans)[:, 2] > 0).sum()))
    context.Process(target=fill_pool, args=(pool_path, options.pool, done, 1), daemon=True).start()
    model = Detector().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0, weight_decay=0.02)
    step, spent = 0, 0.0
    if path.exists():
        state = torch.load(path, weights_only=True)
        model.load_state_dict(state["model"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["spent"]
    while done.value < 60:
        time.sleep(1)
    if not path.exists() and options.from_exported:
        load_detector(model, pages[:16])
        average.load_state_dict(model.state_dict())
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {done.value} pages", flush=True)
    rng = np.random.default_rng(step + 3)
    last = saved = time.monotonic()
    parts: list[dict] = []
    while spent < options.minutes * 60:
        share = spent / (options.minutes * 60)
        rate = options.rate * (0.05 + share / 0.05 if share < 0.05 else 0.5 * (1 + math.cos(math.pi * (share - 0.05) / 0.95)))
        for group in optimizer.param_groups:
            group["lr"] = rate + 1e-6
        chosen = rng.integers(0, min(done.value, options.pool), options.batch)
        halves = step % 3 != 0
        if halves:
            chosen = np.concatenate([chosen, rng.integers(0, min(done.value, options.pool), options.batch)])
        made = [augmented(pages[k], truth[k], spans[k], rng, not halves) for k in chosen]
        if halves:
            made = [cropped(one, rng) for one in made]
        wanted = [targets_of(boxes, len(image)) for image, boxes, _ in made]
        turns = torch.tensor([turn for _, _, turn in made])
        batch = (torch.from_numpy(np.stack([m[0] for m in made])), torch.from_numpy(np.stack([w[0] for w in wanted])), torch.from_numpy(np.stack([w[1] for w in wanted])), turns, turns == 0)
        loss, seen = loss_of(model, batch, True)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        step += 1
        keep = min(0.997, (1 + step) / (10 + step))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.lerp_(fast, 1 - keep)
            for slow, fast in zip(average.buffers(), model.buffers()):
                slow.copy_(fast)
        parts.append(seen)
        now = time.monotonic()
        spent, last = spent + now - last, now
        if step % 50 == 0:
            means = ", ".join(f"{name} {np.nanmean([p[name] for p in parts[-50:]]):.3f}" for name in seen)
            print(f"{spent / 60:.1f} min, step {step}, {done.value} pages, rate {rate:.5f}, {means}", flush=True)
        if now - saved > 180 or spent >= options.minutes * 60:
            saved = now
            torch.save({"model": model.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, path.with_suffix(".tmp"))
            os.replace(path.with_suffix(".tmp"), path)


if __name__ == "__main__":
    main()
