import { defineEmbeddingSpace } from "@repo/testing/text-embedding/embedding-space";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";

/** This Space with the committed pocket model, for the suites that every text-embedding Space runs. */
export const bgeSpace = defineEmbeddingSpace({
  folder: new URL("..", import.meta.url),
  configSchema,
  createApp,
  createService,
  info: { model: "outpost/pocket-bge", dimensions: 768, maxTokens: 512, pooling: "cls" },
  names: { huggingFace: "BAAI/bge-base-en-v1.5", ollama: "bge-base" },
  nativeInputType: "query",
  meanings: [
    ["How do I reset my password?", "I forgot my password and cannot log in.", "The recipe needs two eggs and some flour."],
    ["Where does her sister live?", "Her sister has a flat in Lisbon.", "The stock market fell sharply today."],
    ["A woman plays the violin.", "The violinist is playing music.", "A cheetah chases its prey."],
    ["She was promoted to head of sales.", "She leads the sales department now.", "The river flooded the village."],
  ],
  meaningMargin: 0.1,
});
