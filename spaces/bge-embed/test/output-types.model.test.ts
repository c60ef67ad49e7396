/** Vectors as small numbers, compared with what their definitions make of the floats. */
import { createSpaceFixture } from "@repo/testing/space-fixture";
import { describe, expect, test } from "vitest";
import { bgeSpace } from "./bge-space.ts";

const texts = ["My sister has a flat in Lisbon.", "The stock market fell sharply today."];
const space = createSpaceFixture(bgeSpace);

/** Vectors as one of the two families answers them, lists or base64. */
async function embed(path: string, fields: Record<string, unknown>): Promise<unknown[]> {
  const body = path === "/embed" ? { texts, input_type: "passage", ...fields } : { input: texts, ...fields };
  const response = await space.post(path, body);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { embeddings?: unknown[]; data?: { embedding: unknown }[] };
  return answer.embeddings ?? answer.data?.map(({ embedding }) => embedding) ?? [];
}

const packBits = (vector: readonly number[]): number[] =>
  Array.from({ length: vector.length / 8 }, (_, byte) =>
    vector.slice(byte * 8, byte * 8 + 8).reduce((bits, value) => bits * 2 + (value > 0 ? 1 : 0), 0),
  );
const definitions: Record<string, (vector: number[]) => number[]> = {
  // 127 is twelve times the size that a number of a unit vector of 768 has on average. + 0: JSON has no negative zero.
  int8: (vector) => vector.map((value) => Math.max(-127, Math.min(127, Math.round((value * 127 * Math.sqrt(768)) / 12))) + 0),
  ubinary: packBits,
  binary: (vector) => packBits(vector).map((byte) => byte - 128),
};

describe.each(["/embed", "/v1/embeddings"])("%s", (path) => {
  test.each(Object.entries(definitions))("output_type %s", async (type, define) => {
    const floats = (await embed(path, {})) as number[][];
    const expected = floats.map(define);
    const numbers = (await embed(path, { output_type: type })) as number[][];
    // A float on the way through JSON may round to the next whole number.
    const distance = numbers.map((row, index) =>
      Math.max(...row.map((value, at) => Math.abs(value - (expected[index]?.[at] ?? Number.NaN)))),
    );
    expect(Math.max(...distance)).toBeLessThanOrEqual(type === "int8" ? 1 : 0);
    expect(numbers.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
    const bytes = (await embed(path, { output_type: type, encoding_format: "base64" })) as string[];
    expect(bytes.map((text) => [...Buffer.from(text, "base64")])).toEqual(numbers.map((row) => row.map((value) => value & 0xff)));
  });

  test("Voyage's and Jina's names for it are understood", async () => {
    const expected = await embed(path, { output_type: "ubinary" });
    expect(await embed(path, { output_dtype: "ubinary" })).toEqual(expected);
    expect(await embed(path, { embedding_type: "ubinary" })).toEqual(expected);
    expect(await embed(path, { embedding_type: "base64" })).toEqual(await embed(path, { encoding_format: "base64" }));
  });

  test("an unknown type, and two at once, are refused", async () => {
    for (const fields of [{ output_type: "int4" }, { output_type: "int8", output_dtype: "binary" }]) {
      const response = await space.post(path, path === "/embed" ? { texts, ...fields } : { input: texts, ...fields });
      expect(response.status).toBe(400);
    }
  });
});

test("int8 numbers keep cosines, dot products and distances, up to one scale for all vectors", async () => {
  const floats = (await embed("/embed", {})) as [number[], number[]];
  const numbers = (await embed("/embed", { output_type: "int8" })) as [number[], number[]];
  const scale = 12 / (127 * Math.sqrt(768));
  const dot = ([a, b]: [number[], number[]]): number => a.reduce((sum, value, index) => sum + value * (b[index] ?? Number.NaN), 0);
  const distance = ([a, b]: [number[], number[]]): number => Math.hypot(...a.map((value, index) => value - (b[index] ?? Number.NaN)));
  expect(dot(numbers) * scale ** 2).toBeCloseTo(dot(floats), 2);
  expect(distance(numbers) * scale).toBeCloseTo(distance(floats), 2);
});
