import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TextService } from "@repo/engine-onnx/text-service/create-text-service";
import { createLifecycle } from "@repo/server-kit/lifecycle";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pocketDirectory } from "./model.ts";
import { createService } from "./service.ts";

let directory: string;
let service: TextService;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "minilm-embed-"));
  service = await createService({ DATA_DIRECTORY: directory, WORKERS: 1 });
});

afterAll(async () => {
  await service.close();
  await rm(directory, { recursive: true, force: true });
});

function cosine(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

test("the same meaning in other words is closer than the same words with another meaning", async () => {
  const { vectors, identity } = await service.embed({
    texts: ["A man is eating food.", "Someone is having lunch.", "A man is driving a car."],
  });
  expect(identity).toMatchObject({ model: "outpost/pocket-minilm", dimensions: 384 });
  expect(cosine(vectors[0], vectors[0])).toBeCloseTo(1, 4);
  expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(cosine(vectors[0], vectors[2]));
});

test("the status names the model, its files and what it runs on", async () => {
  await service.probe();
  expect(service.status()).toMatchObject({
    model: { model: "outpost/pocket-minilm" },
    profile: "pocket",
    files: [
      { path: "model.onnx", state: "ok" },
      { path: "tokenizer.json", state: "ok" },
    ],
    workers: [{ id: 0, state: "idle", restarts: 0 }],
  });
});

test("a Git LFS pointer in place of the weights is named, in the readiness and in the status", async () => {
  const broken = join(directory, "broken");
  await cp(pocketDirectory, broken, { recursive: true, filter: (source) => !source.includes("cache") && !source.endsWith(".safetensors") });
  await writeFile(join(broken, "model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 15000000\n");
  const lifecycle = createLifecycle({ load: () => createService({ MODEL_DIRECTORY: broken }) });
  await lifecycle.settled();
  expect(lifecycle.ready()).toMatchObject({
    ready: false,
    stage: "failed",
    reason: expect.stringMatching(/model\.onnx is a Git LFS pointer/) as string,
  });
  expect(lifecycle.ready().reason).not.toContain(directory);
  expect(lifecycle.status().files).toContainEqual({ path: "model.onnx", bytes: expect.any(Number) as number, state: "lfs-pointer" });
});

test("the full model is asked for at the configured Hub, and its absence is the reason given", async () => {
  const loading = createService({
    MODEL: "full",
    HF_ENDPOINT: "http://127.0.0.1:9",
    HF_HOME: join(directory, "empty"),
    DATA_DIRECTORY: join(directory, "full"),
  });
  await expect(loading).rejects.toMatchObject({ code: "model_unavailable" });
}, 120_000);
