import { listen } from "@repo/server-kit/listen";
import { Hono, type Context } from "hono";
import { z } from "zod";
import { fulfilsQdrantFilter, type QdrantPoint } from "./qdrant-filter.ts";

/** One request and its answer, as they travelled. */
export interface QdrantExchange {
  method: string;
  /** Path as in Qdrant's OpenAPI, e.g. /collections/{collection_name}/points. */
  template: string;
  query: Record<string, string>;
  request: unknown;
  status: number;
  response: unknown;
}

/** Options of {@link startQdrantServer}. */
export interface QdrantServerOptions {
  /** Key that requests must carry as `api-key`; default none. */
  apiKey?: string;
  /** false: an old Qdrant (before 1.16), which forgets the metadata of collections. Default true. */
  keepsMetadata?: boolean;
}

/** The running stand-in. */
export interface QdrantServer {
  url: string;
  port: number;
  exchanges: readonly QdrantExchange[];
  /** Collections by name, for a test that needs one that somebody else made. */
  collections: Map<string, QdrantCollection>;
  /** Answers the next `times` requests with this status. */
  fail(status: number, times: number): void;
  close(): Promise<void>;
}

/** A collection of the stand-in. */
export interface QdrantCollection {
  vectors: { size: number; distance: string; on_disk?: boolean };
  metadata: Record<string, unknown> | undefined;
  indexes: Map<string, unknown>;
  points: Map<string, QdrantPoint>;
}

const object = z.record(z.string(), z.unknown());
const vector = z.array(z.number());
const createBody = z.object({
  vectors: z.object({ size: z.number().int().positive(), distance: z.enum(["Cosine"]), on_disk: z.boolean().optional() }).strict(),
  metadata: object.optional(),
});
const pointId = z.uuid();
const upsertBody = z.object({ points: z.array(z.object({ id: pointId, vector, payload: object })) }).strict();
const queryBody = z
  .object({ query: vector, limit: z.number().int().min(1), with_payload: z.boolean(), filter: object.optional() })
  .strict();
const batchBody = z.object({
  operations: z.array(z.object({ overwrite_payload: z.object({ payload: object, filter: object }).strict() }).strict()),
});

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function toUnit(numbers: readonly number[]): number[] {
  const length = Math.hypot(...numbers);
  return length === 0 ? [...numbers] : numbers.map((number) => number / length);
}

function toInfo(collection: QdrantCollection): unknown {
  return {
    status: "green",
    optimizer_status: "ok",
    points_count: collection.points.size,
    segments_count: 1,
    config: {
      params: { vectors: collection.vectors },
      hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
      optimizer_config: { deleted_threshold: 0.2, vacuum_min_vector_number: 1_000, default_segment_number: 0, flush_interval_sec: 5 },
      ...(collection.metadata === undefined ? {} : { metadata: collection.metadata }),
    },
    payload_schema: Object.fromEntries([...collection.indexes].map(([name, type]) => [name, { data_type: type, points: 0 }])),
  };
}

/**
 * Stands in for a Qdrant server in tests: the part of its REST API that our store uses, with real cosine similarity and
 * real filters, over plain HTTP. It is not Qdrant: it has no index, no persistence and knows no other routes, and it is
 * here because the real server is a binary that the tests cannot install. That requests and answers have Qdrant's
 * form is checked against its published OpenAPI (apps/memory-server/test/qdrant-openapi.ts, QDRANT_OPENAPI), and QDRANT_TEST_URL
 * runs the same tests against a real one.
 */
