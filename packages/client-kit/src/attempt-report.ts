import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { AttemptFailure } from "./attempt-failure.ts";

/** One attempt at a call: what a log of calls is made of, since a call that succeeds may have failed before. */
export interface AttemptReport {
  /** Method and path of the route, e.g. "POST /embed/image". */
  route: string;
  /** From 1; the waits for a Space that wakes up are none. */
  number: number;
  /** Milliseconds from sending to the answer's end, or to the failure. */
  latencyMs: number;
  /** Undefined when it succeeded. */
  error?: CodedError;
  /** What the call was made with; its requestId tells calls apart. */
  context: CallContext;
}

/** Runs one attempt and reports how it went. A listener that throws does not disturb the call. */
export async function reportAttempt<T>(
  report: ((attempt: AttemptReport) => void) | undefined,
  attempt: Pick<AttemptReport, "route" | "number" | "context">,
  run: () => Promise<T>,
): Promise<T> {
  if (report === undefined) return await run();
  const startedAt = performance.now();
  const tell = (error?: CodedError): void => {
    try {
      report({ ...attempt, latencyMs: performance.now() - startedAt, ...(error === undefined ? {} : { error }) });
    } catch {
      // The listener's own affair.
    }
  };
  try {
    const result = await run();
    tell();
    return result;
  } catch (thrown) {
    tell(toError(thrown));
    throw thrown;
  }
}

function toError(thrown: unknown): CodedError {
  if (thrown instanceof AttemptFailure) return thrown.error;
  if (CodedError.isInstance(thrown)) return thrown;
  return new CodedError("internal", thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
