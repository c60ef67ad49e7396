import type { Schemas } from "@qdrant/js-client-rest";
import { describeModel } from "@repo/client-kit/model-mismatch";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, modelIdentity, type ModelIdentity } from "@repo/contracts/model-info";
import type { QdrantConnection } from "./qdrant-connection.ts";
import { reembedCommand } from "./vector-index.ts";

/** Payload fields that are filtered all the time; Qdrant answers such filters from an index. @source Mem0's list, and ours */
const indexedFields = { user_id: "keyword", agent_id: "keyword", run_id: "keyword", expiration_date: "datetime" } as const;
/** Options of {@link openQdrantCollection}. */
export interface QdrantCollectionOptions {
  collection: string;
  identity: ModelIdentity;
  /** Vectors on disk, for a collection that is created. */
  onDisk: boolean;
  /** false: the database has memories whose vectors are in this collection, so it must be there. */
  mayCreate: boolean;
}

/**
 * Makes sure that the collection is there, for vectors of this model, with its indexes; creates it where it may.
 * @throws model_mismatch for a collection of other vectors; not_found for one that vanished; invalid_request for a Qdrant
 * that is too old
 */
export async function openQdrantCollection(connection: QdrantConnection, options: QdrantCollectionOptions): Promise<void> {
  const { run, address } = connection;
  const { collection, identity, onDisk, mayCreate } = options;
  const who = toName(connection, collection);
  const { model, revision, dimensions } = identity;
  const metadata = { model, revision, dimensions, written_by: "outpost memory-server" };
  const read = async () => await run((client) => client.getCollection(collection));
  if (!(await exists(connection, collection))) {
    if (!mayCreate) throw gone(who);
    try {
      await run((client) =>
        client.createCollection(collection, { vectors: { size: dimensions, distance: "Cosine", on_disk: onDisk }, metadata }),
      );
    } catch (error) {
      // Another process was faster, or an attempt that seemed to fail had arrived; what is there is checked next.
      if (!(await exists(connection, collection).catch(() => false))) throw error;
    }
  }
  const info = await read();
  checkCollection(info, identity, who);
  if (readIdentity(info) === undefined) {
    await run((client) => client.updateCollection(collection, { metadata }));
    if (readIdentity(await read()) === undefined) throw tooOld(address);
  }
  for (const [field, schema] of Object.entries(indexedFields)) {
    if (Object.hasOwn(info.payload_schema, field)) continue;
    await run((client) => client.createPayloadIndex(collection, { field_name: field, field_schema: schema, wait: true }));
  }
}

/** Deletes the collection with all points, where it is there. @throws model_mismatch when another program filled it */
export async function deleteQdrantCollection(connection: QdrantConnection, collection: string): Promise<void> {
  if (!(await exists(connection, collection))) return;
  const info = await connection.run((client) => client.getCollection(collection));
  if (readIdentity(info) === undefined && (info.points_count ?? 0) > 0) throw foreign(toName(connection, collection), "It is not deleted.");
  await connection.run((client) => client.deleteCollection(collection));
}

async function exists({ run }: QdrantConnection, collection: string): Promise<boolean> {
  return (await run((client) => client.collectionExists(collection))).exists;
}

function toName({ address }: QdrantConnection, collection: string): string {
  return `Qdrant's collection ${collection} at ${address}`;
}

function readIdentity(info: Schemas["CollectionInfo"]): ModelIdentity | undefined {
  return modelIdentity.safeParse(info.config.metadata).data;
}

/** @throws model_mismatch when the collection is for other vectors */
function checkCollection(info: Schemas["CollectionInfo"], wanted: ModelIdentity, who: string): void {
  const { vectors } = info.config.params;
  const ways = `Set another collection_name and a new collection is created, or embed everything anew into this one: ${reembedCommand}`;
  const refuse = (problem: string, actual: unknown) =>
    new CodedError("model_mismatch", `${who} ${problem} ${ways}`, { details: { expected: wanted, actual } });
  if (typeof vectors?.size !== "number")
    throw refuse("has named vectors; this server needs a collection with a single unnamed one.", Object.keys(vectors ?? {}));
  const { size, distance } = vectors as { size: number; distance?: unknown };
  if (size !== wanted.dimensions) {
    const trap = size === 1536 ? " (1536 is Mem0's default where no embedding_model_dims is set)" : "";
    throw refuse(`has vectors of ${size} dimensions${trap}; the model ${wanted.model} makes vectors of ${wanted.dimensions}.`, {
      dimensions: size,
    });
  }
  if (distance !== "Cosine") throw refuse(`compares by ${String(distance)}; this server needs Cosine.`, { distance });
  const stored = readIdentity(info);
  if (stored === undefined && (info.points_count ?? 0) > 0) throw foreign(who, "");
  if (stored !== undefined && !isSameModel(stored, wanted))
    throw refuse(`has vectors of ${describeModel(stored)}, not of ${describeModel(wanted)}; the two cannot be compared.`, stored);
}

function foreign(who: string, end: string): CodedError {
  return new CodedError(
    "model_mismatch",
    `${who} was filled by another program and does not say by which model, so nothing can be compared with it. Set another collection_name. ${end}`.trim(),
    { details: { cause: "foreign_collection" } },
  );
}

function gone(who: string): CodedError {
  return new CodedError(
    "not_found",
    `${who} is gone, but the database has memories whose vectors were in it. Bring the collection back from a snapshot, or embed everything anew: ${reembedCommand}`,
  );
}

function tooOld(address: string): CodedError {
  return new CodedError("invalid_request", `Qdrant at ${address} keeps no metadata of collections: version 1.16 or newer is needed.`);
}
