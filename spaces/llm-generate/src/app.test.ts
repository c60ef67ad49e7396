import { createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import { testSpaceConformance } from "@repo/testing/space-conformance";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";

testSpaceConformance({
  configSchema,
  createApp,
  createService: async () => await Promise.resolve(createChainGenerator()),
  example: { path: "/generate-text", body: { prompt: "A small lamp", max_new_tokens: 8, temperature: 0 } },
});
