import { testSpaceConformance } from "@repo/testing/space-conformance";
import { createApp } from "./app.ts";
import { configSchema } from "./config.ts";
import { createService } from "./service.ts";

testSpaceConformance({
  configSchema,
  createApp,
  createService,
  example: { path: "/embed", body: { texts: ["the cat sat", "on the mat"] } },
});
