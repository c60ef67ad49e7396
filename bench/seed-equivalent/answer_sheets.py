"""The kind of Space that answer-sheet-ml replaces, as plainly as people write it.

FastAPI, YOLOv8m at 640 x 640 and two CRNNs in PyTorch, one page at a time, no queue. The weights of the original are
not public; a convolution takes as long whatever its numbers, so these are random, and since a random detector finds
nothing sensible, the two best boxes stand in for its fields: as much is cropped and read as on a real page.

    python -m uvicorn answer_sheets:app --host 127.0.0.1 --port 8000

YOLOv8m: ultralytics' yolov8.yaml at depth 0.67, width 0.75, at most 768 channels (25.8 million parameters).
CRNN: seven convolutions to 512 channels and two bidirectional LSTMs of 256, inputs 32 x 256 and 32 x 128.
"""

import io
import os
import time

import numpy
import torch
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image
from torch import nn

torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count() or 1)))


class Conv(nn.Sequential):
    def __init__(self, inputs, outputs, kernel=1, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs), nn.SiLU())


class Bottleneck(nn.Module):
    def __init__(self, channels, shortcut):
        super().__init__()
        self.first, self.second, self.shortcut = Conv(channels, channels, 3), Conv(channels, channels, 3), shortcut

    def forward(self, x):
        y = self.second(self.first(x))
        return x + y if self.shortcut else y


class C2f(nn.Module):
    def __init__(self, inputs, outputs, repeats, shortcut=False):
        super().__init__()
        self.half = outputs // 2
        self.start, self.end = Conv(inputs, outputs), Conv((2 + repeats) * self.half, outputs)
        self.blocks = nn.ModuleList(Bottleneck(self.half, shortcut) for _ in range(repeats))

    def forward(self, x):
        parts = list(self.start(x).chunk(2, 1))
        for block in self.blocks:
            parts.append(block(parts[-1]))
        return self.end(torch.cat(parts, 1))


