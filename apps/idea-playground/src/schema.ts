import { boolean, index, integer, jsonb, pgTable, real, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { FailedAttempt } from "./language-models/language-model.ts";
import type { Tier } from "./language-models/tiers.ts";

const moment = (name: string) => timestamp(name, { withTimezone: true });

/**
 * Settings by name, as the original has them: huggingface_spaces {enabled, default_tier, spaces} and feature_flags
 * {name: {enabled, visible}}.
 */
export const appSettings = pgTable("app_settings", {
  key: text().primaryKey(),
  value: jsonb().notNull(),
  updatedAt: moment("updated_at").notNull().defaultNow(),
});

/** Who is signed in. */
export const sessions = pgTable("sessions", {
  /** SHA-256 of the cookie's value, hexadecimal. */
  valueHash: text("value_hash").primaryKey(),
  /** SHA-256 of the key that was signed in with, hexadecimal: another key ends its sessions. */
  keyHash: text("key_hash").notNull(),
  expiresAt: moment("expires_at").notNull(),
});

/** Every question to a language model, however it ended. */
export const llmQueryLogs = pgTable(
  "llm_query_logs",
  {
    id: uuid().primaryKey().defaultRandom(),
    createdAt: moment("created_at").notNull().defaultNow(),
    /** generate, generateStructure, generateVariations, stream, streamStructure or test. */
    operation: text().notNull(),
    /** Tier that was asked for. */
    tier: text().$type<Tier>().notNull(),
    /** Who answered; null: nobody. */
    answeredBy: text("answered_by").$type<Tier | "local">(),
    variant: text().$type<"live" | "staging">().notNull().default("live"),
    /** Who was tried before. */
    fallbackPath: jsonb("fallback_path").$type<FailedAttempt[]>().notNull().default([]),
    /** What is wrong; null: answered. */
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    model: text(),
    modelVersion: text("model_version"),
    /** Who asked, where the caller says so. */
    caller: text(),
    /** Start of the question, for whoever looks for one. */
    queryText: text("query_text").notNull(),
    responseLength: integer("response_length").notNull().default(0),
    promptTokens: integer("prompt_tokens"),
    generatedTokens: integer("generated_tokens"),
    firstTokenMs: real("first_token_ms"),
    durationMs: real("duration_ms").notNull(),
    cached: boolean().notNull().default(false),
  },
  (table) => [index("llm_query_logs_created").on(table.createdAt), index("llm_query_logs_tier").on(table.tier, table.createdAt)],
);
