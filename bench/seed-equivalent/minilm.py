"""The kind of embedding server that this project replaces, as plainly as people write it.

FastAPI and sentence-transformers: the model is loaded when the module is, and `encode` runs inside the async
handler, so that the event loop (and with it /health) stands still while a text is embedded. No batching across
requests, no limits, no cache.

    MODEL_PATH=... python -m uvicorn minilm:app --host 127.0.0.1 --port 8000
"""

import os

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer

MODEL_NAME = "sentence-transformers/all-MiniLM-L6-v2"

app = FastAPI()
model = SentenceTransformer(os.environ.get("MODEL_PATH", MODEL_NAME), device="cpu")


class EmbedRequest(BaseModel):
    texts: list[str]


@app.get("/health")
async def health():
    return {"status": "ok", "model": MODEL_NAME}


@app.post("/embed")
async def embed(request: EmbedRequest):
    if not request.texts:
        raise HTTPException(status_code=500, detail="no texts")
    return {"embeddings": model.encode(request.texts).tolist()}
