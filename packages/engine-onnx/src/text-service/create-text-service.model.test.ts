import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalHub, localCommit, sha256, startLocalHub } from "../../test/local-hub.ts";
import { encodeConfig, encodeSafetensors, makeTinyBert } from "../../test/tiny-bert.ts";
import type { BertConfig } from "../graph/bert-config.ts";
import type { TextModel } from "../text-model.ts";
import { createTextService, type TextService } from "./create-text-service.ts";
import type { SpaceModels, TextServiceOptions } from "./text-service-options.ts";

const config: BertConfig = {
  layers: 1,
  heads: 2,
  hiddenSize: 8,
  intermediateSize: 16,
  vocabularySize: 30_600,
  maxPositions: 64,
  layerNormEpsilon: 1e-12,
  activation: "gelu",
};
const pocketDirectory = fileURLToPath(new URL("../../../../models/pocket-minilm/", import.meta.url));
let hub: LocalHub;
let directory: string;
let started: TextService[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-text-service-"));
  started = [];
  hub = await startLocalHub();
  hub.behaviour.token = "hf_test";
  const add = (path: string, content: Buffer | string, isLarge = false) => hub.files.set(path, { content: Buffer.from(content), isLarge });
  add("config.json", encodeConfig(config));
  add("tokenizer.json", await readFile(join(pocketDirectory, "tokenizer.json")));
  add("model.safetensors", encodeSafetensors(makeTinyBert(config)), true);
});

afterEach(async () => {
  await Promise.all(started.map((service) => service.close()));
  await hub.close();
  await rm(directory, { recursive: true, force: true });
});

function facts(revision = localCommit): TextModel {
  const files = ["config.json", "tokenizer.json", "model.safetensors"].map((path) => {
    const { content } = hub.files.get(path) as { content: Buffer };
    return { path, sha256: sha256(content), bytes: content.byteLength };
  });
  const prompts = { query: "search: " };
  const shape = { dimensions: 8, maxTokens: 32, pooling: "cls" as const, prompts };
  return { id: "owner/model", repository: "owner/model", revision, ...shape, licence: "MIT", source: "test", files };
}

async function start(options: TextServiceOptions, models: SpaceModels = { full: facts(), pocketDirectory }): Promise<TextService> {
  const service = await createTextService(models, {
    dataDirectory: directory,
    hubHome: join(directory, "empty"),
    workers: 1,
    hub: { endpoint: hub.endpoint, token: "hf_test", maxAttempts: 1 },
    ...options,
  });
  started.push(service);
  return service;
}

test("without a choice the pocket model is served, and the status names it, its files and what it runs on", async () => {
  const service = await start({});
  await service.probe();
  expect(service.status()).toMatchObject({
    model: { model: "outpost/pocket-minilm", dimensions: 384 },
    profile: "pocket",
    files: [
      { path: "model.onnx", state: "ok" },
      { path: "tokenizer.json", state: "ok" },
    ],
    workers: [{ id: 0, state: "idle", restarts: 0 }],
  });
  expect(hub.seen).toEqual([]);
});

test("the full model is fetched with the token and built in a thread, and served from its folder the next time", async () => {
  const first = await start({ profile: "full" });
  expect(first.status()).toMatchObject({ profile: "full", precision: "int8-static", model: { model: "owner/model", dimensions: 8 } });
  const { vectors } = await first.embed({ texts: ["a cat"] });
  expect(vectors[0]).toHaveLength(8);
  const requests = hub.seen.length;
  const second = await start({ profile: "full" });
  expect((await second.embed({ texts: ["a cat"] })).vectors[0]).toEqual(vectors[0]);
  expect(hub.seen).toHaveLength(requests);
});

test("a prepared folder under any name, as an image holds it, is known for what it is", async () => {
  const image = join(directory, "app-model");
  await cp(pocketDirectory, image, { recursive: true, filter: (source) => !/cache|safetensors/.test(source) });
  expect((await start({ preparedDirectory: image })).status().profile).toBe("pocket");
  await start({ profile: "full" });
  const [prepared] = (await readdir(join(directory, "models"))).filter((name) => name.startsWith("owner--model"));
  const folder = join(directory, "models", prepared as string);
  expect((await start({ profile: "full", preparedDirectory: folder })).status().profile).toBe("full");
});

test("another revision of the declared model keeps its declared prompts, another repository has its own", async () => {
  const older = { full: facts("f".repeat(40)), pocketDirectory };
  const sameRepository = await start({ profile: "full", revision: localCommit }, older);
  expect(await sameRepository.info()).toMatchObject({ revision: localCommit, promptNames: ["query"] });
  const other = { full: { ...facts(), id: "else/where", repository: "else/where" }, pocketDirectory };
  const otherRepository = await start({ repository: "owner/model" }, other);
  expect(await otherRepository.info()).toMatchObject({ model: "owner/model", promptNames: [] });
  expect(otherRepository.status().profile).toBe("custom");
});

test("a Git LFS pointer in place of the weights is named with its file, never with the folder", async () => {
  const broken = join(directory, "broken");
  await cp(pocketDirectory, broken, { recursive: true, filter: (source) => !/cache|safetensors/.test(source) });
  await writeFile(join(broken, "model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 15000000\n");
  const refusal = await start({ preparedDirectory: broken }).catch((thrown: unknown) => thrown);
  expect(refusal).toMatchObject({
    code: "model_unavailable",
    message: expect.stringMatching(/model\.onnx is a Git LFS pointer/) as string,
  });
  expect((refusal as Error).message).not.toContain(directory);
});

test("a Hub that cannot be reached is the reason given, also from inside the thread", async () => {
  const nowhere = { endpoint: "http://127.0.0.1:9", maxAttempts: 1 };
  await expect(start({ profile: "full", hub: nowhere })).rejects.toMatchObject({ code: "model_unavailable" });
  await expect(start({ profile: "full", hub: { endpoint: hub.endpoint, maxAttempts: 1 } })).rejects.toMatchObject({
    code: "model_unavailable",
    message: expect.stringContaining("HF_TOKEN") as string,
  });
});
