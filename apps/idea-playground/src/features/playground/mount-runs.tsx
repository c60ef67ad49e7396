import { toCodedError } from "@repo/server-kit/error-response";
import { answerError } from "@repo/server-kit/mount-route";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { createRunAnswers, type StartRun } from "./answer-run.ts";
import type { OpenPlayground } from "./playground-parts.ts";
import { idPattern, wantsEvents } from "./playground-request.ts";
import { prepareCards, prepareMerge, prepareRefinement, type PreparedRun, type PrepareRun, prepareVariations } from "./prepare-runs.tsx";
import { writeCards } from "./write-cards.ts";

/** Mounts what has cards written: POST of a form, answered with events or, without scripts, with the finished page. */
export function mountRuns(server: Server, parts: OpenPlayground): void {
  const { languageModel, pages, authorize } = parts;
  const answers = createRunAnswers(server);

  const toStart = (c: Context<ServerEnvironment>, { run }: PreparedRun): StartRun => {
    const { requestId } = c.get("state");
    const onFailure: Parameters<typeof writeCards>[1]["onFailure"] = (error) =>
      server.log[error.code === "internal" ? "error" : "info"]({ err: error.cause ?? error, requestId }, "a card could not be written");
    return (context) => writeCards(languageModel, { ...run, onFailure }, context);
  };

  const mount = (path: string, prepare: PrepareRun): void => {
    server.app.post(path, async (c: Context<ServerEnvironment>) => {
      if (!wantsEvents(c)) {
        return await pages.page(c, async () => {
          await authorize(c);
          const prepared = await prepare(parts, c);
          return await answers.whole(c, toStart(c, prepared), prepared.path);
        });
      }
      try {
        await authorize(c);
        return answers.stream(c, toStart(c, await prepare(parts, c)));
      } catch (thrown) {
        return answerError(server, c, toCodedError(thrown), "plain");
      }
    });
  };

  mount(`/canvases/:id{${idPattern}}/cards`, prepareCards);
  mount(`/canvases/:id{${idPattern}}/refine`, prepareRefinement);
  mount(`/canvases/:id{${idPattern}}/merge`, prepareMerge);
  mount(`/ideas/:id{${idPattern}}/variations`, prepareVariations);
}
