import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { testSpaceConformance } from "@repo/testing/space-conformance";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";
import { models } from "./model.ts";

testSpaceConformance({
  configSchema,
  createApp,
  createService: async () => createHashingEmbedder({ model: models.full.id, dimensions: models.full.dimensions }),
  example: { path: "/embed", body: { texts: ["a film about a bat", "another"] } },
});
