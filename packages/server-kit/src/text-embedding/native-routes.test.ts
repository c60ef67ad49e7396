import { embedTextResponse } from "@repo/contracts/embed-text";
import { int8Scale } from "@repo/contracts/output-types";
import { expect, test } from "vitest";
import { cosineSimilarity } from "./adapt-vector.ts";
import { createHashingEmbedder } from "./hashing-embedder.ts";
import { toBits, toInt8 } from "./vector-output.ts";
import { createEmbeddingServer, expectedVectors, fromBase64, model, toFloat32 } from "../../test/embedding-server.ts";

const { post, get, service } = createEmbeddingServer();
const longText = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");

async function embed(body: unknown) {
  const response = await post("/embed", body);
  expect(response.status).toBe(200);
  return embedTextResponse.parse(await response.json());
}

test.each(["texts", "text", "input", "sentences"])(
  "%s may be a string or a list, and the answer says which model made it",
  async (field) => {
    const many = await embed({ [field]: ["a bat", "a cat"] });
    const identity = (await service.embed({ texts: ["a"] })).identity;
    expect(many).toMatchObject({ ...identity, count: 2, truncated: [], usage: { tokens: 8 }, token_counts: [4, 4] });
    expect(toFloat32(many.embeddings as number[][])).toEqual(await expectedVectors(service, ["a bat", "a cat"]));
    const one = await embed({ [field]: "a bat" });
    expect(one.embedding).toEqual(one.embeddings[0]);
  },
);

test("inputs alone is TEI's form; beside a field of ours it is an alias", async () => {
  expect(await (await post("/embed", { inputs: ["a bat"] })).json()).toHaveLength(1);
  expect((await embed({ inputs: ["a bat"], encoding_format: "float" })).count).toBe(1);
});

test("two lists of texts are one too many", async () => {
  const response = await post("/embed", { texts: ["a"], inputs: ["b"] });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "invalid_request", message: "Send only one of texts, inputs." } });
});

test("normalize false gives the vector before it is scaled", async () => {
  const { embeddings } = await embed({ texts: ["a bat"], normalize: false });
  expect(toFloat32(embeddings as number[][])).toEqual(await expectedVectors(service, ["a bat"], false));
});

test("base64 holds the same float32 as the numbers", async () => {
  const { embeddings, embedding } = await embed({ text: "a bat", encoding_format: "base64" });
  expect([fromBase64(embeddings[0] as string)]).toEqual(await expectedVectors(service, ["a bat"]));
  expect(embedding).toBe(embeddings[0]);
});

test("what was cut is reported in the body and in a header, and refused when cutting is off", async () => {
  const response = await post("/embed", { texts: ["short", longText] });
  expect(await response.json()).toMatchObject({ truncated: [{ index: 1, tokens: 42 }], usage: { tokens: 3 + model.maxTokens } });
  expect(response.headers.get("x-truncated-inputs")).toBe("count=1; index=1; tokens=42");
  const refused = await post("/embed", { texts: [longText], truncate: false });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ error: { code: "input_too_long", details: { index: 0, tokens: 42 } } });
});

test("the end that is cut can be chosen", async () => {
  const [left, right] = await Promise.all(
    ["left", "right"].map((direction) => embed({ texts: [longText], truncation_direction: direction })),
  );
  expect(left?.embeddings).not.toEqual(right?.embeddings);
});

test.each([
  ["an empty list", { texts: [] }, 400, "invalid_request"],
  ["3,000 texts", { texts: Array.from({ length: 3000 }, () => "a") }, 413, "payload_too_large"],
  ["a number", { texts: 5 }, 400, "invalid_request"],
  ["a list with a hole", { texts: ["a", null] }, 400, "invalid_request"],
  ["token ids", { texts: [[1, 2]] }, 400, "invalid_request"],
  ["a prompt that is not there", { texts: ["a"], prompt_name: "query" }, 400, "invalid_request"],
  ["other dimensions", { texts: ["a"], dimensions: 8 }, 400, "invalid_request"],
  ["dimensions that are no length", { texts: ["a"], dimensions: -1 }, 400, "invalid_request"],
])("%s is refused", async (_name, body, status, code) => {
  const response = await post("/embed", body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code, retryable: false } });
});

test.each([
  ["an empty string", ""],
  ["white space", " \n\t "],
  ["a megabyte", "x".repeat(1_000_000)],
  ["NUL", "a\0b"],
  ["a lone surrogate", "a\ud800b"],
  ["a reversed pair", "\udc00\ud800"],
  ["emoji, joined", "👩‍👩‍👧‍👦"],
])("%s is a text like any other", async (_name, text) => {
  const { embeddings } = await embed({ texts: [text] });
  expect(toFloat32(embeddings as number[][])).toEqual(await expectedVectors(service, [text.toWellFormed()]));
});

test("2,048 texts are answered in order", async () => {
  const texts = Array.from({ length: 2048 }, (_, index) => `text ${index}`);
  const { embeddings, count } = await embed({ texts });
  expect(count).toBe(2048);
  expect(toFloat32(embeddings as number[][])).toEqual(await expectedVectors(service, texts));
});

async function ask(dimensionsPolicy: "ignore" | "adapt", dimensions: number) {
  const policed = createEmbeddingServer({ routes: { dimensionsPolicy } });
  return embedTextResponse.parse(await (await policed.post("/embed", { texts: ["a bat"], dimensions })).json());
}

