import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { findModelFolder } from "./find-model-folder.ts";
import { languageVariables, type LanguageVariables } from "./language-variables.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
/** Files of the repository, by path. */
const files = new Map<string, string>();
let asked: string[] = [];
let home = "";

/** The Hub's resolve protocol, for small files. @source https://huggingface.co/docs/hub/models-downloading */
const hub = createServer((request, response) => {
  const path = /^\/owner\/model\/resolve\/main\/(.+)$/.exec(request.url ?? "")?.[1] ?? "";
  asked.push(path);
  const content = files.get(path);
  if (content === undefined) {
    response.writeHead(404, { "x-error-code": "EntryNotFound" }).end("Entry not found");
    return;
  }
  const blob = createHash("sha1")
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest("hex");
  response.writeHead(200, { etag: `"${blob}"`, "x-repo-commit": commit, "content-length": Buffer.byteLength(content) }).end(content);
});

const variables = (more: Partial<LanguageVariables> = {}): LanguageVariables => ({
  ...z.object(languageVariables).parse({}),
  MODEL: "full",
  MODEL_ID: "owner/model",
  HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}`,
  HF_HOME: join(home, "hf"),
  DATA_DIRECTORY: join(home, "data"),
  ...more,
});

beforeEach(async () => {
  asked = [];
  home = await mkdtemp(join(tmpdir(), "llm-fetch-"));
  files.clear();
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) files.set(name, `{"is":"${name}"}`);
  files.set("onnx/model_q4.onnx", "weights of four bits");
  hub.listen(0, "127.0.0.1");
  await once(hub, "listening");
});
afterEach(async () => {
  hub.close();
  await once(hub, "close");
});

test("an export is fetched once, lies flat beside its tokenizer, and its commit and hashes are kept", async () => {
  const { directory, profile, files: found } = await findModelFolder(variables());
  const names = ["config.json", "model.json", "model_q4.onnx", "tokenizer.json", "tokenizer_config.json"];
  expect((await readdir(directory)).toSorted()).toEqual(names);
  expect(JSON.parse(await readFile(join(directory, "model.json"), "utf8"))).toMatchObject({
    name: "owner/model",
    revision: commit,
    precision: "q4",
  });
  expect([profile, found.every(({ state }) => state === "ok")]).toEqual(["custom", true]);
  asked = [];
  expect((await findModelFolder(variables())).directory).toBe(directory);
  expect(asked).toEqual([]);
});

test("another precision has another name on the Hub, and weights beside the graph come along", async () => {
  files.set("onnx/model_quantized.onnx", "weights of eight bits");
  files.set("onnx/model_quantized.onnx_data", "more of them");
  const { directory } = await findModelFolder(variables({ MODEL_PRECISION: "int8" }));
  expect(await readdir(directory)).toEqual(expect.arrayContaining(["model_quantized.onnx", "model_quantized.onnx_data"]));
  expect(asked).toContain("onnx/model_int8.onnx");
});

test("a repository without the export says which file it lacks, and leaves nothing half-made", async () => {
  await expect(findModelFolder(variables({ MODEL_PRECISION: "fp32" }))).rejects.toMatchObject({
    code: "model_unavailable",
    message: expect.stringContaining("onnx/model.onnx") as string,
  });
  const left = await readdir(join(home, "data", "language-models"));
  expect(left.filter((name) => !name.endsWith(".lock"))).toEqual([]);
});

test("a damaged file is noticed at the next start and fetched again", async () => {
  const { directory } = await findModelFolder(variables());
  await writeFile(join(directory, "model_q4.onnx"), "weights of FOUR bits");
  await findModelFolder(variables());
  expect(await readFile(join(directory, "model_q4.onnx"), "utf8")).toBe("weights of four bits");
});

test("what Hugging Face's cache has is not fetched again", async () => {
  const snapshot = join(home, "hf", "hub", "models--owner--model", "snapshots", "main");
  await mkdir(join(snapshot, "onnx"), { recursive: true });
  await writeFile(join(snapshot, "onnx", "model_q4.onnx"), "weights of four bits");
  await findModelFolder(variables());
  expect(asked).not.toContain("onnx/model_q4.onnx");
});
