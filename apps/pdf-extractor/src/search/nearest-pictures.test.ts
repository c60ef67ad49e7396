import { randomUUID } from "node:crypto";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import { testDatabase } from "@repo/testing/test-database";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrationsFolder } from "../open-catalogue.ts";
import { documentImages, documents, pictures, pictureVectors, storedFiles, type VectorKind } from "../schema.ts";
import { toVectorText } from "../vector-text.ts";
import { countLabels, listPictures, readFoundPictures } from "./find-pictures.ts";
import { findNearestPictures, type NearestQuery } from "./nearest-pictures.ts";

const dimensions = 1152;
const documentId = randomUUID();
const otherId = randomUUID();
const idOf = (index: number): string => index.toString(16).padStart(32, "0");
let database: OpenDatabase;

/** Unit vector at this angle (radians) from the first axis, in the plane of two axes. */
function at(angle: number, axis = 1): Float32Array {
  const vector = new Float32Array(dimensions);
  vector[0] = Math.cos(angle);
  vector[axis] = Math.sin(angle);
  return vector;
}

/** Picture i lies at i tenths of a radian by everything, and the other way round by colour. */
const count = 12;
const baseAngle = (index: number): number => index / 10;
const colorAngle = (index: number): number => (count - 1 - index) / 10;

beforeAll(async () => {
  database = await openDatabase({ ...testDatabase(), migrationsFolder });
  const { db } = database;
  await db.insert(storedFiles).values(["one", "two"].map((sha256) => ({ sha256, sizeBytes: 1, mimeType: "application/pdf" })));
  await db.insert(documents).values([
    { id: documentId, fileHash: "one", filename: "one.pdf", status: "completed", createdAt: new Date(1_000) },
    { id: otherId, fileHash: "two", filename: "two.pdf", status: "completed", createdAt: new Date(2_000) },
  ]);
  const facts = {
    fileHash: "one",
    thumbnailHash: "one",
    width: 10,
    height: 10,
    thumbnailWidth: 10,
    thumbnailHeight: 10,
    kind: "raw",
    colorSpace: "DeviceRGB",
    hasMask: false,
    perceptualHash: "",
    colorHash: "",
  };
  const rows = Array.from({ length: count }, (_, index) => index);
  await db.insert(pictures).values(
    rows.map((index) => ({
      ...facts,
      id: idOf(index),
      status: "embedded" as const,
      color: index % 2 === 0 ? "red" : "blue",
      material: "wood",
    })),
  );
  // One that looks like picture 3, in the other document.
  await db.insert(pictures).values({ ...facts, id: idOf(100), status: "duplicate", duplicateOf: idOf(3) });
  const place = { imageUrl: "", caption: "", nearbyText: "near", box: { x: 0, y: 0, width: 1, height: 1 } };
  await db.insert(documentImages).values([
    ...rows.map((index) => ({
      ...place,
      id: randomUUID(),
      documentId,
      pictureId: idOf(index),
      pageNumber: 1 + Math.floor(index / 4),
      position: index % 4,
    })),
    { ...place, id: randomUUID(), documentId: otherId, pictureId: idOf(100), pageNumber: 9, position: 0 },
  ]);
  const vectors = rows.flatMap((index): [string, VectorKind, Float32Array][] => [
    [idOf(index), "base", at(baseAngle(index))],
    [idOf(index), "color", at(colorAngle(index), 2)],
  ]);
  await db.insert(pictureVectors).values(
    vectors.map(([pictureId, kind, vector]) => ({
      pictureId,
      kind,
      model: "m",
      revision: "1",
      embedding: sql<number[]>`${toVectorText(vector)}::halfvec`,
    })),
  );
}, 240_000);
afterAll(async () => await database?.close());

/** By comparing all, and by the indexes: both must agree. */
async function findBoth(query: Omit<NearestQuery, "limit" | "maxExact">, limit = 3): Promise<number[]> {
  const toIndexes = (found: { id: string }[]): number[] => found.map(({ id }) => Number.parseInt(id, 16));
  const exact = toIndexes(await findNearestPictures(database.db, { ...query, limit }));
  expect(toIndexes(await findNearestPictures(database.db, { ...query, limit, maxExact: 0 }))).toEqual(exact);
  return exact;
}

const first = { base: at(0), color: at(0, 2) };

