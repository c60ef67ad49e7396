import { featureExtractionResponse } from "@repo/contracts/hugging-face";
import { ollamaEmbedResponse, ollamaShowResponse, ollamaTagsResponse } from "@repo/contracts/ollama";
import { openAiEmbeddingsResponse, openAiModel, openAiModelList } from "@repo/contracts/openai-embeddings";
import { teiEmbedAllResponse, teiEmbedResponse, teiInfoResponse, teiSimilarityResponse, teiTokenizeResponse } from "@repo/contracts/tei";
import { describe, expect, test } from "vitest";
import { createEmbeddingServer, expectedVectors, fromBase64, model, toFloat32 } from "../../test/embedding-server.ts";
import { cosineSimilarity } from "./adapt-vector.ts";

const { post, get, service } = createEmbeddingServer();
const texts = ["a bat", "a cat sat"];
const longText = Array.from({ length: 40 }, (_, index) => `word${index}`).join(" ");

async function expectAnswer(response: Response): Promise<unknown> {
  expect(response.status).toBe(200);
  return response.json();
}

async function cosines(source: string, others: string[]): Promise<number[]> {
  const [first = new Float32Array(), ...rest] = (await service.embed({ texts: [source, ...others] })).vectors;
  return rest.map((vector) => cosineSimilarity(first, vector));
}

describe("text-embeddings-inference", () => {
  test("/embed answers a list of vectors, also for one input, with the timings in headers", async () => {
    const response = await post("/embed", {
      inputs: "a bat",
      truncate: true,
      truncation_direction: "Right",
      prompt_name: null,
      normalize: null,
    });
    expect(toFloat32(teiEmbedResponse.parse(await expectAnswer(response)))).toEqual(await expectedVectors(service, ["a bat"]));
    for (const name of [
      "x-compute-type",
      "x-compute-time",
      "x-compute-characters",
      "x-compute-tokens",
      "x-total-time",
      "x-tokenization-time",
      "x-queue-time",
      "x-inference-time",
    ]) {
      expect(`${name}: ${response.headers.get(name)}`).toMatch(/: (?:cpu|\d+)$/);
    }
    expect(response.headers.get("x-compute-tokens")).toBe("4");
  });

  test("token ids of the model's own vocabulary stand for their text, one list or several", async () => {
    const ids = service.tokenize("a bat", { addSpecialTokens: false }).map(({ id }) => id);
    const expected = await expectedVectors(service, ["a bat"]);
    expect(toFloat32(teiEmbedResponse.parse(await expectAnswer(await post("/embed", { inputs: ids }))))).toEqual(expected);
    expect(toFloat32(teiEmbedResponse.parse(await expectAnswer(await post("/embed", { inputs: [ids, "a bat"] }))))).toEqual([
      ...expected,
      ...expected,
    ]);
  });

  test("/embed_all gives a vector per token, special tokens included", async () => {
    const answer = teiEmbedAllResponse.parse(await expectAnswer(await post("/embed_all", { inputs: texts })));
    expect(answer.map((rows) => rows.length)).toEqual([4, 5]);
    expect(answer.flat().every((row) => row.length === model.dimensions)).toBe(true);
  });

  test("/similarity gives cosines in order", async () => {
    const answer = teiSimilarityResponse.parse(
      await expectAnswer(await post("/similarity", { inputs: { source_sentence: "a bat", sentences: ["a bat", "a cat sat"] } })),
    );
    expect(answer).toEqual((await cosines("a bat", ["a bat", "a cat sat"])).map((value) => expect.closeTo(value, 6) as number));
    expect(answer[0]).toBeCloseTo(1, 6);
  });

  test("/tokenize and /decode are each other's inverse", async () => {
    const [tokens = []] = teiTokenizeResponse.parse(await expectAnswer(await post("/tokenize", { inputs: "a bat" })));
    expect(tokens.map(({ text, special, start, stop }) => [text, special, start, stop])).toEqual([
      ["[CLS]", true, null, null],
      ["a", false, 0, 1],
      ["bat", false, 2, 5],
      ["[SEP]", true, null, null],
    ]);
    const ids = tokens.map(({ id }) => id);
    expect(await expectAnswer(await post("/decode", { ids }))).toEqual(["a bat"]);
    expect(await expectAnswer(await post("/decode", { ids: [ids, ids], skip_special_tokens: false }))).toEqual([
      "[CLS] a bat [SEP]",
      "[CLS] a bat [SEP]",
    ]);
    const [plain = []] = teiTokenizeResponse.parse(
      await expectAnswer(await post("/tokenize", { inputs: ["a bat"], add_special_tokens: false })),
    );
    expect(plain).toHaveLength(2);
  });

  test("/info names the model and the limits that clients read", async () => {
    expect(teiInfoResponse.parse(await expectAnswer(await get("/info")))).toMatchObject({
      model_id: model.name,
      max_input_length: model.maxTokens,
      max_client_batch_size: 2048,
      model_type: { embedding: { pooling: "mean" } },
      version: "1.2.3",
    });
  });

  test("/ping follows readiness", async () => {
    expect((await get("/ping")).status).toBe(200);
    const hung = createEmbeddingServer({ server: { ready: () => ({ ready: false, stage: "degraded", reason: "hung" }) } });
    expect((await hung.get("/ping")).status).toBe(503);
  });

  test.each([
    ["/embed", { inputs: [] }, 400, "Empty"],
    ["/embed", { inputs: {} }, 422, "Validation"],
    ["/embed", { inputs: "a", truncation_direction: "up" }, 422, "Validation"],
    ["/embed", { inputs: "a", prompt_name: "query" }, 422, "Validation"],
    ["/embed", { inputs: [[999_999]] }, 422, "Validation"],
    ["/embed", { inputs: longText, truncate: false }, 422, "Validation"],
    ["/embed_all", { inputs: Array.from({ length: 33 }, () => "a") }, 413, "Validation"],
    ["/similarity", { inputs: { source_sentence: "a", sentences: [] } }, 400, "Empty"],
    ["/decode", { ids: [999_999] }, 422, "Validation"],
  ])("POST %s %o is refused in TEI's shape", async (path, body, status, kind) => {
    const response = await post(path, body);
    expect([response.status, await response.json()]).toEqual([status, { error: expect.any(String) as string, error_type: kind }]);
  });
});

