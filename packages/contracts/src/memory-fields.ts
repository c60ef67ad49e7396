/** Fields of the memory API and their limits; what stores memories holds to the same ones. */
import { z } from "zod";

/** Longest text of one memory, characters. A model reads some hundred words of it; the rest is kept and shown. */
export const maxMemoryCharacters = 100_000;
/** Longest user, agent or run id, characters: an index entry of PostgreSQL must hold it. */
export const maxOwnerIdCharacters = 256;
/** Largest metadata of one memory as JSON, characters. */
export const maxMetadataCharacters = 64_000;
/** Most messages of one request. */
export const maxMessages = 500;
/** Most memories of one answer. */
export const maxMemoriesPerAnswer = 1_000;
/** Memories of an answer when the request does not say how many, as Mem0. */
export const defaultMemoriesPerAnswer = 20;

const hasNul = (value: string): boolean => value.includes("\0");
const noNul = { error: "must not contain the character U+0000, which databases do not store." };

/**
 * Text as a database can store it: without U+0000, and with halves of surrogate pairs (a cut emoji) replaced by U+FFFD.
 */
export const storableText = z
  .string()
  .refine((value) => !hasNul(value), noNul)
  .transform((value) => value.toWellFormed());

/** Text to remember; not empty. */
export const memoryText = storableText
  .refine((value) => value.trim() !== "", { error: "must not be empty." })
  .refine((value) => value.length <= maxMemoryCharacters, { error: `must not be longer than ${maxMemoryCharacters} characters.` });

/** Id of a user, agent or run. Numbers are taken as their digits, as Mem0 does; spaces around are dropped. */
export const ownerId = z
  .union([z.string(), z.number().transform(String)], { error: "must be a string." })
  .refine((value) => !hasNul(value), noNul)
  .transform((value) => value.trim().toWellFormed())
  .refine((value) => value !== "", { error: "must not be empty." })
  .refine((value) => value.length <= maxOwnerIdCharacters, { error: `must not be longer than ${maxOwnerIdCharacters} characters.` });

function hasNulInside(value: unknown): boolean {
  if (typeof value === "string") return hasNul(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => hasNul(key) || hasNulInside(item));
}

function toWellFormedJson(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) return value.map(toWellFormedJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), toWellFormedJson(item)]));
}

/** Anything a caller wants to keep with a memory, as a JSON object. */
export const memoryMetadata = z
  .record(z.string(), z.unknown(), { error: "must be an object." })
  .refine((value) => !hasNulInside(value), noNul)
  .transform((value) => toWellFormedJson(value) as Record<string, unknown>)
  .refine((value) => JSON.stringify(value).length <= maxMetadataCharacters, {
    error: `must not be longer than ${maxMetadataCharacters} characters of JSON.`,
  });

/** Last day on which a memory is shown. */
export const expirationDate = z.iso.date({ error: "must be a date such as 2026-12-31." });

/** Whose memories are meant, as bodies and queries name it. */
export const ownerFields = {
  user_id: ownerId.nullish().describe("User the memories belong to."),
  agent_id: ownerId.nullish().describe("Agent they belong to."),
  run_id: ownerId.nullish().describe("Run or session they belong to."),
};

const contentPart = z.looseObject({ type: z.string().optional(), text: z.string().optional() });

/** One message of a conversation; of content in parts the text is read. */
export const memoryMessage = z.object({
  role: z.string().min(1).max(100).default("user").describe("user, assistant or system; what the system says is not remembered."),
  content: z
    .union([z.string(), z.array(contentPart), contentPart], { error: "must be a string." })
    .nullish()
    .transform((content) => {
      if (typeof content === "string") return content;
      const parts = content === null || content === undefined ? [] : Array.isArray(content) ? content : [content];
      return parts.flatMap(({ text }) => text ?? []).join("\n");
    })
    .pipe(storableText)
    .refine((value) => value.length <= maxMemoryCharacters, { error: `must not be longer than ${maxMemoryCharacters} characters.` })
    .describe("What was said. Messages without text are skipped."),
  name: storableText.nullish().describe("Who said it; kept as actor_id."),
});

/** A conversation as requests name it. */
export const messagesField = z
  .union([
    memoryText.transform((content) => [{ role: "user", content, name: undefined }]),
    memoryMessage.transform((message) => [message]),
    z.array(memoryMessage).min(1).max(maxMessages),
  ])
  .describe("The conversation: a list of {role, content}, one of them, or a text.");
