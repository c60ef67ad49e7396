import { readRetryAfterMs } from "@repo/client-kit/retry-after";
import { CodedError } from "@repo/contracts/coded-error";
import { readMoodleError } from "./moodle-errors.ts";

/** Largest answer that is read, bytes. */
const maxAnswerBytes = 8 * 1024 * 1024;

/** Pause that a busy Moodle gets when it names none, milliseconds. */
const defaultPauseMs = 60_000;

/** Where Moodle is. */
export interface MoodleAddress {
  /** Without a slash at its end. */
  baseUrl: string;
  /** Longest a request may take, milliseconds. */
  timeoutMs: number;
}

const away = (message: string, options?: ConstructorParameters<typeof CodedError>[2]): CodedError =>
  new CodedError("model_unavailable", message, options);

/**
 * Sends a form to one of Moodle's scripts and reads its JSON.
 * @throws CodedError as Moodle says it, also where it says so with status 200; model_unavailable, overloaded, deadline_exceeded
 */
export async function sendToMoodle(
  { baseUrl, timeoutMs }: MoodleAddress,
  path: string,
  body: URLSearchParams | FormData,
): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    // Followed, a redirect would turn the form into a request without one, or carry a password elsewhere.
    const response = await fetch(`${baseUrl}${path}`, {
      method: "POST",
      body,
      signal,
      redirect: "manual",
      headers: { accept: "application/json" },
    });
    return await readAnswer(response);
  } catch (thrown) {
    if (CodedError.isInstance(thrown)) throw thrown;
    if (signal.aborted) throw new CodedError("deadline_exceeded", `Moodle did not answer within ${timeoutMs} ms.`, { cause: thrown });
    throw away("Moodle cannot be reached.", { cause: thrown });
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw away("Moodle answers with a redirect; MOODLE_BASE_URL must be the address it leads to.");
  }
  const text = await readText(response);
  const body = parse(text);
  const error = readMoodleError(body);
  if (error !== undefined) throw error;
  if (status === 429)
    throw new CodedError("overloaded", "Moodle asks to wait.", { retryAfterMs: readRetryAfterMs(response.headers) ?? defaultPauseMs });
  if (status >= 500) throw away(`Moodle is out of order (HTTP ${status}).`);
  if (status >= 400) throw new CodedError("conflict", `Moodle refuses (HTTP ${status}); MOODLE_BASE_URL may be wrong.`);
  // Maintenance pages and portals in front of Moodle are HTML with status 200.
  if (body === undefined) throw away("Moodle answered with something other than JSON.");
  return body;
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxAnswerBytes) throw away("Moodle's answer is too large.");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
