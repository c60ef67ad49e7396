import { CodedError } from "@repo/contracts/coded-error";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestCatalogue, type TestCatalogue } from "../../test/open-test-catalogue.ts";
import { makeSwatchPdf, someSwatches, type Swatch } from "../../test/swatch-pdf.ts";
import { aiCalls, documentImages, pictures, pictureVectors, storedFiles, vectorIndex } from "../schema.ts";

let catalogue: TestCatalogue;
let count = 0;

/** A document that no other test has: another colour. */
function makeFresh(size = 3): Uint8Array {
  count += 1;
  const swatches = Array.from({ length: size }, (_, index): Swatch => ({
    name: `Swatch ${count}.${index}`,
    color: [(count * 37 + index * 60) % 256, (count * 91) % 256, (index * 71 + 20) % 256],
    stripes: 4 + index,
  }));
  return makeSwatchPdf(swatches);
}

beforeAll(async () => {
  catalogue = await openTestCatalogue({ HUGGINGFACE_BATCH_SIZE: "4", HUGGINGFACE_MAX_RETRIES: "2" });
}, 240_000);
beforeEach(() => catalogue.space.before(undefined));
afterAll(async () => await catalogue?.close());

const callsOf = async (jobId: string) =>
  await catalogue.database.db.select().from(aiCalls).where(eq(aiCalls.jobId, jobId)).orderBy(aiCalls.id);

test("a PDF's pictures are stored with page, caption and place, and all five vectors of each, of one model", async () => {
  const { documents, database, space } = catalogue;
  const { document, isNew } = await documents.upload({ bytes: makeSwatchPdf(someSwatches), name: "folder/swatches.pdf" });
  expect([isNew, document.filename, document.status]).toEqual([true, "swatches.pdf", "queued"]);
  const done = await catalogue.settled(document.id);
  expect(done).toMatchObject({ status: "completed", pageCount: 2, pagesDone: 2, images: 7, pictures: 7, picturesDone: 7, problems: [] });
  expect(space.batches).toEqual([4, 3]);

  const places = await database.db
    .select()
    .from(documentImages)
    .where(eq(documentImages.documentId, document.id))
    .orderBy(documentImages.pageNumber, documentImages.position);
  expect(places.map(({ caption, pageNumber, position }) => [caption, pageNumber, position])).toEqual(
    someSwatches.map(({ name }, index) => [name, Math.floor(index / 4) + 1, index % 4]),
  );
  const vectors = await database.db.select().from(pictureVectors);
  expect(vectors).toHaveLength(7 * 5);
  for (const { embedding, model, revision } of vectors) {
    expect([model, revision, embedding.length]).toEqual(["test/colours", "1", 1152]);
    // Half precision keeps three digits.
    expect(Math.abs(Math.hypot(...embedding) - 1)).toBeLessThan(2e-3);
  }
  const [first] = await database.db
    .select()
    .from(pictures)
    .where(eq(pictures.id, places[0]?.pictureId ?? ""));
  expect(first).toMatchObject({ color: "red", texture: "plain", colorSpace: "DeviceRGB" });
});

test("the same file again is known, and a picture that another document shows too is neither stored nor embedded again", async () => {
  const { documents, space, database } = catalogue;
  const again = await documents.upload({ bytes: makeSwatchPdf(someSwatches), name: "copy.pdf" });
  expect([again.isNew, again.document.filename]).toEqual([false, "swatches.pdf"]);
  const batches = space.batches.length;
  const pictureCount = await database.db.$count(pictures);
  const { document } = await documents.upload({ bytes: makeSwatchPdf(someSwatches.slice(0, 4)), name: "part.pdf" });
  expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", pictures: 4, picturesDone: 4 });
  expect([space.batches.length, await database.db.$count(pictures)]).toEqual([batches, pictureCount]);
});

test("every attempt is in the log with its latency and cost, the failed ones as failures, and the original's SQL works", async () => {
  const { documents, space, database } = catalogue;
  let failures = 2;
  space.before(() => {
    if (failures-- > 0) throw new CodedError("inference_failed", "The model failed.");
  });
  const { document } = await documents.upload({ bytes: makeFresh(), name: "retried.pdf" });
  expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", picturesDone: 3 });
  const calls = await callsOf(document.id);
  expect(calls.map(({ attempt, status, errorCode, batchSize, task }) => [attempt, status, errorCode, batchSize, task])).toEqual([
    [1, "failed", "inference_failed", 3, "visual_embedding_generation"],
    [2, "failed", "inference_failed", 3, "visual_embedding_generation"],
    [3, "succeeded", null, 3, "visual_embedding_generation"],
  ]);
  expect(new Set(calls.map(({ callId }) => callId)).size).toBe(1);
  expect(new Set(calls.map(({ model }) => model))).toEqual(new Set(["huggingface/test/colours"]));
  expect(calls.every(({ latencyMs }) => latencyMs > 0)).toBe(true);

  const ofDay = await database.db.execute(
    sql`select date(created_at) as day, model, count(*) as calls, sum(cost) as cost from ai_calls where model like 'huggingface/%' and created_at >= now() - interval '7 days' group by 1, 2`,
  );
  expect((ofDay as unknown as { rows: unknown[] }).rows).toHaveLength(1);
  const logs = await database.db.execute(
    sql`select timestamp, action, model, cost, latency_ms, confidence_score, confidence_breakdown->>'batch_size' as batch from ai_call_logs where job_id = ${document.id} order by id`,
  );
  const { rows } = logs as unknown as { rows: { action: string; batch: string; confidence_score: unknown }[] };
  expect(rows.map(({ action, batch }) => [action, batch])).toEqual([
    ["call_failed", "3"],
    ["call_failed", "3"],
    ["use_ai_result", "3"],
  ]);
});

