/** @huggingface/inference against this Space: its root, and the paths that the package itself builds for the router. */
import { getProviderHelper, InferenceClient, InferenceClientProviderApiError } from "@huggingface/inference";
import { describe, expect, test } from "vitest";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { nearly } from "./nearly.ts";
import { createSpaceFixture } from "../space-fixture.ts";

const texts = ["A man is eating food.", "Someone is having lunch.", "A cheetah chases its prey."];
const key = "space-key";
/** Path of the router for a task, as the installed version of the package builds it. */
function routerPath(modelName: string, task: "feature-extraction" | "sentence-similarity"): string {
  const helper = getProviderHelper("hf-inference", task);
  return new URL(helper.makeUrl({ authMethod: "hf-token", model: modelName, task })).pathname;
}

async function failureOf(work: Promise<unknown>): Promise<InferenceClientProviderApiError> {
  const thrown = await work.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(InferenceClientProviderApiError);
  return thrown as InferenceClientProviderApiError;
}

/** @huggingface/inference: every address its users have, every task the model does, errors and keys. */
export function testHuggingFaceClient(target: EmbeddingSpace): void {
  const modelName = target.names.huggingFace;
  const open = createSpaceFixture(target);
  const locked = createSpaceFixture(target, { SPACE_API_KEYS: key });

  const paths = [
    "",
    "/",
    `/models/${modelName}`,
    `/models/${modelName}/pipeline/feature-extraction`,
    `/pipeline/feature-extraction/${modelName}`,
    `/hf-inference/models/${modelName}`,
  ];

  test("the router's path is one that the Space has", () => {
    expect(routerPath(modelName, "feature-extraction")).toBe(`/hf-inference/models/${modelName}/pipeline/feature-extraction`);
  });

  describe.each([...paths, routerPath(modelName, "feature-extraction"), routerPath(modelName, "sentence-similarity")])(
    "endpointUrl ending in %j",
    (path) => {
      test("featureExtraction gives a vector per text", async () => {
        const client = new InferenceClient("", { endpointUrl: `${open.url}${path}` });
        const { vectors } = await open.service.embed({ texts });
        expect(await client.featureExtraction({ inputs: texts })).toEqual(vectors.map(nearly));
      });

      test("featureExtraction of one string gives one flat vector", async () => {
        const client = new InferenceClient("", { endpointUrl: `${open.url}${path}` });
        const { vectors } = await open.service.embed({ texts: ["one"] });
        expect(await client.featureExtraction({ inputs: "one" })).toEqual(nearly(vectors[0]));
      });

      test("sentenceSimilarity gives the cosines, in order", async () => {
        const client = new InferenceClient("", { endpointUrl: `${open.url}${path}` });
        const [source = "", ...sentences] = texts;
        const scores = await client.sentenceSimilarity({ inputs: { source_sentence: source, sentences: [...sentences, source] } });
        const [first = new Float32Array(), ...rest] = (await open.service.embed({ texts: [source, ...sentences, source] })).vectors;
        const cosines = rest.map((vector) => {
          const dot = vector.reduce((sum, value, index) => sum + value * (first[index] ?? Number.NaN), 0);
          // Float32 vectors have length 1 up to a few units of the seventh digit only.
          return dot / (Math.hypot(...first) * Math.hypot(...vector));
        });
        expect(scores).toEqual(nearly(cosines));
        expect(scores[0]).toBeGreaterThan(scores[1] ?? 1);
      });
    },
  );

  test("a model's name beside the endpoint is ignored: the Space has one", async () => {
    const client = new InferenceClient("", { endpointUrl: open.url });
    expect(await client.featureExtraction({ model: "thenlper/gte-small", inputs: ["a"] })).toHaveLength(1);
  });

  test("normalize and truncate are followed", async () => {
    const client = new InferenceClient("", { endpointUrl: open.url });
    const { vectors } = await open.service.embed({ texts: texts.slice(0, 1), normalize: false });
    expect(await client.featureExtraction({ inputs: texts.slice(0, 1), normalize: false })).toEqual(vectors.map(nearly));
    expect(Math.abs(Math.hypot(...(vectors[0] ?? [])) - 1)).toBeGreaterThan(1e-3);
    const { maxTokens } = await open.service.info();
    const failure = await failureOf(client.featureExtraction({ inputs: "word ".repeat(maxTokens + 1), truncate: false }));
    expect(failure).toMatchObject({ httpResponse: { status: 422 }, message: expect.stringContaining(String(maxTokens)) as string });
  });

  describe("accessToken", () => {
    test("is the Space's key", async () => {
      expect(await new InferenceClient(key, { endpointUrl: locked.url }).featureExtraction({ inputs: ["a"] })).toHaveLength(1);
    });

    test("that is not the key is refused in words", async () => {
      const client = new InferenceClient(`hf_${key}`, { endpointUrl: locked.url });
      expect(await failureOf(client.featureExtraction({ inputs: ["a"] }))).toMatchObject({
        httpResponse: { status: 401, body: { error_type: "Unauthorized" } },
        message: "Failed to perform inference: The key is not one of this service's keys.",
      });
    });

    test("no token is refused with how to send one", async () => {
      const failure = await failureOf(new InferenceClient("", { endpointUrl: locked.url }).featureExtraction({ inputs: ["a"] }));
      expect(failure.message).toContain("Authorization: Bearer");
    });
  });

  test.each([
    ["an empty list", [], "empty"],
    ["a number", 5, "inputs must be a string or a list of strings"],
  ])("%s as inputs is told in the client's error", async (_name, inputs, words) => {
    const client = new InferenceClient("", { endpointUrl: open.url });
    const failure = await failureOf(client.featureExtraction({ inputs: inputs as string[] }));
    expect(failure.message).toContain(words);
    expect(failure.httpResponse).toMatchObject({ status: 422, requestId: expect.stringMatching(/\S/) as string });
  });
}
