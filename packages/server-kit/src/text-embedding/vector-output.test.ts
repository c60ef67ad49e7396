import { int8Scale } from "@repo/contracts/output-types";
import { expect, test } from "vitest";
import { cosineSimilarity } from "./adapt-vector.ts";
import { createHashingEmbedder } from "./hashing-embedder.ts";
import { createVectorWriter, toBits, toInt8, toScale } from "./vector-output.ts";

const embedder = createHashingEmbedder({ model: "test", dimensions: 128 });

/** Dense vectors of length 1, as models make them: the numbers spread over all dimensions. */
function toDense(seed: number, dimensions = 256): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, (_, index) => Math.sin((index + 1) * (seed + 0.37)) + Math.sin(index * 0.11));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

test("int8 keeps cosines, and with its scale dot products and the vectors themselves", () => {
  const vectors = Array.from({ length: 8 }, (_, seed) => toDense(seed));
  const scale = int8Scale(256);
  const restored = vectors.map((vector) => Float32Array.from(toInt8(vector, scale), (value) => value * scale));
  for (const [row, a] of vectors.entries()) {
    for (const [column, b] of vectors.entries()) {
      const [p, q] = [restored[row], restored[column]] as [Float32Array, Float32Array];
      const cosine = cosineSimilarity(a, b);
      expect(Math.abs(cosineSimilarity(p, q) - cosine)).toBeLessThan(0.01);
      expect(Math.abs(p.reduce((sum, value, index) => sum + value * (q[index] as number), 0) - cosine)).toBeLessThan(0.01);
    }
    const largestError = Math.max(...a.map((value, index) => Math.abs(value - (restored[row]?.[index] as number))));
    expect(largestError).toBeLessThan(scale / 2 + 1e-6);
  }
});

test("int8 is x * 127 * sqrt(dimensions) / 12, cut at 127 either way; zeros that fill a vector up do not count", async () => {
  const { identity, ...rest } = await embedder.embed({ texts: ["a"] });
  const scaleOf = (dimensions: number, ownDimensions?: number) =>
    toScale({ ...rest, identity: { ...identity, dimensions }, ...(ownDimensions === undefined ? {} : { ownDimensions }) });
  expect(scaleOf(4)).toBe(12 / (127 * 2));
  expect(scaleOf(9, 4)).toBe(scaleOf(4));
  expect(scaleOf(4, 9)).toBe(scaleOf(4));
  expect([...toInt8(Float32Array.of(0.5, -0.5, 0, 7, -7), scaleOf(4))]).toEqual([11, -11, 0, 127, -127]);
});

test("bits are packed as numpy.packbits does, and minus 128 as int8", () => {
  const vector = Float32Array.of(0.1, -1, 0, 2, 3, -0, -5, 1e-9, 1, 1);
  expect([...toBits(vector, "ubinary")]).toEqual([0b10011001, 0b11000000]);
  expect([...toBits(vector, "binary")]).toEqual([0b10011001 - 128, 0b11000000 - 128]);
});

test("plain floats are written without a copy", async () => {
  const result = await embedder.embed({ texts: ["a"] });
  const [vector = new Float32Array()] = result.vectors;
  expect(createVectorWriter({ type: "float", isBase64: false }, result)(vector)).toBe(vector);
  expect(createVectorWriter({ type: "float", isBase64: true }, result)(vector)).toEqual({ base64: vector });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])("%d is an error and not an int8", (value) => {
  expect(() => toInt8(Float32Array.of(value), 1)).toThrow(expect.objectContaining({ code: "inference_failed" }));
});
