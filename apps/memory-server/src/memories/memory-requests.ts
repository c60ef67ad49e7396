import { CodedError } from "@repo/contracts/coded-error";
import type { AddMemoriesRequest } from "@repo/contracts/memories";
import { ownerId } from "@repo/contracts/memory-fields";
import { type Access, narrowScope } from "../access.ts";
import { isEmptyScope, type MemoryScope } from "../memory-scope.ts";
import type { MetadataFilter } from "../vector-stores/metadata-filter.ts";
import { parseMetadataFilter } from "../vector-stores/parse-metadata-filter.ts";
import type { AddMemories } from "./memory-service.ts";

/** The ids of an owner as they stand in bodies and queries. */
export interface OwnerFields {
  user_id?: string | null | undefined;
  agent_id?: string | null | undefined;
  run_id?: string | null | undefined;
}

const fields = { user_id: "userId", agent_id: "agentId", run_id: "runId" } as const;

/** The owner that a body or query names, within what the caller may see. @throws forbidden for another user */
export function toScope(access: Access, owner: OwnerFields): MemoryScope {
  return narrowScope(access, {
    userId: owner.user_id ?? undefined,
    agentId: owner.agent_id ?? undefined,
    runId: owner.run_id ?? undefined,
  });
}

/** `POST /memories` and `POST /memory` as the service takes them. */
export function toAddMemories(access: Access, body: AddMemoriesRequest): AddMemories {
  return {
    messages: body.messages.map(({ role, content, name }) => ({ role, content, name: name ?? undefined })),
    scope: toScope(access, body),
    metadata: body.metadata ?? undefined,
    infer: body.infer ?? undefined,
    expiresOn: body.expiration_date ?? undefined,
    prompt: body.prompt ?? undefined,
  };
}

/**
 * Owner and conditions of a search: ids may stand beside the query or in `filters`, as its own fields.
 * @throws invalid_request when they contradict each other, or when neither names an owner; forbidden for another user
 */
export function toSearchScope(
  access: Access,
  body: OwnerFields & { filters?: Record<string, unknown> | null | undefined },
): { scope: MemoryScope; filter?: MetadataFilter } {
  const filters = { ...body.filters };
  const asked: OwnerFields = { user_id: body.user_id, agent_id: body.agent_id, run_id: body.run_id };
  for (const field of Object.keys(fields) as (keyof typeof fields)[]) {
    const value = filters[field];
    // Lists and operators stay in the filter: it compares owners too.
    if (typeof value !== "string" && typeof value !== "number") continue;
    delete filters[field];
    if (value === "*") continue;
    const id = ownerId.safeParse(value);
    if (!id.success) throw new CodedError("invalid_request", `filters.${field}: ${id.error.issues[0]?.message ?? "is wrong."}`);
    if ((asked[field] ?? id.data) !== id.data) {
      throw new CodedError("invalid_request", `${field} and filters.${field} name two different ones.`, { details: { field } });
    }
    asked[field] = id.data;
  }
  const scope = toScope(access, asked);
  const filter = Object.keys(filters).length === 0 ? undefined : parseMetadataFilter(filters);
  if (isEmptyScope(scope) && !(filter !== undefined && namesOwner(filter))) {
    throw new CodedError("invalid_request", "Say whose memories are meant: user_id, agent_id or run_id, in the body or in filters.");
  }
  return { scope, ...(filter === undefined ? {} : { filter }) };
}

function namesOwner(filter: MetadataFilter): boolean {
  if ("all" in filter) return filter.all.some(namesOwner);
  if ("any" in filter) return filter.any.length > 0 && filter.any.every(namesOwner);
  if ("not" in filter) return false;
  return Object.hasOwn(fields, filter.field);
}
