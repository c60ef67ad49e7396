import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { and, count, desc, eq, isNull, isNotNull, lt, sql } from "drizzle-orm";
import type { Company, RememberedBrief } from "./idea-brief.ts";
import { canvases, ideas } from "./schema.ts";

/** A place where ideas are collected. */
export interface Canvas {
  id: string;
  name: string;
  company: Company;
  usesCompany: boolean;
  brief: RememberedBrief;
  updatedAt: Date;
}

/** A canvas in a list. */
export interface CanvasSummary extends Canvas {
  ideas: number;
  saved: number;
}

/** Days for which what was thrown away can be brought back. */
const keepDeletedDays = 7;
/** Most canvases, so that a program gone wild does not fill the database. */
const maxCanvases = 1_000;

const toCanvas = (row: typeof canvases.$inferSelect): Canvas => ({
  id: row.id,
  name: row.name,
  company: { name: row.companyName, industry: row.companyIndustry },
  usesCompany: row.usesCompany,
  brief: row.brief,
  updatedAt: row.updatedAt,
});

/** Keeps canvases. */
export interface CanvasStore {
  /** The one that was worked on last comes first. */
  list(): Promise<CanvasSummary[]>;
  /** @throws CodedError not_found */
  get(id: string): Promise<Canvas>;
  /** @throws CodedError conflict when there are too many */
  create(name: string): Promise<Canvas>;
  rename(id: string, name: string): Promise<void>;
  /** Remembers what a form was filled with. */
  remember(id: string, filled: { brief?: RememberedBrief; company: Company; usesCompany: boolean }): Promise<void>;
  /** Throws it away, with its ideas; {@link restore} brings them back. */
  remove(id: string): Promise<void>;
  /** @returns false when it is too late */
  restore(id: string): Promise<boolean>;
}

/** Canvases in the database. */
export function createCanvasStore(db: Database): CanvasStore {
  const isThere = (id: string) => and(eq(canvases.id, id), isNull(canvases.deletedAt));
  const change = async (id: string, values: Partial<typeof canvases.$inferInsert>): Promise<void> => {
    const changed = await db
      .update(canvases)
      .set({ ...values, updatedAt: sql`now()` })
      .where(isThere(id))
      .returning({ id: canvases.id });
    if (changed.length === 0) throw notFound();
  };
  return {
    list: async () => {
      const rows = await db
        .select({
          canvas: canvases,
          ideas: count(ideas.id),
          saved: sql<number>`count(*) filter (where ${ideas.isSaved})`.mapWith(Number),
        })
        .from(canvases)
        .leftJoin(ideas, and(eq(ideas.canvasId, canvases.id), isNull(ideas.deletedAt)))
        .where(isNull(canvases.deletedAt))
        .groupBy(canvases.id)
        .orderBy(desc(canvases.updatedAt), canvases.id);
      return rows.map((row) => ({ ...toCanvas(row.canvas), ideas: row.ideas, saved: row.saved }));
    },
    get: async (id) => {
      const [row] = await db.select().from(canvases).where(isThere(id));
      if (row === undefined) throw notFound();
      return toCanvas(row);
    },
    create: async (name) => {
      await purge(db);
      const [{ total } = { total: 0 }] = await db.select({ total: count() }).from(canvases);
      if (total >= maxCanvases) throw new CodedError("conflict", `There are ${maxCanvases} canvases already; delete some first.`);
      const [row] = await db.insert(canvases).values({ id: crypto.randomUUID(), name }).returning();
      return toCanvas(row as typeof canvases.$inferSelect);
    },
    rename: async (id, name) => await change(id, { name }),
    remember: async (id, { brief, company, usesCompany }) =>
      await change(id, {
        companyName: company.name,
        companyIndustry: company.industry,
        usesCompany,
        ...(brief === undefined ? {} : { brief }),
      }),
    remove: async (id) => await change(id, { deletedAt: new Date() }),
    restore: async (id) => {
      const restored = await db
        .update(canvases)
        .set({ deletedAt: null, updatedAt: sql`now()` })
        .where(and(eq(canvases.id, id), isNotNull(canvases.deletedAt)))
        .returning({ id: canvases.id });
      return restored.length > 0;
    },
  };
}

function notFound(): CodedError {
  return new CodedError("not_found", "There is no such canvas. It may have been deleted.");
}

/** Takes what was thrown away long ago out of the database. */
async function purge(db: Database): Promise<void> {
  const limit = sql`now() - make_interval(days => ${keepDeletedDays})`;
  await db.delete(canvases).where(lt(canvases.deletedAt, limit));
  await db.delete(ideas).where(lt(ideas.deletedAt, limit));
}