test("the nearest come first, with their cosine as score", async () => {
  expect(await findBoth({ vectors: first, weights: { base: 1 }, filter: {} })).toEqual([0, 1, 2]);
  expect(await findBoth({ vectors: first, weights: { color: 7 }, filter: {} })).toEqual([11, 10, 9]);
  const [nearest] = await findNearestPictures(database.db, { vectors: first, weights: { base: 3 }, filter: {}, limit: 1 });
  expect(nearest?.score).toBeCloseTo(1, 3);
});

test("weights blend kinds: what is fairly near by both is found between what is nearest by one", async () => {
  // Half and half, cos(i/10) + cos((11-i)/10) is largest in the middle.
  expect((await findBoth({ vectors: first, weights: { base: 1, color: 1 }, filter: {} }, 2)).toSorted((a, b) => a - b)).toEqual([5, 6]);
  expect((await findBoth({ vectors: first, weights: { base: 9, color: 1 }, filter: {} }, 1))[0]).toBeLessThan(3);
});

test("filters by document, page and label apply to both ways of searching", async () => {
  const query = { vectors: first, weights: { base: 1 } };
  expect(await findBoth({ ...query, filter: { documentId, page: 2 } })).toEqual([4, 5, 6]);
  expect(await findBoth({ ...query, filter: { color: "blue" } })).toEqual([1, 3, 5]);
  expect(await findBoth({ ...query, filter: { color: "blue", documentId, page: 3 } })).toEqual([9, 11]);
  expect(await findBoth({ ...query, filter: { material: "stone" } })).toEqual([]);
});

test("a picture that looks the same as another is found as that one, in its own document too", async () => {
  const query = { vectors: first, weights: { base: 1 } };
  expect(await findBoth({ ...query, filter: { documentId: otherId } })).toEqual([3]);
  const [found] = await readFoundPictures(database.db, [{ id: idOf(3), score: 1 }], { documentId: otherId });
  expect(found).toMatchObject({ id: idOf(3), places: 2, place: { filename: "two.pdf", page: 9 } });
});

test("the picture that is searched with is left out, and kinds without a vector do not count", async () => {
  expect(await findBoth({ vectors: { base: at(0) }, weights: { base: 1, color: 100 }, filter: {}, exceptId: idOf(0) })).toEqual([1, 2, 3]);
  expect(await findBoth({ vectors: {}, weights: { base: 1 }, filter: {} })).toEqual([]);
  expect(await findBoth({ vectors: first, weights: { base: 0 }, filter: {} })).toEqual([]);
});

test("a cover that repeats a picture is not where the picture is found, unless the cover is asked for", async () => {
  const { db } = database;
  await db.update(documents).set({ pageCount: 3 }).where(eq(documents.id, documentId));
  const cover = { id: randomUUID(), documentId, pictureId: idOf(9), imageUrl: "", caption: "", nearbyText: "", pageNumber: 1, position: 9 };
  await db.insert(documentImages).values({ ...cover, box: { x: 0, y: 0, width: 1, height: 1 } });
  const pageOf = async (filter: object) => (await readFoundPictures(db, [{ id: idOf(9), score: 1 }], filter))[0]?.place.page;
  expect([await pageOf({}), await pageOf({ documentId, page: 1 })]).toEqual([3, 1]);
  await db.delete(documentImages).where(eq(documentImages.id, cover.id));
});

test("lists go by document and page, and count what passes the filters", async () => {
  const all = await listPictures(database.db, {}, { limit: 5, offset: 0 });
  // The newer document first; what it shows is found as picture 3.
  expect([all.total, all.pictures.map(({ id }) => Number.parseInt(id, 16))]).toEqual([12, [3, 0, 1, 2, 4]]);
  const second = await listPictures(database.db, { documentId, page: 2 }, { limit: 2, offset: 2 });
  expect([second.total, second.pictures.map(({ id, place }) => [Number.parseInt(id, 16), place.page])]).toEqual([
    4,
    [
      [6, 2],
      [7, 2],
    ],
  ]);
  const labels = await countLabels(database.db, { color: "blue", documentId, page: 1 });
  expect(labels).toMatchObject({
    color: [
      { label: "blue", count: 2 },
      { label: "red", count: 2 },
    ],
    material: [{ label: "wood", count: 2 }],
    style: [],
  });
});