test("vectors of 768 numbers fill a collection of 1,536 with every cosine as it was, whatever their length", async () => {
  const wide = createHashingEmbedder({ model: "wide", dimensions: 768 });
  const policed = createEmbeddingServer({ service: wide, routes: { dimensionsPolicy: "adapt" } });
  const texts = ["the cat sat", "the cat", "12 dogs bark at it"];
  for (const normalize of [true, false]) {
    const answer = embedTextResponse.parse(await (await policed.post("/embed", { texts, dimensions: 1536, normalize })).json());
    const filled = (answer.embeddings as number[][]).map((row) => Float32Array.from(row));
    const { vectors } = await wide.embed({ texts, normalize });
    for (const [row, vector] of vectors.entries()) {
      expect(filled[row]?.subarray(0, 768)).toEqual(vector);
      for (const [column, other] of vectors.entries()) {
        expect(cosineSimilarity(filled[row] as Float32Array, filled[column] as Float32Array)).toBe(cosineSimilarity(vector, other));
      }
    }
  }
});

test("a cut vector is scaled to length 1, unless vectors are to be left as they are", async () => {
  const policed = createEmbeddingServer({ routes: { dimensionsPolicy: "adapt" } });
  const [raw = []] = await expectedVectors(policed.service, ["a bat"], false);
  const answer = await (await policed.post("/embed", { text: "a bat", dimensions: 8, normalize: false })).json();
  expect(toFloat32([embedTextResponse.parse(answer).embedding as number[]])).toEqual([raw.slice(0, 8)]);
});

test("other dimensions are refused with the way out", async () => {
  const response = await post("/embed", { texts: ["a"], dimensions: 1536 });
  const { error } = (await response.json()) as { error: { message: string } };
  for (const advice of ["16 dimensions and not 1536", "DIMENSIONS_POLICY=adapt", "embedding_model_dims", "embedding_dims"]) {
    expect(error.message).toContain(advice);
  }
  const adapting = createEmbeddingServer({ routes: { dimensionsPolicy: "adapt" } });
  expect(await (await adapting.post("/embed", { texts: ["a"], dimensions: 8193 })).json()).toMatchObject({
    error: { message: expect.stringContaining("up to 8192") as string },
  });
});

test.each(["/embed", "/v1/embeddings"])("%s writes int8 and bits, as numbers or base64", async (path) => {
  const [own = []] = await expectedVectors(service, ["a bat"]);
  const vector = Float32Array.from(own);
  const read = async (fields: object) => {
    const answer = (await (await post(path, { input: "a bat", ...fields })).json()) as {
      embedding?: unknown;
      data?: [{ embedding: unknown }];
    };
    return answer.embedding ?? answer.data?.[0].embedding;
  };
  const int8 = toInt8(vector, int8Scale(model.dimensions));
  expect(await read({ output_type: "int8" })).toEqual([...int8]);
  expect(await read({ output_dtype: "int8", encoding_format: "base64" })).toBe(Buffer.from(int8).toString("base64"));
  expect(await read({ embedding_type: "ubinary" })).toEqual([...toBits(vector, "ubinary")]);
  expect(await read({ output_type: "binary" })).toEqual([...toBits(vector, "binary")]);
});

test("an answer says its output type and the scale of its int8, whose vectors are of length 1", async () => {
  const typed = await embed({ texts: ["a"], output_type: "int8" });
  expect(typed).toMatchObject({ dimensions: 16, output_type: "int8", scale: int8Scale(16) });
  expect(await embed({ texts: ["a"] })).not.toHaveProperty("output_type");
  const response = await post("/embed", { texts: ["a"], output_type: "int8", normalize: false });
  expect([response.status, await response.json()]).toMatchObject([400, { error: { details: { field: "normalize" } } }]);
});

test("the dimensions policy can ignore, cut or fill", async () => {
  expect(await ask("ignore", 8)).toMatchObject({ dimensions: 16 });
  const cut = (await ask("adapt", 8)).embeddings[0] as number[];
  expect([cut.length, Math.hypot(...cut)]).toEqual([8, expect.closeTo(1, 5)]);
  const filled = await ask("adapt", 24);
  const [own = []] = await expectedVectors(service, ["a bat"]);
  expect(filled).toMatchObject({
    dimensions: 24,
    embeddings: [[...own, 0, 0, 0, 0, 0, 0, 0, 0].map((value) => expect.closeTo(value, 6) as number)],
  });
});

test("requests and inputs are counted under TEI's names", async () => {
  const counting = createEmbeddingServer();
  await counting.post("/embed", { texts: ["a", "b"] });
  await counting.post("/v1/embeddings", { input: "a" });
  await counting.post("/embed", { texts: [] });
  const metrics = await (await counting.get("/metrics")).text();
  for (const line of [
    'te_request_count{method="batch"} 2',
    'te_request_count{method="single"} 1',
    "te_embed_success 3",
    'te_request_failure{err="validation"} 1',
    "te_queue_size 0",
  ]) {
    expect(metrics).toContain(line);
  }
});

test("the root of GET is not the root of POST", async () => {
  expect((await get("/")).status).toBe(405);
  expect((await post("/", { inputs: "a" })).status).toBe(200);
});
