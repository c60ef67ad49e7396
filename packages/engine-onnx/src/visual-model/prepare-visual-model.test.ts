import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalHub, localCommit, sha256, startLocalHub } from "../../test/local-hub.ts";
import { encodeSafetensors } from "../../test/tiny-bert.ts";
import { encodeSiglipConfig, makeTinySiglip, tinySiglipConfig, tinySiglipTokenizer } from "../../test/tiny-siglip.ts";
import { openSession } from "../session.ts";
import { describeHubVisualModel } from "./describe-hub-visual-model.ts";
import { describeLocalVisualModel } from "./describe-local-visual-model.ts";
import { loadChosenVisualModel } from "./load-chosen-visual-model.ts";
import { loadPreparedVisualModel } from "./load-prepared-visual-model.ts";
import { prepareVisualModel } from "./prepare-visual-model.ts";
import type { VisualManifest, VisualModel } from "./visual-model.ts";

let hub: LocalHub;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-visual-"));
  hub = await startLocalHub();
  const add = (path: string, content: Buffer | string, isLarge = false) => hub.files.set(path, { content: Buffer.from(content), isLarge });
  add("config.json", encodeSiglipConfig());
  add("preprocessor_config.json", encodeProcessor({}));
  add("tokenizer.json", JSON.stringify(tinySiglipTokenizer), true);
  add("model.safetensors", encodeSafetensors(makeTinySiglip()), true);
});

afterEach(async () => {
  await hub.close();
  await rm(directory, { recursive: true, force: true });
});

function encodeProcessor(changes: Record<string, unknown>): string {
  const triple = [0.5, 0.5, 0.5];
  return JSON.stringify({ image_mean: triple, image_std: triple, resample: 2, size: { height: 62, width: 62 }, ...changes });
}

function facts(): VisualModel {
  const files = ["config.json", "tokenizer.json", "model.safetensors"].map((path) => {
    const { content } = hub.files.get(path) as { content: Buffer };
    return { path, sha256: sha256(content), bytes: content.byteLength };
  });
  return {
    id: "owner/model",
    repository: "owner/model",
    revision: localCommit,
    dimensions: 32,
    image: { size: 62, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], resample: "bilinear" },
    text: { length: 16, padId: 0, isLowercase: true },
    licence: "Apache-2.0",
    source: "test",
    files,
  };
}

const prepare = (model = facts(), precision: "fp32" | "int8-row" = "int8-row") =>
  prepareVisualModel({ model, precision, directory, hub: { endpoint: hub.endpoint } });

test("a model is downloaded, built and left as a folder that holds just what is served", async () => {
  const prepared = await prepare();
  expect(prepared).toMatchObject({
    id: "owner/model",
    revision: localCommit,
    dimensions: 32,
    image: facts().image,
    text: facts().text,
    logitBias: -16.5,
    precision: "int8-row",
  });
  expect(prepared.logitScale).toBeCloseTo(Math.exp(4.7), 4);
  expect((await readdir(prepared.directory)).toSorted()).toEqual([
    "model.json",
    "text.onnx",
    "text.onnx.data",
    "tokenizer.json",
    "vision.onnx",
    "vision.onnx.data",
  ]);
  expect(await readdir(join(directory, "downloads"))).toEqual([]);
  const session = await openSession({ onnxPath: prepared.visionPath, threads: 1, isOptimized: false });
  const pixels = { type: "float32", data: new Float32Array(3 * 62 * 62), dims: [1, 3, 62, 62] } as const;
  const { image_embeds: vector } = await session.run({ pixel_values: pixels }, ["image_embeds"]);
  expect(vector?.dims).toEqual([1, 32]);
  expect(Math.hypot(...(vector?.data as Float32Array))).toBeCloseTo(1, 5);
  await session.close();
});

test("the second time nothing is fetched or built, and a damaged folder is built again", async () => {
  const first = await prepare();
  const requests = hub.seen.length;
  expect(await prepare()).toEqual(first);
  expect(hub.seen).toHaveLength(requests);
  await writeFile(first.textPath, "damaged");
  expect((await prepare()).files.every(({ state }) => state === "ok")).toBe(true);
  expect(hub.seen.length).toBeGreaterThan(requests);
});

test("weights that are not those of the facts are refused before anything is built", async () => {
  hub.behaviour.corrupt = (content) => Buffer.concat([content.subarray(0, -1), Buffer.of(7)]);
  await expect(prepare()).rejects.toMatchObject({ code: "model_unavailable" });
  expect((await readdir(directory)).filter((name) => name.startsWith("owner") && !name.endsWith(".lock"))).toEqual([]);
});

test("facts that do not fit the files are refused with the number that is wrong", async () => {
  const { image, text } = facts();
  await expect(prepare({ ...facts(), dimensions: 1152 })).rejects.toThrow("has 32 dimensions, not 1152");
  await expect(prepare({ ...facts(), image: { ...image, size: 384 } })).rejects.toThrow("62 pixels a side, not 384");
  await expect(prepare({ ...facts(), text: { ...text, length: 64 } })).rejects.toThrow("16 tokens a text, not 64");
});

