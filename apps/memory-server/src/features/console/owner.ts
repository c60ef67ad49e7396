import { ownerId } from "@repo/contracts/memory-fields";
import { parseBody } from "@repo/server-kit/validation";
import type { MemoryScope } from "../../memory-scope.ts";

/** Kinds of owners of memories, and how addresses and people name them. */
export const ownerKinds = {
  user: { parameter: "user_id", field: "userId", plural: "Users" },
  agent: { parameter: "agent_id", field: "agentId", plural: "Agents" },
  run: { parameter: "run_id", field: "runId", plural: "Runs" },
} as const;

/** One of {@link ownerKinds}. */
export type OwnerKind = keyof typeof ownerKinds;

/** Whose memories a page shows. */
export interface Owner {
  kind: OwnerKind;
  id: string;
}

/** The owner that parameters name; undefined when they name none. @throws CodedError invalid_request for an id that cannot be */
export function readOwner(read: (parameter: string) => string | undefined): Owner | undefined {
  for (const kind of Object.keys(ownerKinds) as OwnerKind[]) {
    const id = read(ownerKinds[kind].parameter)?.trim();
    if (id) return { kind, id: parseBody(ownerId, id) };
  }
  return undefined;
}

/** The owner as parameters of an address. */
export function toParameters(owner: Owner | undefined): Record<string, string> {
  return owner ? { [ownerKinds[owner.kind].parameter]: owner.id } : {};
}

/** Address of a page about an owner. */
export function toAddress(
  path: string,
  owner: Owner | undefined,
  extra: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const parameters = new URLSearchParams(toParameters(owner));
  for (const [name, value] of Object.entries(extra)) if (value !== undefined && value !== "") parameters.set(name, String(value));
  const query = parameters.toString();
  return query === "" ? path : `${path}?${query}`;
}

/** The owner as a scope; everybody for none. */
export function toScope(owner: Owner | undefined): MemoryScope {
  return owner ? { [ownerKinds[owner.kind].field]: owner.id } : {};
}
