import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import type { Memory, MemoryChange, MemoryEvent } from "../memory.ts";
import type { MemoryScope } from "../memory-scope.ts";
import type { MetadataFilter } from "../vector-stores/metadata-filter.ts";

/** One message of a conversation. */
export interface Message {
  role: string;
  content: string;
  name?: string | undefined;
}

/** What {@link MemoryService.add} takes. */
export interface AddMemories {
  messages: readonly Message[];
  /** At least one id. */
  scope: MemoryScope;
  metadata?: Record<string, unknown> | undefined;
  /** false: store the messages as they are, even where facts could be extracted. Default true. */
  infer?: boolean | undefined;
  /** YYYY-MM-DD. */
  expiresOn?: string | undefined;
  /** Instructions for the extraction, in place of the built-in ones. */
  prompt?: string | undefined;
}

/** What {@link MemoryService.list} takes. */
export interface ListMemories {
  scope: MemoryScope;
  filter?: MetadataFilter | undefined;
  /** Most memories to give. */
  limit: number;
  offset?: number | undefined;
  includeExpired?: boolean | undefined;
}

/** What {@link MemoryService.search} takes. */
export interface SearchMemories {
  text: string;
  scope: MemoryScope;
  /** Default 20, as Mem0 has it. */
  limit?: number | undefined;
  /** Lowest score to give, 0..1. Default 0. */
  minScore?: number | undefined;
  filter?: MetadataFilter | undefined;
  includeExpired?: boolean | undefined;
}

/** A memory and how near it is to what was looked for. */
export interface FoundMemory {
  memory: Memory;
  /** 0..1; 1 is the same direction. */
  score: number;
}

/** What {@link MemoryService.update} changes; what is undefined stays. */
export interface UpdateMemory {
  text?: string | undefined;
  /** Merged into what is there. */
  metadata?: Record<string, unknown> | undefined;
  /** YYYY-MM-DD; null: for ever. */
  expiresOn?: string | null | undefined;
}

/** One row of {@link MemoryService.insertBatch}; its id makes inserting it again harmless. */
export interface NewMemory {
  id: string;
  text: string;
  /** At least one id. */
  scope: MemoryScope;
  metadata?: Record<string, unknown> | undefined;
  createdAt?: Date | undefined;
  updatedAt?: Date | undefined;
  expiresOn?: string | null | undefined;
  role?: string | null | undefined;
}

/** One owner of memories, as /entities lists them. */
export interface Entity {
  type: "user" | "agent" | "run";
  id: string;
  memories: number;
  createdAt: Date;
  updatedAt: Date;
}

/** Takes the facts worth remembering out of a conversation; src/facts has the one that asks a language model. */
export interface FactSource {
  /** @param instructions what the caller wants to be looked for */
  extract(messages: readonly Message[], context?: CallContext, instructions?: string): Promise<string[]>;
}

/** What was added, and what was less than perfect about it. */
export type AddedMemories = MemoryChange[] & { warnings?: string[] };

/**
 * The one way to memories: routes, console and imports use nothing else.
 *
 * A `scope` beside an id limits who may see it: for another scope's memory every method throws not_found.
 * All methods throw CodedError; those that embed also what the embedder throws.
 */
export interface MemoryService {
  /** Stores facts or messages. The same text in the same scope is stored once; the answer says NONE for it. */
  add(request: AddMemories, context?: CallContext): Promise<AddedMemories>;
  /** Newest first. `total` counts all that match. */
  list(query: ListMemories): Promise<{ memories: Memory[]; total: number }>;
  get(id: string, scope?: MemoryScope): Promise<Memory>;
  /** Best first. */
  search(query: SearchMemories, context?: CallContext): Promise<FoundMemory[]>;
  update(id: string, change: UpdateMemory, scope?: MemoryScope, context?: CallContext): Promise<Memory>;
  remove(id: string, scope?: MemoryScope): Promise<void>;
  /** Removes everything in a scope that is not empty; says how many. */
  removeMany(scope: MemoryScope): Promise<number>;
  /** Oldest first; also of a deleted memory. */
  history(id: string, scope?: MemoryScope): Promise<MemoryEvent[]>;
  /** Removes memories and every trace of them, history too: for what was never a person's. Unknown ids are ignored. */
  forget(ids: readonly string[]): Promise<void>;
  /** Removes every memory, vector and history line. */
  reset(): Promise<void>;
  /**
   * Embeds the texts, then inserts memories, vectors and history in one transaction, in which `inTransaction` runs too.
   * Rows whose id is there already are left as they are.
   */
  insertBatch(
    rows: readonly NewMemory[],
    context?: CallContext,
    inTransaction?: (transaction: Database) => Promise<void>,
  ): Promise<{ inserted: number }>;
  /** Owners that have memories, those with most first. */
  entities(scope?: MemoryScope): Promise<Entity[]>;
}
