import { expect, test } from "vitest";
import { createService } from "./service.ts";

function cosine(a: Float32Array = new Float32Array(), b: Float32Array = new Float32Array()): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

test("vectors have the asked length, length 1, and do not depend on what else is embedded", async () => {
  const service = await createService({ dimensions: 64 });
  const { vectors, identity } = await service.embed({ texts: ["the cat sat", "something else"] });
  expect([identity.dimensions, vectors.map((vector) => vector.length)]).toEqual([64, [64, 64]]);
  expect(cosine(vectors[0], vectors[0])).toBeCloseTo(1, 5);
  expect((await service.embed({ texts: ["the cat sat"] })).vectors[0]).toEqual(vectors[0]);
});

test("texts that share words are closer than texts that do not", async () => {
  const { vectors } = await (
    await createService()
  ).embed({ texts: ["the cat sat on the mat", "a cat is on the mat", "stocks fell sharply"] });
  expect(cosine(vectors[0], vectors[1])).toBeGreaterThan(cosine(vectors[0], vectors[2]) + 0.3);
});
