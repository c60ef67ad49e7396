import { isSameOrigin } from "@repo/app-kit/same-origin";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server } from "@repo/server-kit/server";
import { createCanvasStore } from "./canvas-store.ts";
import { createIdeaStore } from "./idea-store.ts";
import { mountCanvases } from "./mount-canvases.tsx";
import { mountIdeas } from "./mount-ideas.tsx";
import { mountRuns } from "./mount-runs.tsx";
import type { PlaygroundParts } from "./playground-parts.ts";
import { limitPlaygroundForms } from "./playground-request.ts";

/** Mounts the Idea Playground: GET / and everything under /canvases, /ideas and /variations. */
export function mountPlayground(server: Server, parts: PlaygroundParts): void {
  const playground = { ...parts, canvases: createCanvasStore(parts.db), ideas: createIdeaStore(parts.db) };
  for (const path of ["/canvases", "/canvases/*", "/ideas/*", "/variations/*"]) {
    server.app.use(path, async (c, next) => {
      // Ideas change all the time, and Back must not show those of before.
      c.header("cache-control", "no-store");
      if (c.req.method !== "GET" && !isSameOrigin(c.req.raw.headers))
        throw new CodedError("forbidden", "This form was sent by a page of another origin.");
      await next();
    });
    server.app.use(path, limitPlaygroundForms);
  }
  mountCanvases(server, playground);
  mountIdeas(server, playground);
  mountRuns(server, playground);
}
