import type { Database } from "@repo/app-kit/open-database";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { MemoryScope } from "../memory-scope.ts";
import type { Memory } from "../memory.ts";
import type { MetadataFilter } from "./metadata-filter.ts";

/** A memory and the vector of its text. */
interface VectorPoint {
  memory: Memory;
  /** float32 [dimensions]; its length need not be 1. */
  vector: Float32Array;
}

/** A memory that was found. */
export interface VectorMatch {
  id: string;
  /** Cosine of the angle between query and memory, -1..1. */
  score: number;
}

/** What {@link VectorStore.search} looks for. */
export interface VectorQuery {
  vector: Float32Array;
  /** Every id that is given must be the memory's; an empty scope finds everybody's memories. */
  scope: MemoryScope;
  limit: number;
  /** Leaves out what is less similar. Default: nothing is left out. */
  minScore?: number | undefined;
  filter?: MetadataFilter | undefined;
  /** Also memories whose last day is over. Default false. */
  includeExpired?: boolean | undefined;
}

/**
 * Where the vectors are. The memories themselves are rows of the database; a store only answers which of them are near.
 *
 * Every method throws CodedError: model_mismatch, model_unavailable when the store's server does not answer (retryable),
 * unauthorized when it refuses the key, not_found when its collection was deleted underneath, and invalid_request for a
 * vector of another length.
 */
export interface VectorStore {
  readonly kind: "pgvector" | "qdrant";
  /**
   * Creates what the store needs for the model where there is nothing. Called once, before everything else.
   * @throws model_mismatch, with the ways out in the message, when what is stored is of another model or length
   */
  open(identity: ModelIdentity): Promise<void>;
  /**
   * Inserts or replaces. pgvector: the memories' rows must exist; pass the transaction that wrote them. Qdrant: call it
   * before that transaction and pass nothing; a point whose row never came is found by nobody, and the retry replaces it.
   */
  upsert(points: readonly VectorPoint[], transaction?: Database): Promise<void>;
  /** Tells the store that other things than the text of these memories changed; their vectors stay. Unknown ids are ignored. */
  update(memories: readonly Memory[]): Promise<void>;
  /** Best first, equal scores in the order of the ids. */
  search(query: VectorQuery): Promise<VectorMatch[]>;
  /** The vectors of these memories, of length 1 or as they were given; ids without one are missing. */
  read(ids: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Unknown ids are ignored. pgvector removes the vectors of deleted rows by itself. */
  remove(ids: readonly string[], transaction?: Database): Promise<void>;
  /** Forgets every vector and the model they were of: the next open() may name another. For reset and re-embedding. */
  removeAll(): Promise<void>;
  count(): Promise<number>;
  close(): Promise<void>;
}
