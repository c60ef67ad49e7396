/**
 * What one writes with @huggingface/transformers: the same framework and HTTP server as the Space, and the library's own
 * pipeline, behind our own route and OpenAI's. `MODEL_FOLDER/MODEL_NAME` holds config.json, tokenizer.json and onnx/model.onnx or onnx/model_quantized.onnx.
 */
import { serve } from "@hono/node-server";
import { env, pipeline } from "@huggingface/transformers";
import { Hono } from "hono";

const { MODEL_FOLDER = "", MODEL_NAME = "", DTYPE = "q8", PORT = "8000", PROMPT = "" } = process.env;
/** The pipeline pads all texts of a call to the longest; sentence-transformers' default batch keeps its memory in bounds. */
const batchSize = 32;
const pooling = process.env.POOLING === "cls" ? "cls" : "mean";

env.allowRemoteModels = false;
env.localModelPath = MODEL_FOLDER;
const extract = await pipeline("feature-extraction", MODEL_NAME, { dtype: DTYPE === "fp32" ? "fp32" : "q8", device: "cpu" });

async function embed(texts: readonly string[]): Promise<number[][]> {
  const embeddings: number[][] = [];
  for (let start = 0; start < texts.length; start += batchSize) {
    const batch = texts.slice(start, start + batchSize).map((text) => PROMPT + text);
    const output = await extract(batch, { pooling, normalize: true });
    embeddings.push(...(output.tolist() as number[][]));
  }
  return embeddings;
}

const app = new Hono();
app.get("/health", (c) => c.json({ status: "ok" }));
app.post("/embed", async (c) => {
  const { texts } = await c.req.json<{ texts: string[] }>();
  return c.json({ embeddings: await embed(texts) });
});
app.post("/v1/embeddings", async (c) => {
  const { input, model } = await c.req.json<{ input: string[]; model: string }>();
  const data = (await embed(input)).map((embedding, index) => ({ object: "embedding", index, embedding }));
  return c.json({ object: "list", data, model });
});
const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(PORT) });
process.once("SIGTERM", () => server.close(() => process.exit(0)));
