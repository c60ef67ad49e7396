import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { IdeaContent } from "./idea-content.ts";
import { type Authorship, canvases, type IdeaOrigin, ideas, ideaSources, variations } from "./schema.ts";

/** What an idea was made of. */
interface IdeaSource {
  /** Null once it is gone. */
  id: string | null;
  title: string;
}

/** An idea of a canvas. */
export interface Idea {
  id: string;
  canvasId: string;
  content: IdeaContent;
  origin: IdeaOrigin;
  request: string;
  /** Null: written by hand. */
  authorship: Authorship | null;
  isSaved: boolean;
  version: number;
  createdAt: Date;
  editedAt: Date | null;
  sources: IdeaSource[];
}

/** A variation that nobody has chosen yet. */
export interface Variation {
  id: string;
  ideaId: string;
  content: IdeaContent;
  authorship: Authorship;
}

/** What is known of an idea before it is kept. */
export interface NewIdea extends Pick<Idea, "canvasId" | "content" | "origin" | "request" | "authorship"> {
  /** Ids of the ideas it was made of, in order. */
  sources?: readonly string[];
}

/** Most ideas of a canvas: a page shows them all. */
export const maxIdeas = 300;
/** Most variations of an idea that wait to be chosen. */
const maxVariations = 20;

/** Keeps ideas. Ids that are not there, or whose canvas is not, are not_found. */
export interface IdeaStore {
  /** Newest first. */
  list(canvasId: string, filter?: { onlySaved?: boolean }): Promise<Idea[]>;
  get(id: string): Promise<Idea>;
  /** In the order asked for; of one canvas. */
  getMany(canvasId: string, ids: readonly string[]): Promise<Idea[]>;
  /** @throws CodedError conflict when the canvas is full */
  add(idea: NewIdea): Promise<Idea>;
  /** @throws CodedError conflict when somebody else has changed it since `version` */
  edit(id: string, content: IdeaContent, version: number): Promise<Idea>;
  setSaved(id: string, isSaved: boolean): Promise<void>;
  /** Throws it away; {@link restore} brings it back. */
  remove(id: string): Promise<void>;
  /** @returns false when it is too late */
  restore(id: string): Promise<boolean>;
  listVariations(ideaId: string): Promise<Variation[]>;
  addVariation(variation: Omit<Variation, "id">): Promise<Variation>;
  /** Makes a variation an idea of the canvas. The others stay until they are thrown away. */
  keepVariation(id: string): Promise<Idea>;
  removeVariations(ideaId: string): Promise<void>;
}

