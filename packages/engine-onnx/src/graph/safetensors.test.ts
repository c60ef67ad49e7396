import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeSafetensors } from "../../test/tiny-bert.ts";
import { Safetensors } from "./safetensors.ts";

function withHeader(header: unknown, data: Uint8Array = new Uint8Array(16)): Buffer {
  const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, data]);
}

const entry = (dtype: string, shape: number[], offsets: unknown) => ({ x: { dtype, shape, data_offsets: offsets } });

test("tensors come back as they were written, wherever they lie in the file", () => {
  const tensors = new Map([
    ["a", { shape: [1], data: Float32Array.of(1.5) }],
    ["b", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ]);
  const file = Safetensors.parse(encodeSafetensors(tensors));
  expect(file.names).toEqual(["a", "b"]);
  expect(file.floats("a").data).toEqual(Float32Array.of(1.5));
  expect(file.floats("b", [2, 3]).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});

test("a file that stays on disk gives the same tensors, and the same refusals", async () => {
  const folder = await mkdtemp(join(tmpdir(), "outpost-safetensors-"));
  const path = join(folder, "model.safetensors");
  const tensors = new Map([
    ["a", { shape: [1], data: Float32Array.of(1.5) }],
    ["b", { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ]);
  await writeFile(path, encodeSafetensors(tensors));
  const file = Safetensors.open(path);
  expect(file.names).toEqual(["a", "b"]);
  expect(file.floats("b", [2, 3]).data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  expect(file.floats("a").data).toEqual(Float32Array.of(1.5));
  await truncate(path, encodeSafetensors(tensors).byteLength - 4);
  expect(() => file.floats("b")).toThrow("cut while it was read");
  expect(() => Safetensors.open(path)).toThrow("outside the file");
  await writeFile(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n");
  expect(() => Safetensors.open(path)).toThrow("Git LFS pointer");
  await writeFile(path, "");
  expect(() => Safetensors.open(path)).toThrow("shorter than its header");
  await rm(folder, { recursive: true });
});

test("half precisions become the floats they stand for, special values too", () => {
  const halves = Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00);
  const f16 = Safetensors.parse(withHeader(entry("F16", [4], [0, 8]), new Uint8Array(halves.buffer)));
  expect([...f16.floats("x").data]).toEqual([1, -2, 2 ** -24, Infinity]);
  const brains = Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x4049);
  const bf16 = Safetensors.parse(withHeader(entry("BF16", [4], [0, 8]), new Uint8Array(brains.buffer)));
  expect([...bf16.floats("x").data]).toEqual([1, -2, Infinity, 3.140625]);
});

test.each([
  ["a Git LFS pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"), "Git LFS pointer"],
  ["an empty file", Buffer.alloc(0), "shorter than its header"],
  ["a header longer than the file", Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1]), "longer than the file"],
  ["a header that is not JSON", withHeader("{nope"), "not JSON"],
  ["a header that is a list", withHeader([]), "not a JSON object"],
  ["offsets beyond the file", withHeader(entry("F32", [8], [0, 32])), "outside the file"],
  ["offsets that run backwards", withHeader(entry("F32", [1], [8, 4])), "outside the file"],
  ["negative offsets", withHeader(entry("F32", [1], [-4, 0])), "malformed"],
  ["offsets that are not numbers", withHeader(entry("F32", [1], ["0", "4"])), "malformed"],
  ["a length that does not fit the shape", withHeader(entry("F32", [3], [0, 16])), "does not fit its shape"],
  ["a shape that overflows", withHeader(entry("F32", [2 ** 31, 2 ** 31], [0, 16])), "does not fit its shape"],
  ["an entry that is null", withHeader({ x: null }), "malformed"],
])("%s is refused with its reason", (_, bytes, reason) => {
  expect(() => Safetensors.parse(bytes)).toThrow(reason);
});

test("a tensor that is missing, of another shape or of integers is refused by name", () => {
  const file = Safetensors.parse(withHeader(entry("I32", [4], [0, 16])));
  expect(() => file.floats("y")).toThrow('no tensor "y"');
  expect(() => file.floats("x", [2, 2])).toThrow("[4] where [2, 2]");
  expect(() => file.floats("x")).toThrow("type I32");
});