export async function startQdrantServer(options: QdrantServerOptions = {}): Promise<QdrantServer> {
  const { apiKey, keepsMetadata = true } = options;
  const collections = new Map<string, QdrantCollection>();
  const exchanges: QdrantExchange[] = [];
  const fault = { status: 0, timesLeft: 0 };
  const app = new Hono();

  const find = (c: Context): QdrantCollection => {
    const name = c.req.param("name") ?? "";
    const collection = collections.get(name);
    if (collection === undefined) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
    return collection;
  };
  const read = (body: unknown): Record<string, unknown> => object.parse(body);

  function route(method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE", path: string, answer: (c: Context, body: unknown) => unknown): void {
    app.on(method, path.replace("{collection_name}", ":name"), async (c) => {
      const text = await c.req.text();
      let request: unknown;
      let status = 200;
      let result: Record<string, unknown>;
      try {
        if (apiKey !== undefined && c.req.header("api-key") !== apiKey)
          throw new Refusal(401, "Must provide an API key or an Authorization bearer token");
        if (fault.timesLeft > 0) {
          fault.timesLeft -= 1;
          throw new Refusal(fault.status, "A fault of the test.");
        }
        request = text === "" ? undefined : JSON.parse(text);
        result = { result: answer(c, request), status: "ok", time: 0.001 };
      } catch (error) {
        status = error instanceof Refusal ? error.status : 400;
        result = { status: { error: error instanceof Error ? error.message : String(error) }, time: 0.001 };
      }
      exchanges.push({ method, template: path, query: c.req.query(), request, status, response: result });
      return Response.json(result, { status });
    });
  }

  const done = (): unknown => ({ operation_id: 1, status: "completed" });
  const base = "/collections/{collection_name}";
  route("GET", `${base}/exists`, (c) => ({ exists: collections.has(c.req.param("name") ?? "") }));
  route("PUT", base, (c, body) => {
    const name = c.req.param("name") ?? "";
    if (collections.has(name)) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    const { vectors, metadata } = createBody.parse(body);
    const { on_disk: onDisk, ...rest } = vectors;
    collections.set(name, {
      vectors: { ...rest, ...(onDisk === true ? { on_disk: true } : {}) },
      metadata: keepsMetadata ? metadata : undefined,
      indexes: new Map(),
      points: new Map(),
    });
    return true;
  });
  route("PATCH", base, (c, body) => {
    const collection = find(c);
    if (keepsMetadata) collection.metadata = { ...collection.metadata, ...object.parse(read(body)["metadata"]) };
    return true;
  });
  route("GET", base, (c) => toInfo(find(c)));
  route("DELETE", base, (c) => collections.delete(c.req.param("name") ?? ""));
  route("PUT", `${base}/index`, (c, body) => {
    const { field_name: name, field_schema: schema } = z
      .object({ field_name: z.string(), field_schema: z.enum(["keyword", "datetime"]) })
      .parse(body);
    find(c).indexes.set(name, schema);
    return done();
  });
  route("PUT", `${base}/points`, (c, body) => {
    const collection = find(c);
    const { points } = upsertBody.parse(body);
    for (const point of points) {
      if (point.vector.length !== collection.vectors.size)
        throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${collection.vectors.size}, got ${point.vector.length}`);
    }
    for (const point of points) collection.points.set(point.id, { ...point, vector: toUnit(point.vector) });
    return done();
  });
  route("POST", `${base}/points`, (c, body) => {
    const { points } = find(c);
    const ids = z.array(pointId).parse(read(body)["ids"]);
    return ids.flatMap((id) => points.get(id) ?? []).map(({ id, vector: numbers }) => ({ id, vector: numbers }));
  });
  route("POST", `${base}/points/delete`, (c, body) => {
    const { points } = find(c);
    for (const id of z.array(pointId).parse(read(body)["points"])) points.delete(id);
    return done();
  });
  route("POST", `${base}/points/count`, (c) => ({ count: find(c).points.size }));
  route("POST", `${base}/points/batch`, (c, body) => {
    const { points } = find(c);
    const { operations } = batchBody.parse(body);
    for (const { overwrite_payload: operation } of operations) {
      for (const point of points.values()) if (fulfilsQdrantFilter(operation.filter, point)) point.payload = operation.payload;
    }
    return operations.map(done);
  });
  route("POST", `${base}/points/query`, (c, body) => {
    const collection = find(c);
    const { query, limit, filter = {}, with_payload: withPayload } = queryBody.parse(body);
    if (query.length !== collection.vectors.size)
      throw new Refusal(400, `Wrong input: Vector dimension error: expected dim: ${collection.vectors.size}, got ${query.length}`);
    const unit = toUnit(query);
    const points = [...collection.points.values()]
      .filter((point) => fulfilsQdrantFilter(filter, point))
      .map(({ id, vector: numbers, payload }) => ({
        id,
        version: 1,
        score: numbers.reduce((sum, number, index) => sum + number * (unit[index] ?? 0), 0),
        ...(withPayload ? { payload } : {}),
      }))
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit);
    return { points };
  });

  const listener = await listen({ app }, { port: 0, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    port: listener.port,
    exchanges,
    collections,
    fail: (status, times) => Object.assign(fault, { status, timesLeft: times }),
    close: async () => await listener.close({ force: true }),
  };
}
