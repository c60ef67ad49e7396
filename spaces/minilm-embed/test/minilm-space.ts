import { defineEmbeddingSpace } from "@repo/testing/text-embedding/embedding-space";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";

/** This Space with the committed pocket model, for the suites that every text-embedding Space runs. */
export const minilmSpace = defineEmbeddingSpace({
  folder: new URL("..", import.meta.url),
  configSchema,
  createApp,
  createService,
  info: { model: "outpost/pocket-minilm", dimensions: 384, maxTokens: 256, pooling: "mean" },
  names: { huggingFace: "sentence-transformers/all-MiniLM-L6-v2", ollama: "all-minilm" },
  nativeInputType: "passage",
  meanings: [
    ["A man is eating food.", "A man is having a meal.", "The stock market fell sharply today."],
    ["A woman plays the violin.", "The violinist is playing music.", "A cheetah chases its prey."],
    ["How do I reset my password?", "I forgot my password and cannot log in.", "The recipe needs two eggs and some flour."],
    [
      "a superhero in Gotham City fights crime at night",
      "a masked hero fights criminals in a dark city",
      "a documentary about coral reefs",
    ],
  ],
  meaningMargin: 0.1,
});
