/** mem0's own package, pointed at this Space as people do it: as its "openai" embedder. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import type { SpaceProcess } from "@repo/testing/space-process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bgeSpace } from "./bge-space.ts";
import type { Mem0Report, Mem0Task } from "./mem0-program.ts";

const memories = [
  "I am allergic to peanuts and to shellfish.",
  "My sister has a flat in Lisbon.",
  "I ride my bicycle to work every morning.",
  "My passport expires in March.",
  "I play the violin in a small orchestra.",
];
const questions = ["Which foods must not be on the menu?", "Where does my sister live?", "How do I get to the office?"];
const answers = [memories[0], memories[1], memories[2]];
const key = "hf_the_one_token";

let database: PGlite;
let postgres: PGLiteSocketServer;
let reject: SpaceProcess;
let adapt: SpaceProcess;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "mem0-"));
  database = await PGlite.create({ extensions: { vector } });
  // mem0 opens a connection for its memories and one for the entities it finds in them.
  postgres = new PGLiteSocketServer({ db: database, port: 0, host: "127.0.0.1", maxConnections: 8 });
  await postgres.start();
  [reject, adapt] = await Promise.all([
    bgeSpace.startProcess({ HF_SPACE_API_TOKEN: key }),
    bgeSpace.startProcess({ HF_SPACE_API_TOKEN: key, DIMENSIONS_POLICY: "adapt" }),
  ]);
});
afterAll(async () => {
  await Promise.all([reject.stop(), adapt.stop()]);
  await postgres.stop();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

/** Runs the program with the settings of a user, in a collection of its own. */
async function runProgram(space: SpaceProcess, collectionName: string, embedder: Partial<Mem0Task["embedder"]> = {}): Promise<Mem0Report> {
  const program = fork(new URL("./mem0-program.ts", import.meta.url), {
    // Its telemetry would wait for a network that tests do not have.
    env: { MEM0_TELEMETRY: "false", MEM0_DIR: home, HOME: home },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const reported = once(program, "message") as Promise<[Mem0Report]>;
  const ended = once(program, "exit").then(([code]) => Promise.reject(new Error(`the program ended with ${String(code)} and no report`)));
  program.send({
    embedder: { baseURL: `${space.url}/v1`, apiKey: key, model: "BAAI/bge-base-en-v1.5", ...embedder },
    vectorStore: {
      connectionString: `postgres://postgres@${postgres.getServerConn()}/postgres`,
      collectionName,
      embeddingModelDims: embedder.embeddingDims ?? 768,
    },
    memories,
    questions,
  } satisfies Mem0Task);
  const [report] = await Promise.race([reported, ended]);
  await ended.catch(() => {});
  return report;
}

/** Lengths of the vectors that the program stored. */
async function storedLengths(collection: string): Promise<number[]> {
  const { rows } = await database.query<{ length: number }>(`SELECT vector_dims(vector) AS length FROM ${collection}`);
  return rows.map(({ length }) => length);
}

function answersOf(report: Mem0Report): { memory: string; score: number }[][] {
  if ("error" in report) throw new Error(report.error);
  return report.answers;
}

test("memories are kept and the right one is found first", async () => {
  const found = answersOf(await runProgram(reject, "plain"));
  expect(found.map(([best]) => best?.memory)).toEqual(answers);
  expect(await storedLengths("plain")).toEqual(memories.map(() => 768));
  expect(reject.faults()).toEqual([]);
});

test("embeddingDims that are the model's own change nothing", async () => {
  expect(answersOf(await runProgram(reject, "named", { embeddingDims: 768 }))).toEqual(answersOf(await runProgram(reject, "unnamed")));
});

test("a collection of OpenAI's 1,536 numbers works with DIMENSIONS_POLICY=adapt, and finds the same with the same scores", async () => {
  const wide = answersOf(await runProgram(adapt, "wide", { embeddingDims: 1536 }));
  expect(await storedLengths("wide")).toEqual(memories.map(() => 1536));
  const narrow = answersOf(await runProgram(adapt, "narrow", { embeddingDims: 768 }));
  expect(wide.map((list) => list.map(({ memory }) => memory))).toEqual(narrow.map((list) => list.map(({ memory }) => memory)));
  const scores = narrow.flat().map(({ score }) => expect.closeTo(score, 5) as number);
  expect(wide.flat().map(({ score }) => score)).toEqual(scores);
});

test("1,536 numbers without that setting are refused with what to change, and nothing is kept", async () => {
  const report = await runProgram(reject, "refused", { embeddingDims: 1536 });
  expect(report).toEqual({ error: expect.stringMatching(/^400 .*1536.*768/s) as string });
  expect(await storedLengths("refused")).toEqual([]);
});

test("a wrong key is told in words", async () => {
  const report = await runProgram(reject, "locked", { apiKey: "hf_another" });
  expect(report).toEqual({ error: expect.stringContaining("401 The key is not one of this service's keys.") as string });
});
