import { setTimeout as sleep } from "node:timers/promises";
import { cpuSince, readCpuTimes } from "./cpu-clock.ts";
import type { SizedText, TextSource } from "./corpus.ts";
import { HttpConnection, toRequest } from "./http-connection.ts";
import type { RunningServer } from "./server-process.ts";
import type { WireForm } from "./subjects.ts";

/** What one server did in one cell: so many clients for so long. */
export interface CellResult {
  clients: number;
  seconds: number;
  /** Texts embedded, one per request, and their tokens. */
  texts: number;
  tokens: number;
  errors: number;
  latenciesMs: number[];
  /** Latencies of GET /health, asked meanwhile at fixed times. */
  healthMs: number[];
  /** CPU seconds of the server, of this load generator, and of everything else on the machine. */
  cpu: { server: number; generator: number; others: number };
}

/** Options of {@link measureCell}. */
export interface CellOptions {
  running: RunningServer;
  wire: WireForm;
  clients: number;
  warmupSeconds: number;
  seconds: number;
  nextText: TextSource;
}

/** Time between two looks at /health; rare enough to cost nothing. */
const healthIntervalMs = 25;

/** Each client sends one text, waits for its vector, and sends the next: a closed loop. Answers before the warm-up's end do not count. */
export async function measureCell({ running, wire, clients, warmupSeconds, seconds, nextText }: CellOptions): Promise<CellResult> {
  const result: CellResult = {
    clients,
    seconds,
    texts: 0,
    tokens: 0,
    errors: 0,
    latenciesMs: [],
    healthMs: [],
    cpu: { server: 0, generator: 0, others: 0 },
  };
  const countFrom = performance.now() + warmupSeconds * 1000;
  const countUntil = countFrom + seconds * 1000;
  const counts = (time: number) => time >= countFrom && time <= countUntil;

  async function client(): Promise<void> {
    const connection = await HttpConnection.open(running.port);
    while (performance.now() < countUntil) {
      const { text, tokens } = nextText();
      const request = toRequest(wire.path, JSON.stringify(wire.toBody([text])));
      const startedAt = performance.now();
      const { status, bodyBytes } = await connection.send(request);
      const endedAt = performance.now();
      if (!counts(endedAt)) continue;
      // At least 384 numbers, and each needs more than two characters: anything shorter is not an embedding.
      if (status !== 200 || bodyBytes < 768) result.errors++;
      else {
        result.texts++;
        result.tokens += tokens;
        result.latenciesMs.push(endedAt - startedAt);
      }
    }
    connection.close();
  }

  async function meterCpu(): Promise<void> {
    await sleep(countFrom - performance.now());
    const before = readCpuTimes(running.pid);
    await sleep(countUntil - performance.now());
    result.cpu = cpuSince(before, running.pid);
  }

  await Promise.all([
    ...Array.from({ length: clients }, client),
    watchHealth(running.port, { from: countFrom, until: countUntil, result }),
    meterCpu(),
  ]);
  return result;
}

/** Asks at fixed times, each on a connection that is free then, so that a slow answer does not delay the next question. */
async function watchHealth(port: number, { from, until, result }: { from: number; until: number; result: CellResult }): Promise<void> {
  const free: HttpConnection[] = [];
  const asked: Promise<void>[] = [];
  const request = toRequest("/health");
  const ask = async () => {
    const startedAt = performance.now();
    const connection = free.pop() ?? (await HttpConnection.open(port));
    await connection.send(request);
    result.healthMs.push(performance.now() - startedAt);
    free.push(connection);
  };
  for (let at = from; at < until; at += healthIntervalMs) {
    await sleep(Math.max(0, at - performance.now()));
    asked.push(ask().catch(() => void result.errors++));
  }
  await Promise.all(asked);
  for (const connection of free) connection.close();
}

/** Texts per second of one request with many texts, up to the last byte of its answer. */
export async function measureBulk(
  running: RunningServer,
  wire: WireForm,
  texts: readonly SizedText[],
): Promise<{ seconds: number; texts: number; tokens: number }> {
  const body = JSON.stringify(wire.toBody(texts.map(({ text }) => text)));
  const startedAt = performance.now();
  const response = await fetch(`http://127.0.0.1:${running.port}${wire.path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${running.server.name} answered ${response.status} to ${texts.length} texts.`);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, texts: texts.length, tokens: texts.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/** The vectors of some texts, asked one by one. */
export async function fetchVectors(running: RunningServer, wire: WireForm, texts: readonly SizedText[]): Promise<number[][]> {
  const vectors: number[][] = [];
  for (const { text } of texts) {
    const body = JSON.stringify(wire.toBody([text]));
    const response = await fetch(`http://127.0.0.1:${running.port}${wire.path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const [vector] = wire.toVectors(await response.json()) ?? [];
    if (vector === undefined) throw new Error(`${running.server.name} answered ${response.status} without a vector.`);
    vectors.push(vector);
  }
  return vectors;
}
