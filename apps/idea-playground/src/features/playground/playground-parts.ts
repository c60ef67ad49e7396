import type { Database } from "@repo/app-kit/open-database";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { CanvasStore } from "./canvas-store.ts";
import type { IdeaStore } from "./idea-store.ts";
import type { TierChoice } from "./run-form.tsx";
import type { CardWriter } from "./write-cards.ts";

/** What {@link mountPlayground} needs of the app. */
export interface PlaygroundParts {
  db: Database;
  languageModel: CardWriter;
  pages: PageResponder;
  /** The app's frame around a page's content, for whoever looks. */
  toPage: (c: Context<ServerEnvironment>, page: { title: string; current?: string; children: Child }) => Promise<JSX.Element>;
  /** Lets through who may use the playground. @throws CodedError unauthorized, forbidden */
  authorize: (c: Context<ServerEnvironment>) => Promise<unknown>;
  /** The tiers that may be asked now, the default one marked. */
  readTiers: () => Promise<TierChoice[]>;
}

/** The same with what the playground makes of it. */
export interface OpenPlayground extends PlaygroundParts {
  canvases: CanvasStore;
  ideas: IdeaStore;
}
