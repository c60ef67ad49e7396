import { limitForms } from "@repo/app-kit/page-forms";
import type { CallContext } from "@repo/contracts/call-context";
import type { ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { narrowScope } from "../../access.ts";
import type { MemoryScope } from "../../memory-scope.ts";
import type { Viewer } from "../../ui/shell.tsx";
import type { ConsoleParts } from "./console-parts.ts";
import { type Owner, readOwner, toScope } from "./owner.ts";

/** How long a page waits for the Space, milliseconds: longer than a busy Space takes, shorter than one that wakes up. */
const pageTimeoutMs = { search: 15_000, write: 60_000 };
/** Largest form, bytes: the longest memory in the worst encoding. */
const maxFormBytes = 2 * 1024 * 1024;
/** Every id in an address of the console. */
export const idPattern = "[0-9a-fA-F-]{36}";

/** What a request's page is about and who looks at it. */
export interface ConsoleRequest {
  viewer: Viewer;
  owner: Owner | undefined;
  /** What the viewer may see of it. */
  scope: MemoryScope;
}

/** Refuses forms that are too large before they are read. */
export const limitConsoleForms = limitForms(maxFormBytes);

/** Who looks. @throws CodedError unauthorized, forbidden */
export async function readViewer(parts: ConsoleParts, c: Context<ServerEnvironment>): Promise<Viewer> {
  return { access: await parts.access.authorize(c.req.raw.headers), mode: parts.access.mode };
}

/**
 * Who looks at whose memories; a user who names nobody looks at the user's own.
 * @throws CodedError unauthorized; forbidden for another user's memories
 */
export async function readConsoleRequest(
  parts: ConsoleParts,
  c: Context<ServerEnvironment>,
  readParameter: (name: string) => string | undefined = (name) => c.req.query(name),
): Promise<ConsoleRequest> {
  const viewer = await readViewer(parts, c);
  const { access } = viewer;
  const own: Owner | undefined = access.userId === undefined ? undefined : { kind: "user", id: access.userId };
  const owner = readOwner(readParameter) ?? own;
  return { viewer, owner, scope: narrowScope(access, toScope(owner)) };
}

/** The search text of a request. */
export function readQuery(c: Context): string {
  return (c.req.query("query") ?? "").replaceAll("\0", "").toWellFormed().trim().slice(0, 2_000);
}

/** The context of a call that a page waits for. */
export function toCallContext(c: Context<ServerEnvironment>, kind: keyof typeof pageTimeoutMs): CallContext {
  return { signal: c.req.raw.signal, deadlineAt: Date.now() + pageTimeoutMs[kind], requestId: c.get("state").requestId };
}
