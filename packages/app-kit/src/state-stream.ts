import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "@repo/server-kit/server";
import { streamSSE } from "hono/streaming";

/** Time between two looks while something is under way, and while nothing is, milliseconds. */
const intervalMs = { busy: 400, quiet: 3_000 };
/** Open pages that are told about changes; more get the current state once. */
const maxListeners = 200;

/** What {@link mountStateStream} needs. */
export interface StateStreamOptions<State> {
  path: string;
  /** Must be cheap: it runs up to 2.5 times a second while pages are open, once for all of them. */
  read: () => Promise<State>;
  /** Whether the state is about to change, so that it is read more often. */
  isBusy: (state: State) => boolean;
}

/** Mounts GET `path`: the state as server-sent events of JSON, the current one at once and then one per change. */
export function mountStateStream<State>(server: Server, { path, read, isBusy }: StateStreamOptions<State>): void {
  // However many pages are open, the database is asked once per interval.
  let latest: { state: Promise<State>; at: number } | undefined;
  const readShared = async (): Promise<State> => {
    if (!latest || Date.now() - latest.at >= intervalMs.busy) latest = { state: read(), at: Date.now() };
    return await latest.state;
  };
  let listeners = 0;
  server.app.get(path, (c) =>
    streamSSE(c, async (stream) => {
      listeners += 1;
      try {
        let last = "";
        while (!stream.aborted) {
          const current = await readShared();
          const data = JSON.stringify(current);
          if (data !== last) await stream.writeSSE({ data });
          last = data;
          if (listeners > maxListeners) break;
          await sleep(isBusy(current) ? intervalMs.busy : intervalMs.quiet);
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