/** Ideas in the database. */
export function createIdeaStore(db: Database): IdeaStore {
  const read = async (where: ReturnType<typeof and>, from: Database = db): Promise<Idea[]> => {
    const rows = await from
      .select({ idea: ideas })
      .from(ideas)
      .innerJoin(canvases, eq(canvases.id, ideas.canvasId))
      .where(and(where, isNull(ideas.deletedAt), isNull(canvases.deletedAt)))
      .orderBy(desc(ideas.createdAt), desc(ideas.id));
    return await withSources(
      from,
      rows.map(({ idea }) => idea),
    );
  };
  const get = async (id: string, from: Database = db): Promise<Idea> => {
    const [idea] = await read(eq(ideas.id, id), from);
    if (idea === undefined) throw new CodedError("not_found", "There is no such idea. It may have been deleted.");
    return idea;
  };
  const add = async (idea: NewIdea, from: Database = db): Promise<Idea> =>
    await inTransaction(from, async (transaction) => {
      // The canvas's row is locked, so that two streams cannot both write the last idea that fits.
      const [canvas] = await transaction
        .update(canvases)
        .set({ updatedAt: sql`now()` })
        .where(and(eq(canvases.id, idea.canvasId), isNull(canvases.deletedAt)))
        .returning();
      if (canvas === undefined) throw new CodedError("not_found", "There is no such canvas. It may have been deleted.");
      const held = await transaction.$count(ideas, and(eq(ideas.canvasId, idea.canvasId), isNull(ideas.deletedAt)));
      if (held >= maxIdeas) throw new CodedError("conflict", `A canvas holds ${maxIdeas} ideas; delete some, or begin another one.`);
      const { sources = [], ...values } = idea;
      const id = crypto.randomUUID();
      await transaction.insert(ideas).values({ id, ...values });
      if (sources.length > 0) await addSources(transaction, id, sources);
      return await get(id, transaction);
    });
  const change = async (id: string, values: Partial<typeof ideas.$inferInsert>): Promise<void> => {
    await get(id);
    await db.update(ideas).set(values).where(eq(ideas.id, id));
  };
  return {
    list: async (canvasId, { onlySaved = false } = {}) =>
      await read(and(eq(ideas.canvasId, canvasId), onlySaved ? eq(ideas.isSaved, true) : undefined)),
    get: async (id) => await get(id),
    getMany: async (canvasId, ids) => {
      if (ids.length === 0) return [];
      const found = new Map((await read(and(eq(ideas.canvasId, canvasId), inArray(ideas.id, [...ids])))).map((idea) => [idea.id, idea]));
      const missing = ids.some((id) => !found.has(id));
      if (missing) throw new CodedError("not_found", "One of these ideas is not there any more.");
      return ids.map((id) => found.get(id) as Idea);
    },
    add: async (idea) => await add(idea),
    edit: async (id, content, version) => {
      await get(id);
      const changed = await db
        .update(ideas)
        .set({ content, version: version + 1, editedAt: sql`now()`, updatedAt: sql`now()` })
        .where(and(eq(ideas.id, id), eq(ideas.version, version)))
        .returning({ id: ideas.id });
      if (changed.length === 0) throw new CodedError("conflict", "Somebody else has changed this idea meanwhile.");
      return await get(id);
    },
    setSaved: async (id, isSaved) => await change(id, { isSaved }),
    remove: async (id) => await change(id, { deletedAt: new Date() }),
    restore: async (id) => {
      const restored = await db
        .update(ideas)
        .set({ deletedAt: null })
        .where(and(eq(ideas.id, id), isNotNull(ideas.deletedAt)))
        .returning({ id: ideas.id });
      return restored.length > 0;
    },
    listVariations: async (ideaId) => {
      await get(ideaId);
      return await db.select().from(variations).where(eq(variations.ideaId, ideaId)).orderBy(asc(variations.createdAt), asc(variations.id));
    },
    addVariation: async (variation) => {
      await get(variation.ideaId);
      const held = await db.$count(variations, eq(variations.ideaId, variation.ideaId));
      if (held >= maxVariations) throw new CodedError("conflict", `${maxVariations} variations wait already; throw some away first.`);
      const [row] = await db
        .insert(variations)
        .values({ id: crypto.randomUUID(), ...variation })
        .returning();
      return row as Variation;
    },
    keepVariation: async (id) =>
      await inTransaction(db, async (transaction) => {
        const [variation] = await transaction.delete(variations).where(eq(variations.id, id)).returning();
        if (variation === undefined) throw new CodedError("not_found", "This variation is not there any more.");
        const { canvasId, content: original } = await get(variation.ideaId, transaction);
        const { content, authorship, ideaId } = variation;
        const request = `Variation of ${original.title}`;
        return await add({ canvasId, content, origin: "variation", request, authorship, sources: [ideaId] }, transaction);
      }),
    removeVariations: async (ideaId) => {
      await get(ideaId);
      await db.delete(variations).where(eq(variations.ideaId, ideaId));
    },
  };
}

async function addSources(db: Database, ideaId: string, sources: readonly string[]): Promise<void> {
  const rows = await db
    .select({ id: ideas.id, content: ideas.content })
    .from(ideas)
    .where(inArray(ideas.id, [...sources]));
  const titles = new Map(rows.map(({ id, content }) => [id, content.title]));
  const known = sources.filter((id) => titles.has(id));
  if (known.length === 0) return;
  await db
    .insert(ideaSources)
    .values(known.map((sourceId, position) => ({ ideaId, position, sourceId, title: titles.get(sourceId) as string })));
}

async function withSources(db: Database, rows: readonly (typeof ideas.$inferSelect)[]): Promise<Idea[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const found = await db
    .select({ ideaId: ideaSources.ideaId, title: ideaSources.title, sourceId: ideas.id })
    .from(ideaSources)
    .leftJoin(ideas, and(eq(ideas.id, ideaSources.sourceId), isNull(ideas.deletedAt)))
    .where(inArray(ideaSources.ideaId, ids))
    .orderBy(asc(ideaSources.position));
  const sources = Map.groupBy(found, ({ ideaId }) => ideaId);
  return rows.map(({ id, canvasId, content, origin, request, authorship, isSaved, version, createdAt, editedAt }) => ({
    id,
    canvasId,
    content,
    origin,
    request,
    authorship,
    isSaved,
    version,
    createdAt,
    editedAt,
    sources: (sources.get(id) ?? []).map(({ sourceId, title }) => ({ id: sourceId, title })),
  }));
}
