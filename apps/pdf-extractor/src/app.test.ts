import { sql } from "drizzle-orm";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestCatalogue, type TestCatalogue } from "../test/open-test-catalogue.ts";
import { makeSwatchPdf, someSwatches } from "../test/swatch-pdf.ts";
import { aiCalls } from "./schema.ts";

let catalogue: TestCatalogue;
let documentId: string;
let uploads: boolean[];

beforeAll(async () => {
  catalogue = await openTestCatalogue({ COST_PER_IMAGE_USD: "0.001" });
  const form = new FormData();
  form.append("files", new Blob([makeSwatchPdf(someSwatches)]), "swatches.pdf");
  form.append("files", new Blob(["no pdf"]), "notes.txt");
  const answer = (await (await request("/api/documents", { method: "POST", body: form })).json()) as {
    results: { success: boolean; error: string | null; document: { id: string } | null }[];
  };
  uploads = answer.results.map(({ success }) => success);
  documentId = answer.results[0]?.document?.id ?? "";
  await catalogue.settled(documentId);
}, 240_000);
afterAll(async () => await catalogue?.close());

const request = async (path: string, init: RequestInit = {}): Promise<Response> => await catalogue.server.app.request(path, init);
const post = async (path: string, body: unknown): Promise<Response> =>
  await request(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

interface SearchBody {
  results: { id: string; caption: string; score: number; page_number: number; labels: { color: { label: string }[] } }[];
  weights: Record<string, number>;
  model: string;
}

const search = async (body: unknown): Promise<SearchBody> => (await (await post("/api/search", body)).json()) as SearchBody;

const solid = async (red: number, green: number, blue: number): Promise<Buffer> =>
  await sharp({ create: { width: 40, height: 40, channels: 3, background: { r: red, g: green, b: blue } } })
    .png()
    .toBuffer();

test("a file that is no PDF does not stop the others", () => {
  expect(uploads).toEqual([true, false]);
});

test("words find pictures, and their scores fall", async () => {
  const { results, model, weights } = await search({ text: "something GREEN" });
  expect(results[0]?.caption).toBe("Green plain");
  expect(results.map(({ score }) => score)).toEqual(results.map(({ score }) => score).toSorted((a, b) => b - a));
  expect([model, weights]).toEqual(["test/colours", { base: 1 }]);
});

test("pictures that are called by the words come first, unless an aspect alone is compared", async () => {
  expect((await search({ text: "stripes, blue" })).results[0]?.caption).toBe("Blue striped");
  expect((await search({ text: "stripes, blue", page: 1 })).results.map(({ caption }) => caption)).not.toContain("Blue striped");
  expect((await search({ text: "blue", weights: { color: 1 } })).results[0]?.caption).toBe("Blue plain");
});

test("colour alone finds both of a colour; kinds that words say nothing about are left out", async () => {
  const { results, weights } = await search({ text: "blue", weights: { color: 1, texture: 3 }, limit: 2 });
  expect(results.map(({ caption }) => caption).toSorted()).toEqual(["Blue plain", "Blue striped"]);
  expect(weights).toEqual({ color: 1 });
  expect((await search({ text: "nothing of a colour", weights: { color: 1 } })).results).toEqual([]);
});

test("a photo finds its colour, and a picture what is like it, without itself", async () => {
  const form = new FormData();
  form.append("image", new Blob([new Uint8Array(await solid(200, 40, 40))], { type: "image/png" }), "photo.png");
  form.append("weights", '{"color": 1}');
  form.append("limit", "2");
  const byPhoto = (await (await request("/api/search", { method: "POST", body: form })).json()) as SearchBody;
  expect(byPhoto.results.map(({ labels }) => labels.color[0]?.label)).toEqual(["red", "red"]);
  const { results } = await search({ text: "red" });
  const striped = results.find(({ caption }) => caption === "Red striped");
  const like = await search({ picture_id: striped?.id, weights: { texture: 1 }, limit: 2 });
  expect(like.results.map(({ caption }) => caption).toSorted()).toEqual(["Blue striped", "Green striped"]);
});

test("filters and pages of lists and searches", async () => {
  const list = async (query: string) =>
    (await (await request(`/api/pictures?${query}`)).json()) as { pictures: SearchBody["results"]; total: number };
  expect((await list("color=green")).pictures.map(({ caption }) => caption)).toEqual(["Green plain", "Green striped"]);
  expect(await list(`document_id=${documentId}&page=2&limit=2&offset=1`)).toMatchObject({
    total: 3,
    pictures: [{ page_number: 2 }, { page_number: 2 }],
  });
  expect((await search({ text: "red", page: 2 })).results.map(({ page_number: page }) => page)).toEqual([2, 2, 2]);
  const labels = (await (await request("/api/pictures/labels")).json()) as { color: { label: string; count: number }[] };
  expect(labels.color[0]).toEqual({ label: "blue", count: 2 });
});

test.each([
  ["no subject", {}, 400],
  ["two subjects", { text: "a", picture_id: "b" }, 400],
  ["an unknown picture", { picture_id: "ffffffffffffffffffffffffffffffff" }, 404],
  ["a weight below 0", { text: "a", weights: { base: -1 } }, 400],
  ["a kind of vector that there is not", { text: "a", weights: { smell: 1 } }, 400],
  ["weights that are all 0", { text: "a", weights: { base: 0, color: 0 } }, 400],
  ["characters that cannot be stored", { text: "a\0b" }, 400],
])("a search with %s is refused", async (_name, body, status) => {
  const response = await post("/api/search", body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ success: false });
});