test("a document waits while the Space is away, says why, and goes on when it is back", async () => {
  const { documents, space } = catalogue;
  space.before(() => {
    throw new CodedError("model_unavailable", "The model is loading.");
  });
  const { document } = await documents.upload({ bytes: makeFresh(), name: "waits.pdf" });
  await expect.poll(async () => (await documents.get(document.id)).waitingFor, { timeout: 20_000 }).not.toBeNull();
  expect(await documents.get(document.id)).toMatchObject({ status: "embedding", pictures: 3, picturesDone: 0 });
  space.before(undefined);
  expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", picturesDone: 3, waitingFor: null });
});

test("a picture that the Space cannot read fails alone", async () => {
  const { documents, space, database } = catalogue;
  space.before((images) => {
    if (images.length > 1) throw new CodedError("invalid_request", "Picture 1 is broken.", { details: { index: 1 } });
  });
  const { document } = await documents.upload({ bytes: makeFresh(), name: "one broken.pdf" });
  expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", pictures: 3, picturesDone: 1, picturesFailed: 2 });
  const failed = await database.db.select().from(pictures).where(eq(pictures.status, "failed"));
  expect(failed.map(({ errorMessage }) => errorMessage)).toEqual(["Picture 1 is broken.", "Picture 1 is broken."]);
});

test("files that are no PDF, empty, too large or broken are told apart", async () => {
  const { documents } = catalogue;
  const codeOf = async (bytes: Uint8Array) =>
    await documents.upload({ bytes, name: "x.pdf" }).then(
      () => "taken",
      (error: CodedError) => error.code,
    );
  expect(await codeOf(new Uint8Array())).toBe("invalid_request");
  expect(await codeOf(Buffer.from("PK\u0003\u0004"))).toBe("unsupported_media_type");
  expect(await codeOf(new Uint8Array(201 * 2 ** 20))).toBe("payload_too_large");
  const { document } = await documents.upload({ bytes: Buffer.from("%PDF-1.7 and then nothing"), name: "broken.pdf" });
  const failed = await catalogue.settled(document.id);
  expect(failed.status).toBe("failed");
  expect(failed.errorMessage).toMatch(/\w/);
  await documents.delete(document.id);
});

test("vectors of another model are refused with the way out, which embeds everything anew", async () => {
  const { documents, space, database } = catalogue;
  space.serve({ revision: "2" });
  const { document } = await documents.upload({ bytes: makeFresh(), name: "other model.pdf" });
  await expect.poll(async () => (await documents.get(document.id)).waitingFor, { timeout: 30_000 }).toContain("reembed");
  expect((await documents.get(document.id)).picturesDone).toBe(0);
  const before = await database.db.$count(pictureVectors);
  expect(await documents.reembed()).toBeGreaterThan(0);
  expect(await catalogue.settled(document.id)).toMatchObject({ status: "completed", picturesDone: 3 });
  await expect.poll(async () => await database.db.$count(pictureVectors), { timeout: 30_000 }).toBeGreaterThanOrEqual(before);
  const revisions = await database.db.selectDistinct({ revision: pictureVectors.revision }).from(pictureVectors);
  expect(revisions).toEqual([{ revision: "2" }]);
  expect(await database.db.select({ revision: vectorIndex.revision }).from(vectorIndex)).toEqual([{ revision: "2" }]);
});

test("deleting a document takes the pictures and files that no other one needs, and leaves the others", async () => {
  const { documents, database } = catalogue;
  const { documents: all } = await documents.list({ limit: 100 });
  const shared = all.find(({ filename }) => filename === "part.pdf");
  const whole = all.find(({ filename }) => filename === "swatches.pdf");
  await documents.delete(whole?.id ?? "");
  expect(await documents.get(shared?.id ?? "")).toMatchObject({ pictures: 4 });
  for (const { id } of all) if (id !== whole?.id) await documents.delete(id);
  expect([await database.db.$count(pictures), await database.db.$count(pictureVectors), await database.db.$count(storedFiles)]).toEqual([
    0, 0, 0,
  ]);
  expect(await database.db.$count(aiCalls)).toBeGreaterThan(0);
});
