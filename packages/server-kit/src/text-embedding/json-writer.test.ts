import { expect, test } from "vitest";
import { encodeJson } from "./json-writer.ts";

async function write(...pieces: Parameters<typeof encodeJson>[0] extends Iterable<infer Piece> ? Piece[] : never): Promise<unknown> {
  return JSON.parse(Buffer.from((await encodeJson(pieces)).toBytes()).toString("utf8"));
}

test("text, numbers and base64 come out as one JSON text", async () => {
  const vector = Float32Array.of(0.5, -1, 0.1);
  const answer = (await write('{"näme":"😀","list":', vector, ',"packed":', { base64: vector }, "}")) as { list: number[]; packed: string };
  expect(answer).toMatchObject({ näme: "😀" });
  expect(Float32Array.from(answer.list)).toEqual(vector);
  const bytes = Buffer.from(answer.packed, "base64");
  expect(new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))).toEqual(vector);
});

test("base64 of a vector that is a window into a larger memory holds that window only", async () => {
  const answer = await write({ base64: Float32Array.of(9, 1, 2, 9).subarray(1, 3) });
  expect(answer).toBe(Buffer.from(Float32Array.of(1, 2).buffer).toString("base64"));
});

test("small whole numbers are written as such, or as the base64 of their bytes", async () => {
  expect(await write("[", Int8Array.of(-128, 0, 127), ",", Uint8Array.of(0, 255), ",", { base64: Int8Array.of(-1, 1) }, "]")).toEqual([
    [-128, 0, 127],
    [0, 255],
    Buffer.of(255, 1).toString("base64"),
  ]);
});

test("answers larger than one block are whole", async () => {
  const vectors = Array.from({ length: 300 }, (_, row) => Float32Array.from({ length: 384 }, (__, column) => Math.sin(row * 384 + column)));
  const answer = (await write("[", ...vectors.flatMap((vector, index) => (index === 0 ? [vector] : [",", vector])), "]")) as number[][];
  expect(answer.map((row) => Float32Array.from(row))).toEqual(vectors);
});

test("other work gets its turn while a large answer is written", async () => {
  const vector = new Float32Array(384).fill(0.123456);
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 1);
  await encodeJson(Array.from({ length: 2048 }, () => vector));
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(3);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is an error and not JSON", async (value) => {
  await expect(encodeJson([Float32Array.of(value)])).rejects.toMatchObject({ code: "inference_failed" });
});
