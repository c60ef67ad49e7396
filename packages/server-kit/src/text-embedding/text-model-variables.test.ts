import { expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "../load-config.ts";
import { textModelVariables, toTextModelOptions } from "./text-model-variables.ts";

const schema = z.object(textModelVariables("owner/model"));

test("no variables mean the same as an empty environment: the pocket model with every default", () => {
  expect(toTextModelOptions({})).toEqual(toTextModelOptions(loadConfig(schema, {})));
  expect(toTextModelOptions({})).toMatchObject({ profile: "pocket", precision: "int8-static", cacheBytes: 16 * 1024 * 1024 });
});

test("the options are plain values that a thread can be given, the token among them", () => {
  const options = toTextModelOptions(
    loadConfig(schema, { MODEL: "full", HF_TOKEN: "hf_x", HF_ENDPOINT: "https://mirror.example/", WORKERS: "2", CACHE_MB: "0" }),
  );
  expect(structuredClone(options)).toEqual(options);
  expect(options).toMatchObject({ profile: "full", hub: { endpoint: "https://mirror.example", token: "hf_x" }, workers: 2, cacheBytes: 0 });
});
