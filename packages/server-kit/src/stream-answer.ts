import type { Route } from "@repo/contracts/route";
import type { Deadline } from "./deadline.ts";

/** How values of a stream are written: a line each, or server-sent events. */
export type StreamFormat = "ndjson" | "events";

/** What {@link openStream} sends. */
export interface StreamAnswer {
  values: AsyncIterable<unknown>;
  format: StreamFormat;
  deadline: Deadline;
  /** What is sent, as the last value, for what the values threw. */
  toErrorValue: (thrown: unknown) => unknown;
  /** Name of the event that is the error. Default none. */
  errorName?: string | undefined;
  /** Data of an event after the last value. Default none. */
  end?: string | undefined;
  /** Called once, when the stream has ended in any way. */
  onEnd: () => void;
}

/** Proxies close connections that are silent for a minute; a comment that no client sees keeps them open. */
const keepAliveMs = 15_000;
const encoder = new TextEncoder();

/** The format of a route's stream; where the route leaves it open, events for callers that say so and lines otherwise. */
export function toStreamFormat(route: Route, headers: Headers): StreamFormat {
  if (route.streams === "events") return "events";
  return (headers.get("accept") ?? "").toLowerCase().includes("text/event-stream") ? "events" : "ndjson";
}

/** Headers of a stream; the last one keeps nginx from collecting it. */
export function toStreamHeaders(format: StreamFormat): Record<string, string> {
  return {
    "content-type": format === "events" ? "text/event-stream; charset=utf-8" : "application/x-ndjson; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  };
}

/**
 * A body that sends values as they come. The next one is asked for when the reader has room, so a slow reader slows the
 * work down and nothing piles up; a reader that leaves ends the work, and so does the deadline while a reader takes nothing.
 *
 * Resolves when the first value is there: what goes wrong before that is an error of its own status.
 * @throws what the values throw before the first one, and the deadline's errors
 */
export async function openStream(answer: StreamAnswer): Promise<ReadableStream<Uint8Array>> {
  const { deadline, format, onEnd, toErrorValue } = answer;
  const iterator = answer.values[Symbol.asyncIterator]();
  let isOver = false;
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    // A generator that waits for something hears of it through the signal.
    Promise.resolve(iterator.return?.()).catch(() => undefined);
    onEnd();
  };
  // Work that waits for a reader is asked for nothing, so it would never hear that nobody waits for it.
  deadline.signal.addEventListener("abort", end, { once: true });
  const next = (): Promise<IteratorResult<unknown>> => deadline.race(iterator.next());
  let pending: Promise<IteratorResult<unknown>>;
  try {
    pending = Promise.resolve(await next());
  } catch (thrown) {
    end();
    throw thrown;
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          deadline.signal.throwIfAborted();
          const result = await withKeepAlive(pending, format);
          if (result === "silence") return controller.enqueue(encoder.encode(": still working\n\n"));
          if (result.done === true) {
            if (answer.end !== undefined) controller.enqueue(encoder.encode(`data: ${answer.end}\n\n`));
            end();
            return controller.close();
          }
          controller.enqueue(encodeValue(result.value, format));
          pending = next();
          // It is looked at when the reader has room again.
          pending.catch(() => undefined);
        } catch (thrown) {
          controller.enqueue(encodeValue(toErrorValue(thrown), format, answer.errorName));
          end();
          controller.close();
        }
      },
      cancel() {
        deadline.leave();
        end();
      },
    },
    { highWaterMark: 1 },
  );
}

async function withKeepAlive<Value>(pending: Promise<Value>, format: StreamFormat): Promise<Value | "silence"> {
  if (format !== "events") return await pending;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<"silence">((resolve) => {
    timer = setTimeout(() => resolve("silence"), keepAliveMs);
  });
  try {
    return await Promise.race([pending, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function encodeValue(value: unknown, format: StreamFormat, event?: string): Uint8Array {
  const text = JSON.stringify(value);
  if (format === "ndjson") return encoder.encode(`${text}\n`);
  return encoder.encode(`${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`);
}
