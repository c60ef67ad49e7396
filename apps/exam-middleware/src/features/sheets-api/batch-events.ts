import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@repo/server-kit/log";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { toSheetBody } from "../../sheets/sheet-bodies.ts";
import type { BatchProgress } from "../../sheets/sheet-service.ts";

/** Time between two looks, milliseconds. */
const intervalMs = 500;
/** A line at least so often, milliseconds, so that proxies keep the connection. */
const keepAliveMs = 15_000;
/** How far a look reaches back beyond the last change that was seen, milliseconds: a transaction may end after a later one. */
const overlapMs = 10_000;

/** Finds what is new in each look, which reaches back over what was sent already. */
function createNews(): (progress: BatchProgress) => { body: Record<string, unknown>; isNew: boolean; since: Date | undefined } {
  const sent = new Map<string, string>();
  let lastCounts = "";
  let latest = 0;
  return ({ changed, batchId, inReview, waitingFor, ...counts }) => {
    const fresh = changed.filter((sheet) => {
      const mark = `${sheet.version} ${sheet.waitingFor ?? ""}`;
      if (sent.get(sheet.id) === mark) return false;
      sent.set(sheet.id, mark);
      return true;
    });
    latest = Math.max(latest, ...changed.map(({ updatedAt }) => updatedAt.getTime()));
    const summary = { batch_id: batchId, in_review: inReview, waiting_for: waitingFor, ...counts };
    const isNew = fresh.length > 0 || JSON.stringify(summary) !== lastCounts;
    lastCounts = JSON.stringify(summary);
    return { body: { ...summary, changed: fresh.map(toSheetBody) }, isNew, since: latest === 0 ? undefined : new Date(latest - overlapMs) };
  };
}

/**
 * Answers with a batch's progress as server-sent events: every sheet at first, then those that changed. It goes on while the
 * page is open, since more files may join the batch.
 */
export function streamBatch(c: Context, read: (since: Date | undefined) => Promise<BatchProgress>, log: Pick<Logger, "warn">): Response {
  const find = createNews();
  return streamSSE(c, async (stream) => {
    let [since, wroteAt]: [Date | undefined, number] = [undefined, Date.now()];
    try {
      while (!stream.aborted) {
        const news = find(await read(since));
        since = news.since;
        if (news.isNew) await stream.writeSSE({ data: JSON.stringify(news.body) });
        else if (Date.now() - wroteAt > keepAliveMs) await stream.write(": \n\n");
        else {
          await sleep(intervalMs);
          continue;
        }
        wroteAt = Date.now();
        await sleep(intervalMs);
      }
    } catch (error) {
      // Hono would send the message to the page; it belongs into the log. The page connects again by itself.
      log.warn({ err: error }, "a stream of a batch's events ended");
    }
  });
}