class SPPF(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.start, self.end = Conv(channels, channels // 2), Conv(channels * 2, channels)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        parts = [self.start(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        return self.end(torch.cat(parts, 1))


class Detect(nn.Module):
    def __init__(self, classes, channels):
        super().__init__()
        boxes, scores = max(16, channels[0] // 4, 64), max(channels[0], min(classes, 100))
        head = lambda width, outputs: nn.ModuleList(
            nn.Sequential(Conv(c, width, 3), Conv(width, width, 3), nn.Conv2d(width, outputs, 1)) for c in channels
        )
        self.boxes, self.scores = head(boxes, 64), head(scores, classes)

    def forward(self, features):
        found = []
        for x, box, score, stride in zip(features, self.boxes, self.scores, (8, 16, 32)):
            batch, _, height, width = x.shape
            distances = box(x).view(batch, 4, 16, height * width).softmax(2)
            distances = (distances * torch.arange(16.0).view(1, 1, 16, 1)).sum(2) * stride
            ys, xs = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
            centre = torch.stack([xs.flatten(), ys.flatten()]) * stride
            corners = torch.cat([centre - distances[:, :2], centre + distances[:, 2:]], 1)
            found.append(torch.cat([corners, score(x).flatten(2).sigmoid()], 1))
        return torch.cat(found, 2)


class YOLOv8m(nn.Module):
    def __init__(self, classes=2):
        super().__init__()
        a, b, c, d, e = 48, 96, 192, 384, 576
        self.p3 = nn.Sequential(Conv(3, a, 3, 2), Conv(a, b, 3, 2), C2f(b, b, 2, True), Conv(b, c, 3, 2), C2f(c, c, 4, True))
        self.p4 = nn.Sequential(Conv(c, d, 3, 2), C2f(d, d, 4, True))
        self.p5 = nn.Sequential(Conv(d, e, 3, 2), C2f(e, e, 2, True), SPPF(e))
        self.up = nn.Upsample(scale_factor=2)
        self.n4, self.n3 = C2f(e + d, d, 2), C2f(d + c, c, 2)
        self.d3, self.m4 = Conv(c, c, 3, 2), C2f(c + d, d, 2)
        self.d4, self.m5 = Conv(d, d, 3, 2), C2f(d + e, e, 2)
        self.detect = Detect(classes, (c, d, e))

    def forward(self, x):
        p3 = self.p3(x)
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        n4 = self.n4(torch.cat([self.up(p5), p4], 1))
        n3 = self.n3(torch.cat([self.up(n4), p3], 1))
        m4 = self.m4(torch.cat([self.d3(n3), n4], 1))
        m5 = self.m5(torch.cat([self.d4(m4), p5], 1))
        return self.detect([n3, m4, m5])


class CRNN(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, inputs = [], 1
        pools = [(2, 2), (2, 2), None, (2, 1), None, (2, 1), None]
        for index, (outputs, pool) in enumerate(zip((64, 128, 256, 256, 512, 512, 512), pools)):
            last = index == 6
            layers += [nn.Conv2d(inputs, outputs, (2, 1) if last else 3, padding=0 if last else 1), nn.BatchNorm2d(outputs), nn.ReLU()]
            layers += [nn.MaxPool2d(pool)] if pool else []
            inputs = outputs
        self.convolutions = nn.Sequential(*layers)
        self.recurrent = nn.LSTM(512, 256, 2, bidirectional=True)
        self.linear = nn.Linear(512, classes)

    def forward(self, x):
        x = self.convolutions(x).squeeze(2).permute(2, 0, 1)
        return self.linear(self.recurrent(x)[0])


torch.manual_seed(1)
detector, register, subject = YOLOv8m().eval(), CRNN(11).eval(), CRNN(37).eval()
app = FastAPI()


@app.get("/health")
def health():
    return {"status": "ok", "parameters": sum(p.numel() for m in (detector, register, subject) for p in m.parameters())}


def read_page(data: bytes) -> Image.Image:
    if not data.startswith(b"%PDF"):
        return Image.open(io.BytesIO(data)).convert("RGB")
    try:
        from pdf2image import convert_from_bytes
    except ImportError as error:
        raise HTTPException(501, "pdf2image is not installed") from error
    return convert_from_bytes(data)[0]


def find_boxes(page: Image.Image):
    scale = 640 / max(page.size)
    small = page.resize((round(page.width * scale), round(page.height * scale)))
    canvas = numpy.full((640, 640, 3), 114, numpy.uint8)
    left, top = (640 - small.width) // 2, (640 - small.height) // 2
    canvas[top : top + small.height, left : left + small.width] = numpy.asarray(small)
    found = detector(torch.from_numpy(canvas).permute(2, 0, 1)[None].float() / 255)[0]
    found[4:].max(0).values.topk(2)
    # What a random detector finds may have no area; these are where the fields of a real page stand.
    return [(0.27 * page.width, y * page.height, 0.45 * page.width, (y + 0.02) * page.height) for y in (0.14, 0.2)]


def read_text(page: Image.Image, box, reader, width):
    crop = page.crop(tuple(round(v) for v in box)).convert("L").resize((width, 32))
    image = (torch.from_numpy(numpy.asarray(crop, numpy.float32))[None, None] / 255 - 0.5) / 0.5
    probabilities = reader(image).softmax(2)[:, 0]
    best = probabilities.argmax(1).tolist()
    kept = [step for step, label in enumerate(best) if label != 0 and (step == 0 or best[step - 1] != label)]
    confidence = float(numpy.mean([probabilities[step, best[step]] for step in kept])) if kept else 0.0
    return "".join("?0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[best[step]] for step in kept), confidence


@app.post("/extract")
async def extract(request: Request):
    # As the original's handlers, which are no coroutines: a thread per request.
    return await run_in_threadpool(extract_fields, await request.body())


def extract_fields(data: bytes):
    started = time.perf_counter()
    with torch.inference_mode():
        page = read_page(data)
        read = time.perf_counter()
        boxes = find_boxes(page)
        detected = time.perf_counter()
        number, number_confidence = read_text(page, boxes[0], register, 256)
        code, code_confidence = read_text(page, boxes[1], subject, 128)
    ended = time.perf_counter()
    return {
        "success": True,
        "register_number": number,
        "register_confidence": number_confidence,
        "subject_code": code,
        "subject_confidence": code_confidence,
        "timings_ms": {
            "read": (read - started) * 1000,
            "detect": (detected - read) * 1000,
            "recognise": (ended - detected) * 1000,
            "total": (ended - started) * 1000,
        },
    }
