/**
 * Generates memories and imports them into a running server, then tells rate and the server's memory:
 * `pnpm --filter @repo/memory-server bulk-load --lines 100000 [--url http://127.0.0.1:3002] [--key ...] [--user bulk]`
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ImportView, isFinishedImport } from "@repo/contracts/memory-transfer";
import { generateLines } from "./numbered-memories.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "100000" },
    url: { type: "string", default: "http://127.0.0.1:3002" },
    key: { type: "string" },
    user: { type: "string", default: "bulk" },
  },
});
const lines = Number(values.lines);
const headers: Record<string, string> = values.key === undefined ? {} : { authorization: `Bearer ${values.key}` };

async function readJson<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${values.url}${path}`, { ...init, headers: { ...headers, ...(init.headers as Record<string, string>) } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

const say = (fields: object): void => void process.stdout.write(`${JSON.stringify(fields)}\n`);
const seconds = (since: number): number => Math.round((performance.now() - since) / 100) / 10;

const beganAt = performance.now();
const init = {
  method: "POST",
  body: Readable.toWeb(Readable.from(generateLines(lines, values.user)).map((line: string) => new TextEncoder().encode(line))),
  duplex: "half",
  headers: { "content-type": "application/x-ndjson" },
} as unknown as RequestInit;
let view = await readJson<ImportView>(`/imports?file_name=bulk-${lines}.jsonl`, init);
say({ uploadedLines: view.total, seconds: seconds(beganAt) });

const embeddingAt = performance.now();
for (let told = 0; !isFinishedImport(view); told += 1) {
  await sleep(1_000);
  view = await readJson<ImportView>(`/imports/${view.id}`);
  if (told % 10 === 0) say({ done: view.done, state: view.state, message: view.message, seconds: seconds(embeddingAt) });
}
const took = seconds(embeddingAt);
say({
  state: view.state,
  done: view.done,
  skipped: view.skipped,
  failed: view.failed,
  seconds: took,
  perSecond: Math.round(view.done / took),
});
