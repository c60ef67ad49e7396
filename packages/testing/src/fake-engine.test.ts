import { expect, test } from "vitest";
import { describeEngine } from "./engine-conformance.ts";
import { createFakeEngine } from "./fake-engine.ts";

describeEngine("the fake engine", {
  create: async (options) => createFakeEngine({ ...options, msPerBatch: 1, maxItemTokens: 128 }),
  makeInput: (tokens, seed) => Int32Array.from({ length: tokens }, (_, index) => 100 + seed * 31 + index),
  toVector: ({ embedding }) => embedding,
  maxItemTokens: 128,
  tolerance: 0,
});

test("an input that makes its batch fail fails alone", async () => {
  const engine = createFakeEngine({
    onBatch: (inputs) => {
      if (inputs.some((ids) => ids[0] === 13)) throw new Error("poison");
    },
  });
  const item = (id: number) => ({ input: Int32Array.of(id, 7, 7), tokens: 3 });
  const keepBusy = engine.run(Array.from({ length: 200 }, (_, id) => item(1000 + id)));
  const healthy = engine.run([item(1), item(2)]);
  await expect(engine.run([item(13)])).rejects.toMatchObject({ code: "inference_failed" });
  expect((await healthy).outputs).toHaveLength(2);
  expect((await keepBusy).outputs).toHaveLength(200);
  await engine.close();
});
