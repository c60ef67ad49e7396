import { randomUUID } from "node:crypto";
import type { EmbedderConnection } from "@repo/client-kit/embedder-connection";
import { CodedError } from "@repo/contracts/coded-error";
import { type MemoryStatus, memoryStatusRoute } from "@repo/contracts/memory-administration";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { accessOf, narrowScope } from "../../access.ts";
import type { MemoryService } from "../../memories/memory-service.ts";
import { toCodedError } from "@repo/server-kit/error-response";

/** What {@link mountStatus} asks. */
export interface StatusParts {
  service: MemoryService;
  connection: EmbedderConnection;
  store: "pgvector" | "qdrant";
  /** Whether facts are extracted from messages. */
  extractsFacts: boolean;
  modelInUse: () => ModelIdentity | undefined;
}

type Steps = MemoryStatus["steps"];

/** Owner of the memory that a round trip writes, finds and removes again. */
const statusRunId = "outpost-status";
/** Longest a round trip may take, milliseconds: whoever asks wants to know now, not after a wake-up. */
const roundTripTimeoutMs = 20_000;
/** What a round trip that was cut off has left is older than this, milliseconds. */
const leftOverAfterMs = 60_000;

/** Mounts `GET /status`. Callers at the same time share one round trip, so that it cannot be used to keep a Space busy. */
export function mountStatus(server: Server, parts: StatusParts): void {
  let running: Promise<Steps> | undefined;
  const shareRoundTrip = async (): Promise<Steps> => {
    running ??= takeRoundTrip(parts).finally(() => (running = undefined));
    return await running;
  };
  mountRoute(server, memoryStatusRoute, async (_body, context) => {
    const steps = await shareRoundTrip();
    const isOk = steps.every(({ ok }) => ok);
    const [{ total }, diagnosis] = await Promise.all([
      parts.service.list({ scope: narrowScope(accessOf(context)), limit: 0, includeExpired: true }),
      steps[0]?.ok === false ? parts.connection.diagnose({ signal: context.signal }) : undefined,
    ]);
    if (!isOk) context.status = 503;
    return {
      status: isOk ? ("ok" as const) : ("broken" as const),
      service: "memory-server" as const,
      steps,
      model: parts.modelInUse() ?? null,
      store: parts.store,
      memories: total,
      space: parts.connection.status(),
      facts: parts.extractsFacts,
      ...(diagnosis === undefined
        ? {}
        : { diagnosis: { condition: diagnosis.condition, title: diagnosis.title, fix: diagnosis.fix, evidence: diagnosis.evidence } }),
    };
  });
}

async function takeRoundTrip({ service, connection }: StatusParts): Promise<Steps> {
  const scope = { runId: statusRunId };
  const context = { deadlineAt: Date.now() + roundTripTimeoutMs };
  const id = randomUUID();
  const text = `Status of the memory server, round trip ${id}`;
  const steps: Steps = [];
  const take = async (name: Steps[number]["name"], run: () => Promise<unknown>): Promise<boolean> => {
    const startedAt = performance.now();
    const ms = (): number => Math.round((performance.now() - startedAt) * 10) / 10;
    try {
      await run();
      steps.push({ name, ok: true, ms: ms() });
      return true;
    } catch (error) {
      steps.push({ name, ok: false, ms: ms(), message: toCodedError(error).message });
      return false;
    }
  };
  const search = async (): Promise<void> => {
    const found = await service.search({ text, scope, limit: 5 }, context);
    if (!found.some(({ memory }) => memory.id === id)) throw new CodedError("internal", "What was stored a moment ago was not found.");
  };
  try {
    const isEmbedded = await take("embed", async () => await connection.embedder.embed({ texts: [text], inputType: "passage" }, context));
    const isStored = isEmbedded && (await take("store", async () => await service.insertBatch([{ id, text, scope }], context)));
    if (isStored) await take("search", search);
  } finally {
    const left = await service.list({ scope, limit: 100, includeExpired: true });
    const isLeftOver = (createdAt: Date): boolean => createdAt.getTime() < Date.now() - leftOverAfterMs;
    await service.forget(left.memories.filter((memory) => memory.id === id || isLeftOver(memory.createdAt)).map((memory) => memory.id));
  }
  return steps;
}
