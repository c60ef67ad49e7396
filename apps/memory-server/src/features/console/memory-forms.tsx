import { readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import type { PageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import { expirationDate, memoryMetadata, memoryText } from "@repo/contracts/memory-fields";
import type { Server } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import { narrowScope } from "../../access.ts";
import type { Memory } from "../../memory.ts";
import { isEmptyScope, type MemoryScope } from "../../memory-scope.ts";
import type { AddMemories } from "../../memories/memory-service.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { idPattern, readConsoleRequest, readViewer, toCallContext } from "./console-request.ts";
import type { DeletedMemories } from "./deleted-memories.ts";
import { toAddress } from "./owner.ts";
import { parseConversation } from "./parse-conversation.ts";

/** "name: value" lines as metadata; numbers and true or false are what they look like, so that filters can compare them. */
function parseMetadata(text: string): Record<string, unknown> {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const entries = lines.map((line): [string, unknown] => {
    const [, name = "", value = ""] = /^\s*([^:]+?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === "") throw new CodedError("invalid_request", `Metadata are lines of "name: value"; this one is not: ${line.slice(0, 100)}`);
    return [name, /^(?:true|false|-?(?:0|[1-9]\d{0,14})(?:\.\d+)?)$/.test(value) ? JSON.parse(value) : value];
  });
  return parseBody(memoryMetadata, Object.fromEntries(entries));
}

function toRequest(read: (name: string) => string | undefined, scope: MemoryScope): AddMemories {
  const text = parseBody(memoryText, read("text") ?? "").trim();
  const expiresOn = read("expires_on") || undefined;
  const isConversation = read("kind") === "conversation";
  return {
    scope,
    messages: isConversation ? parseConversation(text) : [{ role: "user", content: text }],
    metadata: parseMetadata(read("metadata") ?? ""),
    expiresOn: expiresOn === undefined ? undefined : parseBody(expirationDate, expiresOn),
    ...(isConversation ? {} : { infer: false }),
  };
}

const toScopeOf = ({ userId, agentId, runId }: Memory): MemoryScope => ({
  userId: userId ?? undefined,
  agentId: agentId ?? undefined,
  runId: runId ?? undefined,
});

/** Mounts what the pages' forms send: add, update, delete, restore. Each answers with the way to the next page. */
export function mountMemoryForms(server: Server, parts: ConsoleParts, pages: PageResponder, deleted: DeletedMemories): void {
  const { service } = parts;
  const { app } = server;

  app.post("/console/memories/add", (c) =>
    pages.page(c, async () => {
      const read = await readForm(c);
      const { owner, scope } = await readConsoleRequest(parts, c, read);
      if (isEmptyScope(scope)) throw new CodedError("invalid_request", "Say whose memory it is.");
      const changes = await service.add(toRequest(read, scope), toCallContext(c, "write"));
      const change = changes.find(({ event }) => event !== "NONE") ?? changes[0];
      const notice = change === undefined ? "nothing" : change.event === "NONE" ? "known" : "added";
      return redirectWithNotice(c, toAddress("/console/memories", owner), { notice }, change ? `#m-${change.id}` : "");
    }),
  );

  app.post(`/console/memories/:id{${idPattern}}/update`, (c) =>
    pages.page(c, async () => {
      const { access } = await readViewer(parts, c);
      const read = await readForm(c);
      const id = c.req.param("id");
      const scope = narrowScope(access);
      const text = parseBody(memoryText, read("text") ?? "").trim();
      const before = await service.get(id, scope);
      if (before.text !== text) await service.update(id, { text }, scope, toCallContext(c, "write"));
      return redirectWithNotice(c, read("back"), { notice: before.text === text ? "unchanged" : "saved" }, `#m-${id}`);
    }),
  );

  app.post(`/console/memories/:id{${idPattern}}/delete`, (c) =>
    pages.page(c, async () => {
      const { access } = await readViewer(parts, c);
      const read = await readForm(c);
      const scope = narrowScope(access);
      const memory = await service.get(c.req.param("id"), scope);
      await service.remove(memory.id, scope);
      deleted.keep(memory);
      return redirectWithNotice(c, read("back"), { notice: "deleted", undo: memory.id });
    }),
  );

  app.post("/console/memories/restore", (c) =>
    pages.page(c, async () => {
      const { access } = await readViewer(parts, c);
      const read = await readForm(c);
      const memory = deleted.find(read("id") ?? "");
      const isVisible = memory !== undefined && (access.kind === "administrator" || memory.userId === access.userId);
      if (!isVisible) return redirectWithNotice(c, "/console/memories", { notice: "expired" });
      const scope = toScopeOf(memory);
      const { id, text, metadata, createdAt, updatedAt, expiresOn, role } = memory;
      await service.insertBatch([{ id, text, scope, metadata, createdAt, updatedAt, expiresOn, role }], toCallContext(c, "write"));
      // Only now: a Space that did not answer leaves the way back open.
      deleted.forget(id);
      const address = scope.userId === undefined ? "/console/memories" : toAddress("/console/memories", { kind: "user", id: scope.userId });
      return redirectWithNotice(c, address, { notice: "restored" }, `#m-${id}`);
    }),
  );

  app.post("/console/memories/delete-all", (c) =>
    pages.page(c, async () => {
      const { owner, scope } = await readConsoleRequest(parts, c, await readForm(c));
      if (isEmptyScope(scope)) throw new CodedError("invalid_request", "Say whose memories to delete.");
      await service.removeMany(scope);
      return redirectWithNotice(c, toAddress("/console/memories", owner), { notice: "all-deleted" });
    }),
  );
}
