import type { PageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { narrowScope } from "../../access.ts";
import type { MemoryScope } from "../../memory-scope.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { idPattern, readConsoleRequest, readQuery, readViewer, toCallContext } from "./console-request.ts";
import type { DeletedMemories } from "./deleted-memories.ts";
import { HomePage } from "./home-page.tsx";
import { MapPage } from "./map-page.tsx";
import { FoundList, type Found, MemoriesPage, memoriesPerPage, MemoryList } from "./memories-page.tsx";
import { createMapMaker } from "./memory-map.ts";
import { MemoryPage } from "./memory-page.tsx";
import { toAddress } from "./owner.ts";

/** Memories that a search shows, and that the map marks. */
const searchLimit = { list: 20, map: 10 };

function readPage(c: Context): number {
  const page = Number(c.req.query("page") ?? "1");
  return Number.isInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1;
}

/** Mounts the pages that show memories. */
export function mountMemoryPages(server: Server, parts: ConsoleParts, pages: PageResponder, deleted: DeletedMemories): void {
  const { assets, service, extractsFacts } = parts;
  const { app } = server;
  const maps = createMapMaker(parts);

  /** What a search found; a Space that does not answer is told in the results' place. */
  async function search(
    c: Context<ServerEnvironment>,
    scope: MemoryScope,
    text: string,
    limit = searchLimit.list,
  ): Promise<Found | undefined> {
    if (text === "") return undefined;
    try {
      return { memories: await service.search({ text, scope, limit }, toCallContext(c, "search")) };
    } catch (thrown) {
      const error = toCodedError(thrown);
      if (error.code === "internal") throw thrown;
      return { memories: [], problem: error.message };
    }
  }

  app.get("/", (c) =>
    pages.page(c, async () => {
      const viewer = await readViewer(parts, c);
      parts.wake();
      const { userId } = viewer.access;
      if (userId !== undefined) return c.redirect(toAddress("/console/memories", { kind: "user", id: userId }), 303);
      const [owners, { total }] = await Promise.all([service.entities(), service.list({ scope: {}, limit: 1 })]);
      const shared = { assets, viewer, owners, total, extractsFacts, space: parts.spaceStatus(), notice: c.req.query("notice") };
      return <HomePage {...shared} origin={new URL(c.req.url).origin} />;
    }),
  );

  app.get("/console/memories", (c) =>
    pages.page(c, async () => {
      const { viewer, owner, scope } = await readConsoleRequest(parts, c);
      parts.wake();
      const query = readQuery(c);
      const page = readPage(c);
      const undo = c.req.query("undo");
      const [listed, found] = await Promise.all([
        service.list({ scope, limit: memoriesPerPage, offset: (page - 1) * memoriesPerPage, includeExpired: true }),
        search(c, scope, query),
      ]);
      return (
        <MemoriesPage
          {...{ assets, viewer, owner, extractsFacts, query, page, listed, found }}
          notice={c.req.query("notice")}
          undo={undo !== undefined && deleted.find(undo) !== undefined ? undo : undefined}
        />
      );
    }),
  );

  app.get("/console/fragments/results", (c) =>
    pages.fragment(c, async () => {
      const { owner, scope } = await readConsoleRequest(parts, c);
      const query = readQuery(c);
      const found = await search(c, scope, query);
      if (found) return <FoundList found={found} query={query} owner={owner} />;
      const listed = await service.list({ scope, limit: memoriesPerPage, includeExpired: true });
      return <MemoryList {...listed} page={1} owner={owner} />;
    }),
  );

  app.get(`/console/memories/:id{${idPattern}}`, (c) =>
    pages.page(c, async () => {
      const viewer = await readViewer(parts, c);
      const scope = narrowScope(viewer.access);
      const id = c.req.param("id");
      const events = await service.history(id, scope);
      const memory = await service.get(id, scope).catch((error: unknown) => {
        // A deleted memory still has a history to show.
        if (CodedError.isInstance(error) && error.code === "not_found" && events.length > 0) return undefined;
        throw error;
      });
      return <MemoryPage {...{ assets, viewer, memory, events }} notice={c.req.query("notice")} />;
    }),
  );

  app.get("/console/map", (c) =>
    pages.page(c, async () => {
      const { viewer, owner, scope } = await readConsoleRequest(parts, c);
      const query = readQuery(c);
      const [map, found = { memories: [] }] = await Promise.all([maps.draw(scope), search(c, scope, query, searchLimit.map)]);
      return <MapPage {...{ assets, viewer, owner, map, query, found }} />;
    }),
  );
}
