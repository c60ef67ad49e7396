import { readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import type { PageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import { ownerId, storableText } from "@repo/contracts/memory-fields";
import type { Server } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import { z } from "zod";
import type { ConsoleParts } from "./console-parts.ts";
import { idPattern, readViewer } from "./console-request.ts";
import { KeysPage } from "./keys-page.tsx";

const keyForm = z.object({ label: storableText.pipe(z.string().trim().min(1).max(100)), user_id: ownerId.nullable() });

/** Mounts the page about API keys and its forms. A user makes and sees keys of the same user only. */
export function mountKeyPages(server: Server, parts: ConsoleParts, pages: PageResponder): void {
  const { assets, keys } = parts;

  server.app.get("/console/keys", (c) =>
    pages.page(c, async () => {
      const viewer = await readViewer(parts, c);
      return <KeysPage {...{ assets, viewer }} keys={await keys.list(viewer.access.userId)} notice={c.req.query("notice")} />;
    }),
  );

  // Not sent on to another page: the key is in this answer and nowhere else.
  server.app.post("/console/keys", (c) =>
    pages.page(c, async () => {
      const viewer = await readViewer(parts, c);
      const read = await readForm(c);
      const form = { label: read("label"), user_id: viewer.access.userId ?? (read("user_id")?.trim() || null) };
      const { label, user_id: userId } = parseBody(keyForm, form);
      const created = await keys.create({ label, userId });
      return <KeysPage {...{ assets, viewer, created }} keys={await keys.list(viewer.access.userId)} notice={undefined} />;
    }),
  );

  server.app.post(`/console/keys/:id{${idPattern}}/revoke`, (c) =>
    pages.page(c, async () => {
      const { access } = await readViewer(parts, c);
      const isRevoked = await keys.revoke(c.req.param("id"), access.userId);
      if (!isRevoked) throw new CodedError("not_found", "There is no such key.");
      return redirectWithNotice(c, "/console/keys", { notice: "revoked" });
    }),
  );
}
