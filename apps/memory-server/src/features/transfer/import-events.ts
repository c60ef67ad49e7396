import { setTimeout as sleep } from "node:timers/promises";
import { type ImportView, isFinishedImport } from "@repo/contracts/memory-transfer";
import type { Logger } from "@repo/server-kit/log";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";

/** Time between two looks, milliseconds. */
const intervalMs = 400;
/** A line at least so often, milliseconds, so that proxies keep the connection. */
const keepAliveMs = 15_000;
/** Id of an import's last event; a browser that comes back with it is told to stay away. */
const lastEventId = "end";

/** Answers with an import's changes as server-sent events, until it is over. */
export function streamImport(c: Context, read: () => Promise<ImportView>, log: Pick<Logger, "warn">): Response {
  // EventSource connects again after every end; 204 is the way to say that there is nothing more.
  if (c.req.header("last-event-id") === lastEventId) return c.body(null, 204);
  return streamSSE(c, async (stream) => {
    try {
      let [last, wroteAt] = ["", Date.now()];
      while (!stream.aborted) {
        const view = await read();
        const data = JSON.stringify(view);
        const isOver = isFinishedImport(view);
        if (data !== last || isOver) await stream.writeSSE({ data, ...(isOver ? { id: lastEventId } : {}) });
        else if (Date.now() - wroteAt > keepAliveMs) await stream.write(": \n\n");
        else {
          await sleep(intervalMs);
          continue;
        }
        [last, wroteAt] = [data, Date.now()];
        if (isOver) return;
        await sleep(intervalMs);
      }
    } catch (error) {
      // Hono would send the message to the page; it belongs into the log.
      log.warn({ err: error }, "a stream of an import's events ended");
    }
  });
}
