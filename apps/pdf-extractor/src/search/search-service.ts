import { createFileStore, toSha256 } from "@repo/app-kit/file-store";
import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { type AspectItem, aspects, type AspectVectors } from "@repo/contracts/visual-embedding";
import { eq, lt } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import type { CatalogueEmbedder } from "../catalogue-embedder.ts";
import { deleteUnusedFiles } from "../documents/delete-document.ts";
import { pictures, pictureVectors, searchPhotos, storedFileTables, type VectorKind } from "../schema.ts";
import { assertSameOrigin, readVectorIndex, type VectorOrigin } from "../vector-index.ts";
import { type FoundPicture, readFoundPictures } from "./find-pictures.ts";
import { findByWords } from "./find-by-words.ts";
import { findNearestPictures, type NearestQuery, type PictureMatch, scorePictures } from "./nearest-pictures.ts";
import { toPhotoType } from "./photo-kind.ts";
import { type KindWeights, type PictureFilter, type QueryVectors, type ResultPage, toEffectiveWeights } from "./search-query.ts";

/** What is searched with: words, a photo that was stored before, or a picture of a document. */
export type SearchSubject = { text: string } | { photoId: string } | { pictureId: string };

/** What came of a search. */
interface SearchAnswer {
  results: FoundPicture[];
  /** As they were used, summing to 1; empty where nothing could be compared. */
  weights: KindWeights;
  /** Undefined while there are no vectors. */
  origin: VectorOrigin | undefined;
  /** Whether there is a further page. */
  hasMore: boolean;
}

/** Search over the pictures of all documents. */
export interface SearchService {
  /**
   * @throws CodedError not_found for a photo or picture that is not there, model_mismatch, and what the Space throws
   */
  search(
    subject: SearchSubject,
    options: { weights: KindWeights; filter: PictureFilter; page: ResultPage },
    context?: CallContext,
  ): Promise<SearchAnswer>;
  /**
   * Has a photo's vectors computed and keeps it for a day, so that pages and weights can change.
   * @throws CodedError invalid_request, payload_too_large, unsupported_media_type, and what the Space throws
   */
  addPhoto(bytes: Uint8Array, context?: CallContext): Promise<{ id: string }>;
  /** The photo itself. @throws CodedError not_found */
  readPhoto(id: string): Promise<{ bytes: Uint8Array; type: string }>;
}

/** Texts whose vectors are remembered: somebody who changes a filter asks the same again. */
const rememberedTexts = 500;
const photoLifetimeMs = 86_400_000;
/** Results that can be paged through. */
const maxResults = 1_000;

interface Query {
  vectors: QueryVectors;
  origin: VectorOrigin;
}

const isZero = (vector: Float32Array | readonly number[]): boolean => vector.every((value) => value === 0);

/** Kinds that the text says nothing about (zeros) are left out. */
function toQuery(answer: AspectVectors): Query {
  const { vector, aspects: found } = answer.items[0] as AspectItem;
  const ofAspects = aspects.map((aspect) => [aspect, found[aspect].vector] as const);
  const vectors = Object.fromEntries([["base", vector] as const, ...ofAspects].filter(([, values]) => !isZero(values)));
  return { vectors, origin: { identity: answer.identity, aspectRevision: answer.aspectRevision } };
}

const toFloats = (vectors: Partial<Record<VectorKind, readonly number[]>>): QueryVectors =>
  Object.fromEntries(Object.entries(vectors).map(([kind, values]) => [kind, Float32Array.from(values)]));

/** Where everything counts, pictures that are called by the words come before those that only look like them. */
async function findMatches(db: Database, query: NearestQuery, text: string | undefined): Promise<PictureMatch[]> {
  const byLook = await findNearestPictures(db, query);
  if (text === undefined || (query.weights.base ?? 0) === 0) return byLook;
  const byName = await scorePictures(db, query, await findByWords(db, text, query.filter));
  const named = new Set(byName.map(({ id }) => id));
  return [...byName, ...byLook.filter(({ id }) => !named.has(id))].slice(0, query.limit);
}

