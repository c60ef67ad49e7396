import { CodedError } from "@repo/contracts/coded-error";
import type { Route } from "@repo/contracts/route";
import type { z } from "zod";
import { toAttemptFailure } from "./remote-error.ts";
import { hideSecrets, type OpenedAnswer } from "./send-request.ts";
import { withinDeadline } from "./within-deadline.ts";

/** Options of {@link readStream}. */
export interface ReadStreamOptions {
  what: string;
  /** End of the whole stream, milliseconds since the epoch; Infinity for none. */
  deadlineAt: number;
  /** Longest wait for the next bytes, milliseconds. */
  idleMs: number;
  signal?: AbortSignal | undefined;
  /** Longest single value, characters. */
  maxValueLength: number;
}

/**
 * The values of a stream of lines of JSON, as they arrive, each checked against the contract. The next bytes are asked for
 * when the last value was taken.
 * @throws CodedError what the Space sent in place of a value; model_unavailable when the connection was cut;
 * deadline_exceeded, cancelled, payload_too_large; internal for a value that is not the contract's
 */
export async function* readStream<Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
  { response, url, secrets }: OpenedAnswer,
  options: ReadStreamOptions,
): AsyncGenerator<z.output<Response>> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await readNext(reader, url, options);
    rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
    const lines = rest.split("\n");
    rest = done ? "" : (lines.pop() as string);
    if (rest.length > options.maxValueLength) throw new CodedError("payload_too_large", `${options.what} sent a value over the limit.`);
    for (const line of lines) if (line.trim() !== "") yield parseValue(line);
    if (done) return;
  }

  function parseValue(line: string): z.output<Response> {
    const remote = { url, status: response.status };
    let json: unknown;
    try {
      json = JSON.parse(line);
    } catch {
      throw cut(options.what, remote);
    }
    const parsed = route.response.safeParse(json);
    if (parsed.success) return parsed.data;
    const isError = typeof json === "object" && json !== null && "error" in json;
    if (isError) {
      const answer = {
        url,
        status: response.status,
        headers: response.headers,
        text: line,
        json,
        isHtml: false,
        hide: hideSecrets(secrets),
      };
      throw toAttemptFailure(answer, options.what).error;
    }
    throw new CodedError("internal", `${options.what} sent something else than its contract says.`, {
      details: { cause: "contract" },
      remote,
    });
  }
}

async function readNext(reader: ReadableStreamDefaultReader<Uint8Array>, url: string, options: ReadStreamOptions) {
  const { what, signal, idleMs } = options;
  const deadlineAt = Math.min(options.deadlineAt, Date.now() + idleMs);
  try {
    return await withinDeadline({ deadlineAt, signal, what }, async () => await reader.read());
  } catch (error) {
    throw CodedError.isInstance(error) ? error : cut(what, { url, status: 200 });
  }
}

function cut(what: string, remote: { url: string; status: number }): CodedError {
  return new CodedError("model_unavailable", `${what}: the connection was cut in the middle of the answer.`, {
    details: { cause: "cut" },
    remote,
  });
}