test("the original's embedding routes answer with vectors of length 1 of one space", async () => {
  const image = (await solid(40, 80, 190)).toString("base64");
  const ofImage = await (await post("/api/embeddings/clip-image", { image_data: `data:image/png;base64,${image}` })).json();
  expect(ofImage).toMatchObject({ success: true, dimensions: 1152, model: "test/colours", error: null });
  const plain = await (await post("/api/embeddings/clip-image", { image_data: image, model: "clip-vit-base-patch32" })).json();
  expect(plain).toEqual(ofImage);
  const ofText = await (await post("/api/embeddings/clip-text", { text: "blue", dimensions: 1024, input_type: "query" })).json();
  const [a, b] = [ofImage, ofText].map((answer) => (answer as { embedding: number[] }).embedding) as [number[], number[]];
  expect(Math.hypot(...a)).toBeCloseTo(1, 5);
  expect(a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)).toBeGreaterThan(0.9);
  for (const [body, status] of [
    [{ image_data: "§§§" }, 400],
    [{ image_data: Buffer.from("BM not taken").toString("base64") }, 415],
    [{ image_data: Buffer.alloc(11 * 2 ** 20).toString("base64") }, 413],
  ] as const) {
    expect((await post("/api/embeddings/clip-image", body)).status).toBe(status);
  }
  expect(await (await request("/api/embeddings/health")).json()).toMatchObject({ status: "healthy", mode: "space", dimensions: 1152 });
});

test("the log of calls adds up, by day and by model", async () => {
  const { days, models } = (await (await request("/api/calls?days=2")).json()) as {
    days: { succeeded: number; items: number; cost: number; p50_ms: number | null }[];
    models: { model: string; calls: number }[];
  };
  expect(days).toHaveLength(2);
  const today = days[1];
  const { rows } = (await catalogue.database.db.execute(
    sql`select count(*)::int as calls, sum(cost)::float8 as cost from ${aiCalls} where status = 'succeeded'`,
  )) as unknown as { rows: { calls: number; cost: number }[] };
  expect(today?.succeeded).toBe(rows[0]?.calls);
  expect(today?.cost).toBeCloseTo(rows[0]?.cost ?? 0);
  expect(today?.p50_ms).toBeGreaterThan(0);
  expect(models.map(({ model }) => model)).toEqual(["huggingface/test/colours"]);
});

