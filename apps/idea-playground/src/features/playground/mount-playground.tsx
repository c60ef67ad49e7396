import type { Server } from "@repo/server-kit/server";
import { createCanvasStore } from "./canvas-store.ts";
import { createIdeaStore } from "./idea-store.ts";
import { mountCanvases } from "./mount-canvases.tsx";
import { mountEditing } from "./mount-editing.tsx";
import { mountIdeas } from "./mount-ideas.tsx";
import { mountRuns } from "./mount-runs.tsx";
import { mountVariations } from "./mount-variations.tsx";
import type { PlaygroundParts } from "./playground-parts.ts";

/**
 * Mounts the Idea Playground: GET / and everything under /canvases, /ideas and /variations. The app refuses forms that are
 * too large, or sent by pages of another origin, before they come here.
 */
export function mountPlayground(server: Server, parts: PlaygroundParts): void {
  const playground = { ...parts, canvases: createCanvasStore(parts.db), ideas: createIdeaStore(parts.db) };
  mountCanvases(server, playground);
  mountEditing(server, playground);
  mountIdeas(server, playground);
  mountVariations(server, playground);
  mountRuns(server, playground);
}
