/**
 * 5,000 lines through built processes: the server is killed twice at random moments and the Space once, and at the end every
 * line is exactly one memory with the right vector.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "@repo/app-kit/open-database";
import { decodeVector } from "@repo/client-kit/decode-vector";
import type { EmbedTextResponse } from "@repo/contracts/embed-text";
import type { ImportView } from "@repo/contracts/memory-transfer";
import { type BuiltProcess, defineBuiltProcess } from "@repo/testing/built-process";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateLines, toNumberedText } from "./numbered-memories.ts";

const lines = 5_000;
let folder: string;
let space: BuiltProcess;
let server: BuiltProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "memory-server-import-"));
  space = await defineBuiltProcess("spaces/bge-embed");
  server = await defineBuiltProcess("apps/memory-server", {
    DATA_DIRECTORY: folder,
    HF_SPACE_EMBEDDER_ENDPOINT: space.url,
    LOCAL_FALLBACK: "false",
  });
  await space.start();
  await server.start();
});
afterAll(async () => {
  await server?.stop("SIGKILL");
  await space?.stop("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function readImport(id: string): Promise<ImportView> {
  return (await (await fetch(`${server.url}/imports/${id}`)).json()) as ImportView;
}

/** Waits until so many lines are memories; says how many it were when it looked. */
async function waitForDone(id: string, least: number): Promise<ImportView> {
  await expect.poll(async () => (await readImport(id)).done, { timeout: 300_000, interval: 20 }).toBeGreaterThanOrEqual(least);
  return await readImport(id);
}

/** A moment within a part of the import, e.g. between its first and its second fifth. */
const between = (from: number, to: number): number => Math.round(lines * (from + Math.random() * (to - from)));

async function embed(texts: readonly string[]): Promise<Float32Array[]> {
  const response = await fetch(`${space.url}/embed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ texts, input_type: "passage", encoding_format: "base64" }),
  });
  const { embeddings, dimensions } = (await response.json()) as EmbedTextResponse;
  return embeddings.map((vector) => decodeVector(vector, dimensions) ?? new Float32Array(dimensions));
}

// A minute on two free cores; a machine that does other things as well gets its time.
test("kill -9 of the server, twice, and of the Space loses nothing and doubles nothing", { timeout: 600_000 }, async () => {
  const body = [...generateLines(lines, "ada")].join("");
  const upload = await fetch(`${server.url}/imports`, { method: "POST", body, headers: { "content-type": "application/x-ndjson" } });
  expect(upload.status).toBe(202);
  const { id } = (await upload.json()) as ImportView;

  for (const moment of [between(0.02, 0.3), between(0.35, 0.55)]) {
    await waitForDone(id, moment);
    await server.stop("SIGKILL");
    await server.start();
  }
  await waitForDone(id, between(0.6, 0.8));
  await space.stop("SIGKILL");
  await expect.poll(async () => (await readImport(id)).message, { timeout: 60_000 }).toMatch(/^Waiting: /);
  expect((await readImport(id)).state).toBe("running");
  await space.start();

  const done = await waitForDone(id, lines);
  await expect.poll(async () => (await readImport(id)).state, { timeout: 20_000 }).toBe("done");
  expect(done).toMatchObject({ total: lines, done: lines, skipped: 0, failed: 0, problems: [] });

  for (const number of [0, 1_234, lines - 1]) {
    const response = await fetch(`${server.url}/search`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: toNumberedText(number), user_id: "ada", top_k: 5 }),
    });
    const { results } = (await response.json()) as { results: { memory: string }[] };
    expect(results.map(({ memory }) => memory)).toContain(toNumberedText(number));
  }
  expect(await server.stop("SIGTERM")).toBe(0);
  await checkStored();
});

/** Looks into the database itself: every text once, each with the vector that the Space makes of it, and nothing left over. */
async function checkStored(): Promise<void> {
  const database = await openDatabase({
    directory: folder,
    migrationsFolder: fileURLToPath(new URL("../migrations", import.meta.url)),
  });
  try {
    const { rows } = (await database.db.execute(
      sql`select text, embedding::text as vector from memories left join memory_vectors on memory_id = id`,
    )) as unknown as { rows: { text: string; vector: string | null }[] };
    const texts = Array.from({ length: lines }, (_, index) => toNumberedText(index));
    expect(rows.map(({ text }) => text).toSorted()).toEqual(texts.toSorted());
    const expected = new Map<string, Float32Array>();
    for (let from = 0; from < lines; from += 500) {
      const batch = texts.slice(from, from + 500);
      for (const [position, vector] of (await embed(batch)).entries()) expected.set(batch[position] ?? "", vector);
    }
    const wrong = rows.filter(({ text, vector }) => {
      const stored = JSON.parse(vector ?? "[]") as number[];
      const cosine = stored.reduce((sum, value, index) => sum + value * (expected.get(text)?.[index] ?? 0), 0);
      return !(cosine > 0.9999);
    });
    expect(wrong).toEqual([]);
    const { rows: left } = (await database.db.execute(
      sql`select (select count(*)::int from import_lines) as lines, (select count(*)::int from memory_history) as history,
        (select count(*)::int from memory_vectors) as vectors`,
    )) as unknown as { rows: { lines: number; history: number; vectors: number }[] };
    expect(left).toEqual([{ lines: 0, history: lines, vectors: lines }]);
  } finally {
    await database.close();
  }
}
