import { access, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import { prepareDecoder } from "./prepare-decoder.ts";

let directory: string;

beforeAll(async () => {
  directory = await writeTinyLanguageModel();
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

test("the rewritten file lies in the cache and is made once", async () => {
  const cache = join(directory, "cache");
  const first = await prepareDecoder(join(directory, "onnx/model.onnx"), cache);
  expect(first.onnxPath.startsWith(cache)).toBe(true);
  const { ino } = await stat(first.onnxPath);
  const second = await prepareDecoder(join(directory, "onnx/model.onnx"), cache);
  expect(second).toMatchObject(first);
  expect((await stat(second.onnxPath)).ino).toBe(ino);
});

test("where the cache cannot be written, as under a read-only root, the temporary folder serves", async () => {
  // Below a file nobody can make a folder, not even a superuser.
  const cache = join(directory, "onnx/model.onnx", "cache");
  const prepared = await prepareDecoder(join(directory, "onnx/model.onnx"), cache);
  try {
    expect(prepared.onnxPath.startsWith(cache)).toBe(false);
    await access(prepared.onnxPath);
    expect(await prepareDecoder(join(directory, "onnx/model.onnx"), cache)).toMatchObject(prepared);
  } finally {
    await rm(join(prepared.onnxPath, ".."), { recursive: true, force: true });
  }
});