test.each([
  ["/v1/embeddings", { input: "a" }, { error: { type: "authentication_error", code: "unauthorized", param: null } }],
  ["/embed", { text: "a" }, { error: { code: "unauthorized", retryable: false } }],
  ["/similarity", { inputs: { source_sentence: "a", sentences: ["b"] } }, { error_type: "Unauthorized" }],
  ["/models/outpost/example", { inputs: "a" }, { error_type: "Unauthorized" }],
  ["/api/embed", { input: "a" }, { error: expect.stringContaining("key") as string }],
])("%s tells a missing and a wrong key in its family's shape", async (path, body, shape) => {
  const { Secret } = await import("../secret.ts");
  const locked = createEmbeddingServer({ server: { apiKeys: [new Secret("k")] } });
  for (const headers of [{}, { authorization: "Bearer wrong" }]) {
    const refused = await locked.post(path, body, headers);
    expect([refused.status, await refused.json()]).toMatchObject([401, shape]);
    expect(refused.headers.get("www-authenticate")).toBe("Bearer");
  }
  expect((await locked.post(path, body, { authorization: "Bearer k" })).status).toBe(200);
});

describe("OpenAI", () => {
  test.each(["/v1/embeddings", "/embeddings"])("%s answers numbers, or base64 when asked", async (path) => {
    const answer = openAiEmbeddingsResponse.parse(await expectAnswer(await post(path, { model: "anything", input: texts })));
    expect(answer.data.map(({ index }) => index)).toEqual([0, 1]);
    expect(toFloat32(answer.data.map(({ embedding }) => embedding as number[]))).toEqual(await expectedVectors(service, texts));
    expect(answer).toMatchObject({ object: "list", model: model.name, usage: { prompt_tokens: 9, total_tokens: 9 } });
    const packed = openAiEmbeddingsResponse.parse(
      await expectAnswer(await post(path, { model: "anything", input: "a bat", encoding_format: "base64" })),
    );
    expect(fromBase64(packed.data[0]?.embedding as string)).toEqual((await expectedVectors(service, ["a bat"]))[0]);
  });

  test.each([[[1, 2, 3]], [[[1, 2, 3], [4]]]])(
    "token ids %j, LangChain's default, are refused with the name of the switch",
    async (input) => {
      const response = await post("/v1/embeddings", { model: "any", input });
      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        error: {
          message: expect.stringContaining("check_embedding_ctx_length") as string,
          type: "invalid_request_error",
          param: "input",
          code: "invalid_request",
        },
      });
    },
  );

  test("dimensions may be the model's own", async () => {
    expect((await post("/v1/embeddings", { input: "a", dimensions: model.dimensions })).status).toBe(200);
    const refused = await post("/v1/embeddings", { input: "a", dimensions: 1536 });
    expect([refused.status, await refused.json()]).toEqual([400, { error: expect.objectContaining({ param: "dimensions" }) as object }]);
  });

  test("the model is listed, with its dimensions, and found by its name, encoded or not", async () => {
    expect(openAiModelList.parse(await expectAnswer(await get("/v1/models"))).data).toMatchObject([
      { id: model.name, dimensions: model.dimensions },
    ]);
    for (const id of [model.name, encodeURIComponent(model.name)])
      expect(openAiModel.parse(await expectAnswer(await get(`/v1/models/${id}`))).id).toBe(model.name);
    const other = await get("/v1/models/gpt");
    expect([other.status, await other.json()]).toMatchObject([404, { error: { code: "not_found", type: "invalid_request_error" } }]);
  });

  test("a wrong key, and a path that is not there, are told in OpenAI's shape", async () => {
    const { Secret } = await import("../secret.ts");
    const locked = createEmbeddingServer({ server: { apiKeys: [new Secret("k")] } });
    const refused = await locked.post("/v1/embeddings", { input: "a" });
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: { type: "authentication_error", code: "unauthorized" } }]);
    expect(await (await post("/v1/chat/completions", {})).json()).toMatchObject({
      error: { code: "not_found", type: "invalid_request_error" },
    });
  });
});

