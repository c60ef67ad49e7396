import { CodedError } from "@repo/contracts/coded-error";
import { createHashingEmbedder } from "@repo/server-kit/text-embedding/hashing-embedder";
import { expect, test } from "vitest";
import { openTestMemories } from "../../test/open-test-memories.ts";
import { createMemoryService } from "./create-memory-service.ts";
import { reembedMemories } from "./reembed-memories.ts";

const place = { store: "pgvector", collection: "memory_vectors" } as const;

test("re-embedding that is cut off goes on with what is missing, and searches then use the new model", { timeout: 60_000 }, async () => {
  const { database, store, service, close } = await openTestMemories();
  const rows = Array.from({ length: 600 }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    text: `the number ${index} is written here`,
    scope: { userId: "ada" },
  }));
  await service.insertBatch(rows);
  const wider = createHashingEmbedder({ model: "outpost/wider", dimensions: 384 });
  let calls = 0;
  const failing = {
    ...wider,
    embed: async (...parameters: Parameters<typeof wider.embed>) => {
      calls += 1;
      if (calls > 2) throw new CodedError("model_unavailable", "The Space fell asleep.");
      return await wider.embed(...parameters);
    },
  };
  await expect(reembedMemories({ db: database.db, embedder: failing, store, place })).rejects.toMatchObject({ code: "model_unavailable" });
  expect(await store.count()).toBe(256);

  const again = await reembedMemories({ db: database.db, embedder: wider, store, place });
  expect(again).toMatchObject({ total: 600, done: 600, embedded: 344, identity: { model: "outpost/wider", dimensions: 384 } });
  expect(await reembedMemories({ db: database.db, embedder: wider, store, place })).toMatchObject({ embedded: 0 });
  const renewed = createMemoryService({ db: database.db, embedder: wider, store });
  const [best] = await renewed.search({ text: "the number 417 is written here", scope: { userId: "ada" } });
  expect(best?.memory.text).toBe("the number 417 is written here");
  await close();
});
