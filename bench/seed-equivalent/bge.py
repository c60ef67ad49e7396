"""The kind of BGE server that this project replaces, as plainly as people write it: OpenAI's route, one text at a time.

FastAPI and sentence-transformers: `encode` runs inside the async handler, once per text of a request, and the query
instruction goes before everything, passages too.

    MODEL_PATH=... python -m uvicorn bge:app --host 127.0.0.1 --port 8000
"""

import os

from fastapi import FastAPI
from pydantic import BaseModel
from sentence_transformers import SentenceTransformer, models

MODEL_NAME = "BAAI/bge-base-en-v1.5"
INSTRUCTION = "Represent this sentence for searching relevant passages: "

app = FastAPI()
encoder = models.Transformer(os.environ.get("MODEL_PATH", MODEL_NAME), max_seq_length=512)
pooling = models.Pooling(encoder.get_word_embedding_dimension(), pooling_mode="cls")
model = SentenceTransformer(modules=[encoder, pooling, models.Normalize()], device="cpu")


class EmbeddingsRequest(BaseModel):
    input: str | list[str]
    model: str


@app.get("/health")
async def health():
    return {"status": "healthy", "model_name": MODEL_NAME}


@app.post("/v1/embeddings")
async def embeddings(request: EmbeddingsRequest):
    texts = [request.input] if isinstance(request.input, str) else request.input
    prompted = [INSTRUCTION + text for text in texts]
    data = [
        {"object": "embedding", "index": index, "embedding": model.encode(text).tolist()}
        for index, text in enumerate(prompted)
    ]
    words = sum(len(text.split()) for text in prompted)
    usage = {"prompt_tokens": words, "total_tokens": words}
    return {"object": "list", "data": data, "model": request.model, "usage": usage}
