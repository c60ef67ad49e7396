import { CodedError } from "@repo/contracts/coded-error";
import { createApiKeyRoute, listApiKeysRoute, revokeApiKeyRoute } from "@repo/contracts/memory-administration";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { accessOf, narrowScope } from "../../access.ts";
import type { ApiKey, KeyStore } from "../../key-store.ts";

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function toAnswer({ id, label, prefix, userId, createdAt, lastUsedAt }: ApiKey) {
  return {
    id,
    label,
    key_prefix: prefix,
    user_id: userId,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}

/** Mounts the routes that make, list and revoke keys: an administrator's for everybody, a user's for the same user. */
export function mountApiKeys(server: Server, { keys }: { keys: KeyStore }): void {
  mountRoute(server, createApiKeyRoute, async ({ label, user_id: userId }, context) => {
    const { userId: owner = null } = narrowScope(accessOf(context), { userId: userId ?? undefined });
    const { key, ...created } = await keys.create({ label, userId: owner });
    const { last_used_at: _unused, ...answer } = toAnswer(created);
    context.headers.set("cache-control", "no-store");
    return { ...answer, key };
  });
  mountRoute(server, listApiKeysRoute, async (_body, context) => (await keys.list(accessOf(context).userId)).map(toAnswer));
  mountRoute(server, revokeApiKeyRoute, async (_body, context) => {
    const id = context.params["id"] ?? "";
    if (!uuidPattern.test(id) || !(await keys.revoke(id, accessOf(context).userId)))
      throw new CodedError("not_found", "There is no key with this id.");
    return { message: "API key revoked." };
  });
}
