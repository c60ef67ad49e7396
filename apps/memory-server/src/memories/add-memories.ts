import { randomUUID } from "node:crypto";
import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { Logger } from "@repo/server-kit/log";
import type { Memory, MemoryChange } from "../memory.ts";
import type { VectorStore } from "../vector-stores/vector-store.ts";
import { checkExpiry, checkMetadata, checkOwner, checkRole, checkText } from "./check-memory.ts";
import type { AddedMemories, AddMemories, FactSource, MemoryService, Message } from "./memory-service.ts";
import { findByHash, hashText, insertMemories, lockTexts } from "./memory-store.ts";
import type { VectorGate } from "./vector-gate.ts";

/** What {@link createAdd} needs. */
export interface AddParts {
  db: Database;
  store: VectorStore;
  gate: VectorGate;
  facts?: FactSource | undefined;
  factsTimeoutMs?: number | undefined;
  log?: Logger | undefined;
}

/** A text to remember and who said it. */
interface Statement {
  text: string;
  hash: string;
  role: string | null;
  name: string | undefined;
}

/** The way from a conversation to memories: texts, vectors of the new ones, one transaction. */
export function createAdd(parts: AddParts): MemoryService["add"] {
  return async (request, context = {}) => {
    const scope = checkOwner(request.scope);
    const expiresOn = checkExpiry(request.expiresOn);
    const metadata = checkMetadata(request.metadata);
    const { statements, warnings } = await toStatements(parts, request, context);
    const { db, gate, store } = parts;
    const hashes = [...new Set(statements.map(({ hash }) => hash))];

    const known = await findByHash(db, scope, hashes);
    const fresh = [...new Map(statements.filter(({ hash }) => !known.has(hash)).map((statement) => [statement.hash, statement])).values()];
    const vectors =
      fresh.length === 0
        ? []
        : await gate.embedPassages(
            fresh.map(({ text }) => text),
            context,
          );
    const createdAt = new Date();
    const points = fresh.map(({ text, hash, role, name }, index) => ({
      memory: {
        id: randomUUID(),
        text,
        hash,
        userId: scope.userId ?? null,
        agentId: scope.agentId ?? null,
        runId: scope.runId ?? null,
        metadata: name === undefined ? metadata : { ...metadata, actor_id: name },
        role,
        expiresOn,
        // A millisecond apart, so that a conversation keeps its order.
        createdAt: new Date(createdAt.getTime() + index),
        updatedAt: new Date(createdAt.getTime() + index),
      } satisfies Memory,
      vector: vectors[index] as Float32Array,
    }));

    const added = new Map<string, Memory>();
    if (points.length > 0) {
      const ids = points.map(({ memory }) => memory.id);
      try {
        const written = await gate.store(points, async (transaction) => {
          await lockTexts(transaction, scope, hashes);
          // Somebody else may have added the same while the vectors were computed.
          for (const [hash, memory] of await findByHash(transaction, scope, hashes)) known.set(hash, memory);
          return await insertMemories(
            transaction,
            points.map(({ memory }) => memory).filter(({ hash }) => !known.has(hash)),
          );
        });
        for (const { memory } of points) if (written.has(memory.id)) added.set(memory.hash, memory);
      } finally {
        const orphans = ids.filter((id) => ![...added.values()].some((memory) => memory.id === id));
        // New ids, so nobody else's points; should this fail too, points without a memory are found by nobody.
        if (store.kind === "qdrant" && orphans.length > 0) await store.remove(orphans).catch(() => undefined);
      }
    }
    const changes = toChanges(statements, added, known);
    return Object.assign(changes, warnings.length === 0 ? {} : { warnings });
  };
}

function toChanges(statements: readonly Statement[], added: Map<string, Memory>, known: Map<string, Memory>): AddedMemories {
  const told = new Set<string>();
  return statements.map(({ hash, text, role }): MemoryChange => {
    const isNew = added.has(hash) && !told.has(hash);
    told.add(hash);
    const memory = added.get(hash) ?? known.get(hash);
    if (memory === undefined) throw new CodedError("internal", "A text was neither stored nor known.");
    return { id: memory.id, text, event: isNew ? "ADD" : "NONE", role };
  });
}

async function toStatements(
  parts: AddParts,
  request: AddMemories,
  context: CallContext,
): Promise<{ statements: Statement[]; warnings: string[] }> {
  // What the system says are instructions, not memories.
  const spoken = request.messages.filter(({ role, content }) => role !== "system" && content.trim() !== "");
  if (spoken.length === 0)
    throw new CodedError("invalid_request", "messages: there is no text to remember.", { details: { field: "messages" } });
  if (parts.facts !== undefined && request.infer !== false) {
    try {
      const facts = await parts.facts.extract(spoken, { ...context, deadlineAt: toFactsDeadline(parts, context) }, request.prompt);
      return { statements: facts.map((text) => toStatement({ text: checkText(text, "fact"), role: null, name: undefined })), warnings: [] };
    } catch (error) {
      context.signal?.throwIfAborted();
      const reason = CodedError.isInstance(error) ? error.message : "The extraction failed.";
      parts.log?.warn({ requestId: context.requestId, err: error }, "no facts were extracted; the messages are stored as they are");
      return {
        statements: spoken.map(toMessageStatement),
        warnings: [`No facts were extracted, the messages are stored as they are. ${reason}`],
      };
    }
  }
  return { statements: spoken.map(toMessageStatement), warnings: [] };
}

/** Leaves half of the caller's time for the embedding. */
function toFactsDeadline({ factsTimeoutMs = 60_000 }: AddParts, context: CallContext): number {
  const now = Date.now();
  return Math.min(now + factsTimeoutMs, context.deadlineAt === undefined ? Infinity : now + (context.deadlineAt - now) / 2);
}

function toMessageStatement({ role, content, name }: Message): Statement {
  return toStatement({ text: checkText(content, "messages"), role: checkRole(role), name });
}

function toStatement(parts: Omit<Statement, "hash">): Statement {
  return { ...parts, hash: hashText(parts.text) };
}