test("weights on this machine that are not the declared ones have another name and the hash of their own as revision", async () => {
  for (const [path, { content }] of hub.files) await writeFile(join(directory, path), content);
  expect(await describeLocalVisualModel(directory, facts())).toEqual(facts());
  await writeFile(
    join(directory, "config.json"),
    encodeSiglipConfig({ ...tinySiglipConfig, text: { ...tinySiglipConfig.text, positions: 12 } }),
  );
  const described = await describeLocalVisualModel(directory, facts());
  expect(described).toMatchObject({ id: "owner/model, other weights", text: { length: 12 }, dimensions: 32 });
  expect(described.revision).toBe(sha256((hub.files.get("model.safetensors") as { content: Buffer }).content).slice(0, 40));
  await rm(join(directory, "tokenizer.json"));
  await expect(describeLocalVisualModel(directory, facts())).rejects.toThrow("lacks tokenizer.json");
});

test("files that are on this machine already need no network, and a folder of another model is not taken for this one", async () => {
  const source = await mkdtemp(join(tmpdir(), "outpost-source-"));
  for (const [path, { content }] of hub.files) await writeFile(join(source, path), content);
  const prepared = await prepareVisualModel({ model: facts(), precision: "fp32", directory, sourceDirectory: source });
  expect(hub.seen).toEqual([]);
  await expect(loadPreparedVisualModel(prepared.directory, { id: "owner/model", revision: "other" })).rejects.toThrow(
    "not owner/model at other",
  );
  await rm(source, { recursive: true });
});

test("each way a folder can be wrong is named when it is opened", async () => {
  const { directory: folder, visionPath } = await prepare(facts(), "fp32");
  const manifest = JSON.parse(await readFile(join(folder, "model.json"), "utf8")) as VisualManifest;
  await writeFile(visionPath, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  const error = await loadPreparedVisualModel(folder).catch((caught: unknown) => caught);
  expect(String(error)).toContain("vision.onnx is a Git LFS pointer");
  expect(String(error)).not.toContain(folder);
  const write = (changes: object) => writeFile(join(folder, "model.json"), JSON.stringify({ ...manifest, ...changes }));
  await write({ logit_bias: null, image: { ...manifest.image, std: [1] } });
  await expect(loadPreparedVisualModel(folder)).rejects.toThrow("lacks, or has malformed, logit_bias, image.std");
  await write({ image: { ...manifest.image, resample: "lanczos" } });
  await rm(visionPath);
  await expect(loadPreparedVisualModel(folder)).rejects.toThrow("vision.onnx is missing");
  await writeFile(join(folder, "model.json"), "[");
  await expect(loadPreparedVisualModel(folder)).rejects.toThrow("no readable model.json");
});

test("a repository describes itself, and is fetched and built in a thread when it is chosen", { timeout: 120_000 }, async () => {
  const described = await describeHubVisualModel({ repository: "owner/model", directory, hub: { endpoint: hub.endpoint } });
  expect(described).toMatchObject({ ...facts(), licence: "see the repository", source: `${hub.endpoint}/owner/model` });
  const models = { full: { ...facts(), id: "else/where", repository: "else/where" }, pocketDirectory: "nowhere" };
  const choice = { repository: "owner/model", dataDirectory: directory, hubHome: directory, hub: { endpoint: hub.endpoint } };
  expect(await loadChosenVisualModel(models, choice)).toMatchObject({ id: "owner/model", revision: localCommit, precision: "int8-row" });
  const nowhere = { ...choice, repository: undefined, profile: "full" as const, hub: { endpoint: "http://127.0.0.1:9", maxAttempts: 1 } };
  await expect(loadChosenVisualModel(models, nowhere)).rejects.toMatchObject({ code: "model_unavailable" });
  await expect(loadChosenVisualModel(models, { preparedDirectory: directory })).rejects.toThrow("no readable model.json");
});

test("a repository that cannot be served as it is meant is refused with the reason, before its weights are fetched", async () => {
  const describe = (path: string, content: string) => {
    hub.files.set(path, { content: Buffer.from(content), isLarge: false });
    return describeHubVisualModel({
      repository: "owner/model",
      directory: join(directory, String(hub.seen.length)),
      hub: { endpoint: hub.endpoint },
    });
  };
  await expect(describe("preprocessor_config.json", encodeProcessor({ resample: 1 }))).rejects.toThrow("resized by filter 1");
  await expect(describe("preprocessor_config.json", encodeProcessor({ size: { shortest_edge: 62 } }))).rejects.toThrow(
    "not resized to a square",
  );
  await expect(describe("preprocessor_config.json", encodeProcessor({ image_std: [1] }))).rejects.toThrow("image_std is not three numbers");
  await expect(describe("config.json", '{"model_type":"siglip2"}')).rejects.toThrow("NaFlex");
  await expect(describe("config.json", '{"model_type":"clip"}')).rejects.toThrow('only "siglip" can be built');
  expect(hub.seen.some(({ path }) => path.includes("safetensors"))).toBe(false);
});