describe("Hugging Face", () => {
  test.each([
    "/",
    "/models/outpost/example",
    "/models/outpost/example/pipeline/feature-extraction",
    "/pipeline/feature-extraction/outpost/example",
    "/hf-inference/models/outpost/example/pipeline/feature-extraction",
  ])("POST %s tells the task by the body", async (path) => {
    const many = featureExtractionResponse.parse(
      await expectAnswer(await post(path, { inputs: texts, options: { wait_for_model: true } })),
    );
    expect(toFloat32(many as number[][])).toEqual(await expectedVectors(service, texts));
    const one = featureExtractionResponse.parse(await expectAnswer(await post(path, { inputs: "a bat" })));
    expect(toFloat32([one as number[]])).toEqual(await expectedVectors(service, ["a bat"]));
    const similar = await expectAnswer(await post(path, { inputs: { source_sentence: "a bat", sentences: texts }, parameters: {} }));
    expect(similar).toEqual((await cosines("a bat", texts)).map((value) => expect.closeTo(value, 6) as number));
  });

  test("a wrong body is told as error and error_type", async () => {
    const response = await post("/", { inputs: 5 });
    expect([response.status, await response.json()]).toEqual([422, { error: expect.any(String) as string, error_type: "Validation" }]);
  });
});

describe("Ollama", () => {
  test("/api/embed answers vectors, and an empty list for nothing", async () => {
    const answer = ollamaEmbedResponse.parse(
      await expectAnswer(await post("/api/embed", { model: "all-minilm", input: texts, keep_alive: "5m", options: {} })),
    );
    expect(toFloat32(answer.embeddings)).toEqual(await expectedVectors(service, texts));
    expect(answer).toMatchObject({ model: "all-minilm", prompt_eval_count: 9 });
    for (const body of [{ input: [] }, {}]) expect(await expectAnswer(await post("/api/embed", body))).toMatchObject({ embeddings: [] });
  });

  test("/api/embeddings answers one", async () => {
    const [expected] = await expectedVectors(service, ["a bat"]);
    const { embedding } = (await expectAnswer(await post("/api/embeddings", { prompt: "a bat" }))) as { embedding: number[] };
    expect(embedding.map(Math.fround)).toEqual(expected);
  });

  test("bodies are read as JSON whatever their type says, as Ollama does", async () => {
    expect((await post("/api/embed", { input: "a" }, { "content-type": "application/x-www-form-urlencoded" })).status).toBe(200);
  });

  test("over-long input is 400 when cutting is off, and errors are a string", async () => {
    const response = await post("/api/embed", { input: longText, truncate: false });
    expect([response.status, await response.json()]).toEqual([400, { error: expect.stringContaining("42 tokens") as string }]);
  });

  test("the model can be listed, shown and pulled", async () => {
    expect(ollamaTagsResponse.parse(await expectAnswer(await get("/api/tags"))).models[0]?.name).toBe(model.name);
    expect(ollamaShowResponse.parse(await expectAnswer(await post("/api/show", { model: model.name }))).capabilities).toEqual([
      "embedding",
    ]);
    expect(await expectAnswer(await post("/api/pull", { model: "all-minilm" }))).toEqual({ status: "success" });
    expect(await expectAnswer(await get("/api/version"))).toEqual({ version: "1.2.3" });
  });
});