/** Searches with this embedder and what is stored. */
export function createSearchService({ db, embedder }: { db: Database; embedder: CatalogueEmbedder }): SearchService {
  const files = createFileStore(db, storedFileTables);
  const texts = new LRUCache<string, Query>({ max: rememberedTexts });

  async function embedText(text: string, origin: VectorOrigin, context: CallContext): Promise<Query> {
    const key = `${origin.identity.model} ${origin.identity.revision} ${origin.aspectRevision} ${text}`;
    const known = texts.get(key);
    if (known !== undefined) return known;
    const query = toQuery(await embedder.embedTextAspects([text], { topLabels: 0 }, context));
    assertSameOrigin(origin, query.origin);
    texts.set(key, query);
    return query;
  }

  async function readPhotoQuery(id: string): Promise<Query> {
    const [row] = await db.select().from(searchPhotos).where(eq(searchPhotos.id, id));
    if (row === undefined) throw new CodedError("not_found", "This photo is not kept any more; choose it again.");
    const { model, revision, aspectRevision, vectors } = row;
    const base = toFloats(vectors);
    return { vectors: base, origin: { identity: { model, revision, dimensions: base.base?.length ?? 0 }, aspectRevision } };
  }

  async function readPictureQuery(id: string, origin: VectorOrigin): Promise<Query & { foundAs: string }> {
    const [picture] = await db
      .select({ id: pictures.id, duplicateOf: pictures.duplicateOf, status: pictures.status })
      .from(pictures)
      .where(eq(pictures.id, id));
    if (picture === undefined) throw new CodedError("not_found", "There is no such picture.");
    const foundAs = picture.duplicateOf ?? picture.id;
    const rows = await db
      .select({ kind: pictureVectors.kind, embedding: pictureVectors.embedding })
      .from(pictureVectors)
      .where(eq(pictureVectors.pictureId, foundAs));
    return { vectors: toFloats(Object.fromEntries(rows.map(({ kind, embedding }) => [kind, embedding]))), origin, foundAs };
  }

  async function toSubjectQuery(subject: SearchSubject, origin: VectorOrigin, context: CallContext): Promise<Query & { foundAs?: string }> {
    if ("text" in subject) return await embedText(subject.text, origin, context);
    if ("pictureId" in subject) return await readPictureQuery(subject.pictureId, origin);
    const query = await readPhotoQuery(subject.photoId);
    assertSameOrigin(origin, query.origin);
    return query;
  }

  return {
    async search(subject, { weights, filter, page: { limit, offset } }, context = {}) {
      const origin = await readVectorIndex(db);
      if (origin === undefined) return { results: [], weights: {}, origin, hasMore: false };
      const { vectors, foundAs } = await toSubjectQuery(subject, origin, context);
      const wanted = Math.min(maxResults, offset + limit + 1);
      const nearest = { vectors, weights, filter, limit: wanted, exceptId: foundAs };
      const matches = await findMatches(db, nearest, "text" in subject ? subject.text : undefined);
      const results = await readFoundPictures(db, matches.slice(offset, offset + limit), filter);
      const used = Object.fromEntries(toEffectiveWeights(weights, vectors) ?? []) as KindWeights;
      return { results, weights: used, origin, hasMore: matches.length > offset + limit };
    },
    async addPhoto(bytes, context) {
      const type = toPhotoType(bytes);
      const id = toSha256(bytes);
      const known = await readVectorIndex(db);
      const [stored] = await db.select().from(searchPhotos).where(eq(searchPhotos.id, id));
      if (stored !== undefined && known?.identity.revision === stored.revision && known.aspectRevision === stored.aspectRevision)
        return { id };
      const answer = await embedder.embedAspects([{ bytes, type }], { topLabels: 0 }, context);
      const { vectors, origin } = toQuery(answer);
      const { model, revision } = origin.identity;
      const row = {
        id,
        model,
        revision,
        aspectRevision: origin.aspectRevision,
        vectors: Object.fromEntries(Object.entries(vectors).map(([kind, values]) => [kind, Array.from(values)])),
        createdAt: new Date(),
      };
      await inTransaction(db, async (transaction) => {
        await transaction.delete(searchPhotos).where(lt(searchPhotos.createdAt, new Date(Date.now() - photoLifetimeMs)));
        await deleteUnusedFiles(transaction);
        await files.put(transaction, bytes, type);
        await transaction.insert(searchPhotos).values(row).onConflictDoUpdate({ target: searchPhotos.id, set: row });
      });
      return { id };
    },
    async readPhoto(id) {
      const [row] = await db.select({ id: searchPhotos.id }).from(searchPhotos).where(eq(searchPhotos.id, id));
      const file = row && (await files.find(id));
      if (file === undefined) throw new CodedError("not_found", "This photo is not kept any more; choose it again.");
      return { bytes: await files.read(id), type: file.mimeType };
    },
  };
}
