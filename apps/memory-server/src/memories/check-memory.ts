import { CodedError } from "@repo/contracts/coded-error";
import { expirationDate, memoryMetadata, memoryText, ownerId, storableText } from "@repo/contracts/memory-fields";
import type { z } from "zod";
import type { MemoryScope } from "../memory-scope.ts";
import { isEmptyScope } from "../memory-scope.ts";

/** The rules of the API for those that call the service without it (console, imports): same schemas, same messages. */
function check<Schema extends z.ZodType>(schema: Schema, value: unknown, field: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CodedError("invalid_request", `${field}: ${parsed.error.issues[0]?.message ?? "is wrong."}`, { details: { field } });
}

/** A text as it is stored. @throws invalid_request for an empty or too long one, or one with U+0000 */
export function checkText(text: string, field = "text"): string {
  return check(memoryText, text, field);
}

/** Metadata as they are stored. @throws invalid_request */
export function checkMetadata(metadata: Record<string, unknown> | undefined): Record<string, unknown> {
  return metadata === undefined ? {} : check(memoryMetadata, metadata, "metadata");
}

/** A last day. @throws invalid_request for what is no date */
export function checkExpiry(date: string | null | undefined): string | null {
  return date === undefined || date === null ? null : check(expirationDate, date, "expiration_date");
}

/** A role. @throws invalid_request for one with U+0000 */
export function checkRole(role: string | null | undefined): string | null {
  return role === undefined || role === null ? null : check(storableText, role, "role").slice(0, 100);
}

/** An owner. @throws invalid_request when no id is given, or one that cannot be stored */
export function checkOwner(scope: MemoryScope): MemoryScope {
  if (isEmptyScope(scope))
    throw new CodedError("invalid_request", "Say whose memories are meant: at least one of user_id, agent_id and run_id is needed.");
  const owner = (id: string | undefined, field: string) => (id === undefined ? undefined : check(ownerId, id, field));
  return { userId: owner(scope.userId, "user_id"), agentId: owner(scope.agentId, "agent_id"), runId: owner(scope.runId, "run_id") };
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An id as the database has it. @throws not_found for what cannot be one: there is no memory with it */
export function checkId(id: string): string {
  if (!uuidPattern.test(id)) throw noSuchMemory();
  return id.toLowerCase();
}

/** The same for a memory that does not exist and for one that somebody else may see only. */
export function noSuchMemory(): CodedError {
  return new CodedError("not_found", "There is no memory with this id.");
}
