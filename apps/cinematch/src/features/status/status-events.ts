import { setTimeout as sleep } from "node:timers/promises";
import type { FilmHealth } from "@repo/contracts/film-recommendations";
import type { Server } from "@repo/server-kit/server";
import { streamSSE } from "hono/streaming";

/** Time between two looks while something is under way, and while nothing is, milliseconds. */
const intervalMs = { busy: 400, quiet: 3_000 };
/** Open pages that are told about changes; more get the current state once. */
const maxListeners = 200;

/** Mounts GET /events: the state of Space and index as server-sent events, one per change. */
export function mountStatusEvents(server: Server, readHealth: () => Promise<FilmHealth>): void {
  // However many pages are open, the database is asked once per interval.
  let latest: { health: Promise<FilmHealth>; at: number } | undefined;
  const health = async (): Promise<FilmHealth> => {
    if (!latest || Date.now() - latest.at >= intervalMs.busy) latest = { health: readHealth(), at: Date.now() };
    return await latest.health;
  };
  let listeners = 0;
  server.app.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      listeners += 1;
      try {
        let last = "";
        while (!stream.aborted) {
          const current = await health();
          const data = JSON.stringify(current);
          if (data !== last) await stream.writeSSE({ data });
          last = data;
          if (listeners > maxListeners) break;
          const isBusy = current.index === "indexing" || current.space.state === "warming";
          await sleep(isBusy ? intervalMs.busy : intervalMs.quiet);
        }
      } catch (error) {
        // Hono would send the message to the page; it belongs into the log. The page connects again by itself.
        server.log.warn({ err: error }, "a status stream ended");
      } finally {
        listeners -= 1;
      }
    }),
  );
}
