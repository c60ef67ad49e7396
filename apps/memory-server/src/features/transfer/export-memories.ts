import type { Database } from "@repo/app-kit/open-database";
import { and, asc, eq, type SQL, sql } from "drizzle-orm";
import type { MemoryScope } from "../../memory-scope.ts";
import { memories } from "../../schema.ts";

/** Memories read at once: what an export holds in memory. */
const memoriesPerPage = 500;

type ExportRow = typeof memories.$inferSelect;

function toLine(memory: ExportRow): string {
  return JSON.stringify({
    id: memory.id,
    memory: memory.text,
    hash: memory.hash,
    user_id: memory.userId,
    agent_id: memory.agentId,
    run_id: memory.runId,
    metadata: memory.metadata,
    role: memory.role,
    expiration_date: memory.expiresOn,
    created_at: memory.createdAt.toISOString(),
    updated_at: memory.updatedAt.toISOString(),
  });
}

function isIn({ userId, agentId, runId }: MemoryScope): SQL | undefined {
  return and(
    userId === undefined ? undefined : eq(memories.userId, userId),
    agentId === undefined ? undefined : eq(memories.agentId, agentId),
    runId === undefined ? undefined : eq(memories.runId, runId),
  );
}

/** Memories of a scope, oldest first, a page at a time; what is written meanwhile may or may not be among them. */
async function* pageMemories(db: Database, scope: MemoryScope): AsyncGenerator<ExportRow[]> {
  let after: SQL | undefined;
  for (;;) {
    const page = await db
      // As text: a Date has no microseconds, and a page that ends within a millisecond would begin there again.
      .select({ memory: memories, moment: sql<string>`${memories.createdAt}::text` })
      .from(memories)
      .where(and(isIn(scope), after))
      .orderBy(asc(memories.createdAt), asc(memories.id))
      .limit(memoriesPerPage);
    if (page.length > 0) yield page.map(({ memory }) => memory);
    const last = page.at(-1);
    if (last === undefined || page.length < memoriesPerPage) return;
    after = sql`(${memories.createdAt}, ${memories.id}) > (${last.moment}::timestamptz, ${last.memory.id}::uuid)`;
  }
}

/** The bytes of an export, made as they are read: a slow reader costs no memory. */
export async function* exportMemories(db: Database, scope: MemoryScope, format: "jsonl" | "json"): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const [separator, end] = format === "json" ? [",\n", "\n]}\n"] : ["\n", "\n"];
  let isFirst = true;
  if (format === "json") yield encoder.encode('{"results": [\n');
  for await (const page of pageMemories(db, scope)) {
    yield encoder.encode(`${isFirst ? "" : separator}${page.map(toLine).join(separator)}`);
    isFirst = false;
  }
  if (format === "json" || !isFirst) yield encoder.encode(end);
}
