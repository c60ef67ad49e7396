import { readyResponse } from "@repo/contracts/health";
import { CodedError } from "@repo/contracts/coded-error";
import { AttemptFailure } from "./attempt-failure.ts";
import { toAttemptFailure } from "./remote-error.ts";
import type { HttpAnswer } from "./send-request.ts";
import type { ProbeResult } from "./wake-up.ts";

/** Asks GET `path` of the Space and gives whatever it answers. */
export type GetPath = (path: string, signal: AbortSignal) => Promise<HttpAnswer>;

/**
 * One look at a Space: /health tells whether the process lives, /ready whether the model answers. A server that has
 * neither route is taken as ready: the call itself will tell.
 */
export async function probeSpace(get: GetPath, signal: AbortSignal): Promise<ProbeResult> {
  try {
    const health = await get("/health", signal);
    const early = judge(health);
    if (early !== undefined) return early;
    if (health.status >= 400) return { kind: "ready" };
    return await probeReady(get, signal);
  } catch (error) {
    if (!(error instanceof AttemptFailure)) throw error;
    return error.kind === "final" ? { kind: "broken", error: error.error } : { kind: "asleep", reason: error.error.message };
  }
}

async function probeReady(get: GetPath, signal: AbortSignal): Promise<ProbeResult> {
  const ready = await get("/ready", signal);
  const body = readyResponse.safeParse(ready.json);
  if (body.success && !body.data.ready) {
    const { stage } = body.data;
    const reason = body.data.reason === undefined ? undefined : ready.hide(body.data.reason);
    const said = reason === undefined ? `the model is ${stage}` : `the model is ${stage}: ${reason}`;
    return stage === "failed" ? { kind: "broken", error: failed(said, ready) } : { kind: "asleep", reason: said };
  }
  return judge(ready) ?? { kind: "ready" };
}

/** Undefined when the answer says nothing against being awake. */
function judge(answer: HttpAnswer): ProbeResult | undefined {
  const failure = () => toAttemptFailure(answer, "The Space").error;
  if (answer.status === 401 || answer.status === 403) return { kind: "broken", error: failure() };
  if (answer.status >= 500) return { kind: "asleep", reason: failure().message };
  if (answer.isHtml && answer.status < 400) return { kind: "asleep", reason: "an HTML page answers in its place" };
  return undefined;
}

function failed(reason: string, answer: HttpAnswer): CodedError {
  return new CodedError("model_unavailable", `The Space runs, but ${reason}.`, {
    details: { cause: "failed" },
    remote: { url: answer.url, status: answer.status },
  });
}
