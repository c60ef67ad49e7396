import { expect, test } from "vitest";
import { createTextEmbedderClient } from "../src/text-embedder-client.ts";
import { identity, startLocalSpace } from "./local-space.ts";

const texts = Array.from({ length: 10 }, (_, index) => "x".repeat(index + 1));
const lengths = (vectors: Float32Array[]) => vectors.map((vector) => vector[0]);

test("vectors come back in the order of the texts, with the model's identity", async (context) => {
  const space = await startLocalSpace(context);
  const client = createTextEmbedderClient({ url: space.url }, { maxTextsPerCall: 3 });
  const answer = await client.embed({ texts });
  expect(lengths(answer.vectors)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(answer.vectors[0]).toEqual(Float32Array.of(1, 1, 2, 3));
  expect(answer.identity).toEqual(identity);
  expect(space.count("/embed")).toBe(4);
});
