import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { RememberedBrief } from "./idea-brief.ts";
import type { IdeaContent } from "./idea-content.ts";

const moment = (name: string) => timestamp(name, { withTimezone: true });

/** Where an idea comes from. */
export type IdeaOrigin = "generate" | "market" | "refine" | "variation" | "merge" | "hand";

/** Which tier wrote a card, and why not the one that was asked. */
export interface Authorship {
  asked: string;
  /** A tier, or local. */
  answered: string;
  model: string;
  /** Named cause of each tier that could not answer, in the order they were asked. */
  failed: { tier: string; reason: string }[];
}

/** Places where ideas are collected. */
export const canvases = pgTable(
  "idea_playground_canvases",
  {
    id: uuid().primaryKey(),
    name: text().notNull(),
    companyName: text("company_name").notNull().default(""),
    companyIndustry: text("company_industry").notNull().default(""),
    usesCompany: boolean("uses_company").notNull().default(false),
    /** What the form was last filled with. */
    brief: jsonb().$type<RememberedBrief>().notNull().default({}),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    /** When it was thrown away; it can be brought back for some days. */
    deletedAt: moment("deleted_at"),
  },
  (table) => [index("idea_playground_canvases_updated").on(table.updatedAt)],
);

/** Ideas of a canvas. */
export const ideas = pgTable(
  "idea_playground_ideas",
  {
    id: uuid().primaryKey(),
    canvasId: uuid("canvas_id")
      .notNull()
      .references(() => canvases.id, { onDelete: "cascade" }),
    content: jsonb().$type<IdeaContent>().notNull(),
    origin: text().$type<IdeaOrigin>().notNull(),
    /** What was asked for, in a few words for people. */
    request: text().notNull().default(""),
    /** Null: written by hand. */
    authorship: jsonb().$type<Authorship>(),
    isSaved: boolean("is_saved").notNull().default(false),
    /** Counts the changes, so that two people do not overwrite each other's. */
    version: integer().notNull().default(1),
    createdAt: moment("created_at").notNull().defaultNow(),
    updatedAt: moment("updated_at").notNull().defaultNow(),
    editedAt: moment("edited_at"),
    deletedAt: moment("deleted_at"),
  },
  (table) => [
    index("idea_playground_ideas_canvas").on(table.canvasId, table.createdAt),
    index("idea_playground_ideas_saved")
      .on(table.canvasId)
      .where(sql`${table.isSaved}`),
  ],
);

/** Variations of an idea that nobody has chosen yet. */
export const variations = pgTable(
  "idea_playground_variations",
  {
    id: uuid().primaryKey(),
    ideaId: uuid("idea_id")
      .notNull()
      .references(() => ideas.id, { onDelete: "cascade" }),
    content: jsonb().$type<IdeaContent>().notNull(),
    authorship: jsonb().$type<Authorship>().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [index("idea_playground_variations_idea").on(table.ideaId, table.createdAt)],
);

/** What an idea was made of: one idea for a refinement or a variation, several for a merge. The sources stay. */
export const ideaSources = pgTable(
  "idea_playground_merge_sources",
  {
    ideaId: uuid("idea_id")
      .notNull()
      .references(() => ideas.id, { onDelete: "cascade" }),
    position: integer().notNull(),
    /** Null once the source is gone for good. */
    sourceId: uuid("source_id").references(() => ideas.id, { onDelete: "set null" }),
    /** Its title at that time. */
    title: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.ideaId, table.position] }), index("idea_playground_sources_source").on(table.sourceId)],
);
