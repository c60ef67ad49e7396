import { fileURLToPath } from "node:url";
import { type Assets, loadAssets } from "@repo/app-kit/load-assets";
import { openDatabase } from "@repo/app-kit/open-database";
import { Page } from "@repo/app-kit/page";
import { createPageResponder } from "@repo/app-kit/page-responder";
import { createServer } from "@repo/server-kit/create-server";
import { createSilentLogger } from "@repo/server-kit/log";
import type { Server } from "@repo/server-kit/server";
import { testDatabase } from "@repo/testing/test-database";
import type { Child } from "hono/jsx";
import { type CanvasStore, createCanvasStore } from "../src/features/playground/canvas-store.ts";
import { createIdeaStore, type IdeaStore } from "../src/features/playground/idea-store.ts";
import { mountPlayground } from "../src/features/playground/mount-playground.tsx";
import type { PlaygroundParts } from "../src/features/playground/playground-parts.ts";
import { tiers, tierWords } from "../src/language-models/tiers.ts";

/** The playground on a database in memory. */
export interface TestPlayground {
  server: Server;
  canvases: CanvasStore;
  ideas: IdeaStore;
  db: PlaygroundParts["db"];
  close(): Promise<void>;
}

const nameOnlyAssets: Assets = { url: (name) => `/assets/${name}`, respond: () => undefined };

/** Opens one. @param options.publicFolder folder of the built scripts and styles */
export async function openTestPlayground(
  options: Pick<PlaygroundParts, "languageModel"> & Partial<PlaygroundParts> & { publicFolder?: string },
): Promise<TestPlayground> {
  const database = await openDatabase({
    ...testDatabase(),
    migrationsFolder: fileURLToPath(new URL("../migrations", import.meta.url)),
  });
  const server = createServer({ name: "idea-playground", version: "0", corsOrigins: [], log: createSilentLogger() });
  const assets = options.publicFolder === undefined ? nameOnlyAssets : await loadAssets(options.publicFolder);
  const Shell = ({ title, children }: { title: string; children?: Child }) => (
    <Page
      title={title}
      description="Ideas"
      brand="Idea Playground"
      stylesheets={["pico.css", "app-kit.css", "console.css", "playground.css"].map(assets.url)}
      scripts={[assets.url("playground.js")]}
    >
      {children}
    </Page>
  );
  mountPlayground(server, {
    db: database.db,
    pages: createPageResponder(server, { Shell, back: "Back to the canvases" }),
    toPage: async (_, { title, children }) => await Promise.resolve(<Shell title={title}>{children}</Shell>),
    authorize: async () => await Promise.resolve("administrator"),
    readTiers: async () =>
      await Promise.resolve(tiers.map((tier) => ({ tier, ...tierWords[tier], isDefault: tier === "base", hasSpace: tier !== "user" }))),
    ...options,
  });
  server.app.get("/assets/:name", (c) => assets.respond(c.req.param("name")) ?? c.notFound());
  return {
    server,
    db: database.db,
    canvases: createCanvasStore(database.db),
    ideas: createIdeaStore(database.db),
    close: async () => await database.close(),
  };
}