test("every page is made, in words for people when something is wrong", async () => {
  const { results } = await search({ text: "red" });
  const id = results[0]?.id ?? "";
  const expected: Record<string, string> = {
    "/": "swatches.pdf",
    "/pictures": "7 pictures",
    "/pictures?text=red": "Pictures for “red”",
    [`/pictures?like=${id}&w_color=100`]: "Pictures like this one",
    "/pictures?color=green": "Green striped",
    [`/pictures/${id}`]: "64 × 64 pixels",
    [`/documents/${documentId}`]: "Page 2",
    "/calls": "visual_embedding_generation",
    [`/calls?document=${documentId}`]: "Calls for one document",
    "/fragments/documents": "7 pictures",
  };
  for (const [path, text] of Object.entries(expected)) {
    const response = await request(path);
    expect([path, response.status]).toEqual([path, 200]);
    expect(await response.text()).toContain(text);
  }
  const missing = await request("/pictures/ffffffffffffffffffffffffffffffff");
  expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining("There is no such picture.")]);
  expect((await request(`/documents/${crypto.randomUUID()}`)).status).toBe(404);
});

test("pictures, photos and PDFs are served as what they are and nothing else", async () => {
  const { results } = await search({ text: "red" });
  const thumbnail = await request(`/pictures/${results[0]?.id}/thumbnail`);
  expect(thumbnail.headers.get("content-type")).toBe("image/webp");
  expect(thumbnail.headers.get("content-security-policy")).toContain("sandbox");
  const file = await request(`/documents/${documentId}/file`);
  expect([file.headers.get("content-type"), (await file.arrayBuffer()).byteLength]).toEqual([
    "application/pdf",
    makeSwatchPdf(someSwatches).byteLength,
  ]);
  const form = new FormData();
  form.append("image", new Blob([new Uint8Array(await solid(1, 2, 3))]), "photo.png");
  form.append("color", "red");
  const sent = await request("/pictures/photo", { method: "POST", body: form });
  expect([sent.status, sent.headers.get("location")]).toEqual([303, expect.stringMatching(/^\/pictures\?photo=[0-9a-f]{64}&color=red$/)]);
  const photo = await request(sent.headers.get("location")?.replace(/^\/pictures\?photo=([0-9a-f]+).*/, "/photos/$1") ?? "");
  expect(photo.headers.get("content-type")).toBe("image/png");
});

test("pages elsewhere change nothing here", async () => {
  const headers = { origin: "https://elsewhere.example", host: "127.0.0.1:3004" };
  expect((await request(`/documents/${documentId}/delete`, { method: "POST", headers })).status).toBe(403);
  expect((await request(`/api/documents/${documentId}`, { method: "DELETE", headers })).status).toBe(403);
});

test("with a key everything but health checks asks for it, as header, bearer or a browser's password", async () => {
  const key = "a-key-of-24-characters-ok";
  const guarded = await openTestCatalogue({ ACCESS_KEY: key, JOBS_AT_ONCE: "0" });
  try {
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const response = await guarded.server.app.request(path, { headers });
      return [response.status, response.headers.get("www-authenticate")?.split(" ")[0]];
    };
    for (const path of ["/", "/api/pictures", "/calls", "/events", "/assets/catalogue.js"])
      expect(await status(path)).toEqual([401, "Basic"]);
    for (const path of ["/health", "/ready", "/api/embeddings/health"]) expect((await status(path))[0]).toBe(200);
    for (const headers of [
      { "x-api-key": key },
      { authorization: `Bearer ${key}` },
      { authorization: `Basic ${Buffer.from(`anybody:${key}`).toString("base64")}` },
    ]) {
      expect((await status("/", headers))[0]).toBe(200);
    }
    expect((await status("/", { "x-api-key": "wrong" }))[0]).toBe(401);
  } finally {
    await guarded.close();
  }
}, 240_000);
