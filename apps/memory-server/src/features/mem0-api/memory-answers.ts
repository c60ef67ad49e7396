import type { MemoryAnswer } from "@repo/contracts/memories";
import type { Memory, MemoryChange, MemoryEvent } from "../../memory.ts";

/** A memory as Mem0's clients read it. */
export function toMemoryAnswer(memory: Memory): MemoryAnswer {
  const { actor_id: actorId, ...metadata } = memory.metadata;
  return {
    id: memory.id,
    memory: memory.text,
    hash: memory.hash,
    metadata: Object.keys(metadata).length === 0 ? null : metadata,
    user_id: memory.userId,
    agent_id: memory.agentId,
    run_id: memory.runId,
    actor_id: typeof actorId === "string" ? actorId : null,
    role: memory.role,
    expiration_date: memory.expiresOn,
    created_at: memory.createdAt.toISOString(),
    updated_at: memory.updatedAt.toISOString(),
  };
}

/** What an add did, as Mem0's clients read it. */
export function toChangeAnswer(change: MemoryChange) {
  const { id, text, event, previousText, role } = change;
  return { id, memory: text, event, role: role ?? null, ...(previousText === undefined ? {} : { previous_memory: previousText }) };
}

/** A line of history, as Mem0's clients read it. */
export function toHistoryAnswer(event: MemoryEvent) {
  const at = event.createdAt.toISOString();
  return {
    id: event.id,
    memory_id: event.memoryId,
    old_memory: event.oldText,
    new_memory: event.newText,
    event: event.event,
    created_at: at,
    updated_at: at,
    is_deleted: event.isDeleted,
    actor_id: event.actorId,
    role: event.role,
  };
}
