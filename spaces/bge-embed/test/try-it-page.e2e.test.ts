import { testTryItPage } from "@repo/testing/text-embedding/try-it-page";
import { createApp } from "../src/app.ts";
import { configSchema } from "../src/config.ts";

testTryItPage({ createApp, configSchema, dimensions: 768 });
