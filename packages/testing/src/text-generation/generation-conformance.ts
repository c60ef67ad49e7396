import { describe } from "vitest";
import { testAiSdk } from "./ai-sdk.ts";
import type { GenerationSpace } from "./generation-space.ts";
import { testHuggingFaceClient } from "./hugging-face.ts";
import { testLangchain } from "./langchain.ts";
import { testOpenAiSdk } from "./openai-sdk.ts";
import { testOriginalWire } from "./original-wire.ts";
import { testTgiWire } from "./tgi-wire.ts";

const suites: Record<string, (target: GenerationSpace) => void> = {
  "OpenAI's SDK": testOpenAiSdk,
  "Hugging Face's client": testHuggingFaceClient,
  "the AI SDK": testAiSdk,
  LangChain: testLangchain,
  "text-generation-inference": testTgiWire,
  "the original client": testOriginalWire,
};

/**
 * What every Space that writes text must do, with the clients that people really use. It asks for nothing that a certain model
 * would say, so it runs on a test's generator and on a real model alike.
 * Run one suite with `vitest run PATH -t "the AI SDK"`.
 */
export function testGenerationConformance(target: GenerationSpace): void {
  describe.each(Object.entries(suites))("%s", (_name, testSuite) => {
    testSuite(target);
  });
}
