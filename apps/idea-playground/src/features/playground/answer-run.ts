import { redirectWithNotice } from "@repo/app-kit/page-forms";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { CardEvent } from "./card-events.ts";

/** A comment at least so often, milliseconds, so that proxies keep the connection while a Space wakes up. */
const keepAliveMs = 15_000;
/** Runs at the same time. Each is at most five questions, and the Spaces have queues of their own. */
const maxRuns = 24;

/** Starts a run; its context's signal fires when nobody waits for the cards any more. */
export type StartRun = (context: CallContext) => AsyncGenerator<CardEvent>;

/** Answers with runs. */
interface RunAnswers {
  /** With every step as a server-sent event. A reader who leaves stops the model. */
  stream(c: Context<ServerEnvironment>, start: StartRun): Response;
  /** When all cards are there, with the way to `path`. For pages without scripts. @throws CodedError when no card is */
  whole(c: Context<ServerEnvironment>, start: StartRun, path: string): Promise<Response>;
}

/** Counts the runs under way, so that there are never too many. */
export function createRunAnswers(server: Server): RunAnswers {
  let running = 0;
  const enter = (): void => {
    if (running >= maxRuns)
      throw new CodedError("overloaded", "Many cards are being written right now. Try again in a moment.", { retryAfterMs: 5_000 });
    running += 1;
  };
  return {
    stream: (c, start) => {
      enter();
      const stop = new AbortController();
      const response = streamSSE(c, async (stream) => {
        stream.onAbort(() => stop.abort());
        const timer = setInterval(() => void stream.write(": still working\n\n").catch(() => undefined), keepAliveMs);
        try {
          for await (const event of start({ signal: stop.signal, requestId: c.get("state").requestId })) {
            if (stream.aborted) break;
            await stream.writeSSE({ data: JSON.stringify(event) });
          }
        } catch (thrown) {
          const error = toCodedError(thrown);
          if (!stop.signal.aborted) {
            server.log.error({ err: error.cause ?? error, requestId: c.get("state").requestId }, "a run of cards ended");
            await stream.writeSSE({ event: "problem", data: JSON.stringify({ message: error.message }) });
          }
        } finally {
          clearInterval(timer);
          stop.abort();
          running -= 1;
        }
      });
      // nginx would collect the events otherwise.
      response.headers.set("x-accel-buffering", "no");
      response.headers.set("cache-control", "no-store");
      return response;
    },
    whole: async (c, start, path) => {
      enter();
      try {
        let [problem, end]: [string, { saved: number; failed: number }] = ["", { saved: 0, failed: 0 }];
        for await (const event of start({ signal: c.req.raw.signal, requestId: c.get("state").requestId })) {
          if (event.type === "failed") problem = event.problem.message;
          if (event.type === "end") end = event;
        }
        if (end.saved === 0) throw new CodedError("model_unavailable", problem === "" ? "No card could be written." : problem);
        return redirectWithNotice(c, path, { notice: end.failed === 0 ? "written" : "partly" }, "#cards");
      } finally {
        running -= 1;
      }
    },
  };
}
