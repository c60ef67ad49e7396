import { describe, expect, test } from "vitest";
import { testBadInput } from "./bad-input.ts";
import { testBrowserAccess } from "./browser-access.ts";
import { testBusySpace } from "./busy-space.ts";
import type { EmbeddingSpace } from "./embedding-space.ts";
import { testHuggingFaceClient } from "./hugging-face-client.ts";
import { testLangchainClient } from "./langchain-client.ts";
import { testOllamaClient } from "./ollama-client.ts";
import { testOpenAiClient } from "./openai-client.ts";
import { testSameVector } from "./same-vector.ts";
import { createSpaceFixture } from "../space-fixture.ts";
import { testTeiWire } from "./tei-wire.ts";

const suites: Record<string, (target: EmbeddingSpace) => void> = {
  "a busy Space": testBusySpace,
  "bad input": testBadInput,
  "OpenAI's SDK": testOpenAiClient,
  "one text, one vector": testSameVector,
  "text-embeddings-inference": testTeiWire,
  LangChain: testLangchainClient,
  Ollama: testOllamaClient,
  "Hugging Face's client": testHuggingFaceClient,
  "a browser": testBrowserAccess,
};

/**
 * What every text-embedding Space must do, with the model it really has and the clients that people really use.
 * Run one suite with `vitest run PATH -t "OpenAI's SDK"`.
 */
export function testEmbeddingConformance(target: EmbeddingSpace): void {
  describe("the model", () => {
    const space = createSpaceFixture(target);
    test("is the one that the Space names", async () => {
      expect(await space.service.info()).toMatchObject(target.info);
    });
  });
  describe.each(Object.entries(suites))("%s", (_name, testSuite) => {
    testSuite(target);
  });
}
