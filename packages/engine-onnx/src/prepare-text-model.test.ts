import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalHub, localCommit, sha256, startLocalHub } from "../test/local-hub.ts";
import { encodeConfig, encodeSafetensors, makeTinyBert } from "../test/tiny-bert.ts";
import type { BertConfig } from "./graph/bert-config.ts";
import { canInt8Saturate } from "./graph/int8-saturation.ts";
import { describeHubTextModel } from "./prepare-hub-description.ts";
import { loadPreparedTextModel } from "./load-prepared-text-model.ts";
import { prepareTextModel } from "./prepare-text-model.ts";
import type { TextModel } from "./text-model.ts";

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
// The real tokenizer of the pocket model: 30,522 pieces.
const tokenizerPath = fileURLToPath(new URL("../../../models/pocket-minilm/tokenizer.json", import.meta.url));
let hub: LocalHub;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-prepare-"));
  hub = await startLocalHub();
  const add = (path: string, content: Buffer | string, isLarge = false) => hub.files.set(path, { content: Buffer.from(content), isLarge });
  add("config.json", encodeConfig(config));
  add("tokenizer.json", await readFile(tokenizerPath));
  add("model.safetensors", encodeSafetensors(makeTinyBert(config)), true);
});

afterEach(async () => {
  await hub.close();
  await rm(directory, { recursive: true, force: true });
});

function facts(): TextModel {
  const files = ["config.json", "tokenizer.json", "model.safetensors"].map((path) => {
    const { content } = hub.files.get(path) as { content: Buffer };
    return { path, sha256: sha256(content), bytes: content.byteLength };
  });
  return {
    id: "owner/model",
    repository: "owner/model",
    revision: localCommit,
    dimensions: 8,
    maxTokens: 32,
    pooling: "mean",
    prompts: {},
    licence: "Apache-2.0",
    source: "test",
    files,
  };
}

const prepare = (model = facts()) =>
  prepareTextModel({ model, directory, hub: { endpoint: hub.endpoint, maxAttempts: 2, retryDelayMs: 1 } });

test("a model is downloaded, built and left as a folder that holds just what is served", async () => {
  const prepared = await prepare();
  expect(prepared.precision).toBe("int8-static");
  expect(prepared.files.map(({ path, state }) => [path, state])).toEqual([
    ["model.onnx", "ok"],
    ["model.onnx.data", "ok"],
    ["tokenizer.json", "ok"],
  ]);
  expect(await readdir(prepared.directory)).toEqual(["model.json", "model.onnx", "model.onnx.data", "tokenizer.json"]);
  expect(await readdir(join(directory, "downloads"))).toEqual([]);
});

test("the second time nothing is fetched or built", async () => {
  const first = await prepare();
  const requests = hub.seen.length;
  expect(await prepare()).toEqual(first);
  expect(hub.seen).toHaveLength(requests);
});

test("two processes that prepare the same model at once end with one folder", async () => {
  const [first, second] = await Promise.all([prepare(), prepare()]);
  expect(first).toEqual(second);
  expect((await readdir(directory)).filter((name) => name.startsWith("owner"))).toHaveLength(1);
});

test("a prepared folder that was damaged is built again", async () => {
  const { onnxPath } = await prepare();
  await writeFile(onnxPath, "damaged");
  const again = await prepare();
  expect(again.files.every(({ state }) => state === "ok")).toBe(true);
});

test("each way a file can be wrong is named when a folder is opened", async () => {
  const { directory: folder, onnxPath, tokenizerPath: tokenizer } = await prepare();
  const size = (await readFile(tokenizer)).byteLength;
  await writeFile(onnxPath, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  await writeFile(tokenizer, Buffer.alloc(size));
  await rm(`${onnxPath}.data`);
  const error = await loadPreparedTextModel(folder).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: "model_unavailable",
    details: { files: [{ state: "lfs-pointer" }, { state: "missing" }, { state: "hash-mismatch" }] },
  });
  expect(String(error)).not.toContain(folder);
});

