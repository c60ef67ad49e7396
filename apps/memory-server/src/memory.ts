/** One remembered text and whose it is. At least one of userId, agentId and runId is set. */
export interface Memory {
  id: string;
  text: string;
  /** MD5 of the text, hexadecimal; finds the same text again, as Mem0 does. */
  hash: string;
  userId: string | null;
  agentId: string | null;
  runId: string | null;
  metadata: Record<string, unknown>;
  /** Who said it: user, assistant, ...; null for an extracted fact. */
  role: string | null;
  /** Last day on which it is shown, YYYY-MM-DD (UTC); null: for ever. */
  expiresOn: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What happened to a memory. NONE: the same text was there already. */
export type MemoryEventName = "ADD" | "UPDATE" | "DELETE" | "NONE";

/** What a request did to one memory. */
export interface MemoryChange {
  id: string;
  text: string;
  event: MemoryEventName;
  previousText?: string;
  role?: string | null;
}

/** One line of a memory's history; it outlives the memory. */
export interface MemoryEvent {
  id: string;
  memoryId: string;
  oldText: string | null;
  newText: string | null;
  event: "ADD" | "UPDATE" | "DELETE";
  createdAt: Date;
  actorId: string | null;
  role: string | null;
  isDeleted: boolean;
}
