"""The kind of server that siglip-embed replaces, as plainly as people write it.

FastAPI and transformers' SiglipModel in PyTorch, floats of 32 bits, one image at a time: what the
original did in its own process ("local mode") and expected of the hosted API ("remote mode"),
POST /models/{id} with the bytes of an image, answered with a list of vectors.

    WEIGHTS=<folder> THREADS=2 python -m uvicorn siglip:app --host 127.0.0.1 --port 8000
"""

import io
import os

import torch
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image
from transformers import SiglipModel
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count() or 1)))
weights = os.environ["WEIGHTS"]
model = SiglipModel.from_pretrained(weights, dtype=torch.float32).eval()
size = model.config.vision_config.image_size
processor = SiglipImageProcessorPil(size={"height": size, "width": size}, resample=2, image_mean=[0.5] * 3, image_std=[0.5] * 3)
app = FastAPI()


@torch.inference_mode()
def embed(data):
    """One vector of length 1."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    features = model.get_image_features(**processor(images=image, return_tensors="pt")).pooler_output
    return torch.nn.functional.normalize(features, dim=-1)[0].tolist()


@app.get("/health")
def health():
    """The model is loaded before the server listens."""
    return {"status": "ok"}


@app.post("/models/{owner}/{name}")
async def infer(request: Request):
    """One image in the body."""
    return [await run_in_threadpool(embed, await request.body())]
