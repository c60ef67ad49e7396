/** The clients that people use, against the Space with its real engine and the committed model. */
import { fileURLToPath } from "node:url";
import { testGenerationConformance } from "@repo/testing/text-generation/generation-conformance";
import { defineGenerationSpace } from "@repo/testing/text-generation/generation-space";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";
import { createService } from "../src/service.ts";

const dataDirectory = fileURLToPath(new URL("../.cache", import.meta.url));

testGenerationConformance(defineGenerationSpace({ configSchema, createApp, createService }, { DATA_DIRECTORY: dataDirectory }));