test("a folder of another model or revision is not taken for this one", async () => {
  const { directory: folder } = await prepare();
  await expect(loadPreparedTextModel(folder, { ...facts(), revision: "other" })).rejects.toThrow("not owner/model at other");
  await expect(loadPreparedTextModel(directory)).rejects.toThrow("no readable model.json");
});

test("facts that do not fit the files are refused before anything is built", async () => {
  await expect(prepare({ ...facts(), dimensions: 16 })).rejects.toThrow("has 8 dimensions, not 16");
  await expect(prepare({ ...facts(), maxTokens: 512 })).rejects.toThrow("at most 64 tokens");
  expect((await readdir(directory)).filter((name) => name.includes("building"))).toEqual([]);
});

test("a folder that cannot be made is an error with a code, and shows no path", async () => {
  const file = join(directory, "file");
  await writeFile(file, "");
  const failed = await prepareTextModel({ model: facts(), directory: join(file, "models") }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "model_unavailable", message: "owner/model could not be prepared: ENOTDIR." });
});

test("files that are on this machine already need no network", async () => {
  const source = await mkdtemp(join(tmpdir(), "outpost-source-"));
  for (const [path, { content }] of hub.files) await writeFile(join(source, path), content);
  await copyFile(tokenizerPath, join(source, "tokenizer.json"));
  const prepared = await prepareTextModel({ model: facts(), precision: "fp32", directory, sourceDirectory: source });
  expect(prepared.precision).toBe("fp32");
  expect(hub.seen).toEqual([]);
  await rm(source, { recursive: true });
});

test("a repository describes itself: commit, length, pooling, prompts and hashes", async () => {
  hub.files.set("1_Pooling/config.json", {
    content: Buffer.from('{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}'),
    isLarge: false,
  });
  hub.files.set("sentence_bert_config.json", { content: Buffer.from('{"max_seq_length":48}'), isLarge: false });
  hub.files.set("config_sentence_transformers.json", { content: Buffer.from('{"prompts":{"query":"query: "}}'), isLarge: false });
  const describe = () => describeHubTextModel({ repository: "owner/model", directory, hub: { endpoint: hub.endpoint } });
  const model = await describe();
  expect(model).toMatchObject({ revision: localCommit, dimensions: 8, maxTokens: 48, pooling: "cls", prompts: { query: "query: " } });
  expect(model.files).toEqual(facts().files);
  expect(await describe()).toEqual(model);
  const requests = hub.seen.filter(({ server }) => server === "storage").length;
  await prepare(model);
  expect(hub.seen.filter(({ server }) => server === "storage")).toHaveLength(requests);
});

test("a repository that cannot be served as it is meant is refused with the reason", async () => {
  const describe = () =>
    describeHubTextModel({
      repository: "owner/model",
      directory: join(directory, String(hub.seen.length)),
      hub: { endpoint: hub.endpoint },
    });
  hub.files.set("1_Pooling/config.json", { content: Buffer.from('{"pooling_mode_max_tokens":true}'), isLarge: false });
  await expect(describe()).rejects.toThrow("pools by max_tokens");
  hub.files.set("modules.json", { content: Buffer.from('[{"type":"sentence_transformers.models.Dense"}]'), isLarge: false });
  await expect(describe()).rejects.toThrow('ends in a "Dense" module');
  hub.files.delete("modules.json");
  hub.files.set("config.json", { content: Buffer.from('{"model_type":"mpnet"}'), isLarge: false });
  await expect(describe()).rejects.toThrow('model_type is "mpnet"');
  await expect(describeHubTextModel({ repository: "../etc", directory, hub: { endpoint: hub.endpoint } })).rejects.toMatchObject({
    code: "invalid_request",
  });
});

test("the saturation probe finds that a CPU with VNNI does not saturate, and answers on any other", async () => {
  const flags = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  const possible = /avx512_vnni|avx_vnni/.test(flags) ? [false] : [false, true];
  expect(possible).toContain(await canInt8Saturate());
});
