import { createChainGenerator } from "@repo/testing/text-generation/chain-generator";
import { testGenerationConformance } from "@repo/testing/text-generation/generation-conformance";
import { defineGenerationSpace } from "@repo/testing/text-generation/generation-space";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";

testGenerationConformance(
  defineGenerationSpace({ configSchema, createApp, createService: async () => await Promise.resolve(createChainGenerator()) }),
);
