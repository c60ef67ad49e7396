import { randomUUID } from "node:crypto";
import type { AttemptReport } from "@repo/client-kit/attempt-report";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { CallLog, CallPurpose } from "./call-log.ts";

/** A call that is about to be made. */
interface RecordedCall extends CallPurpose {
  /** Pictures or texts. */
  batchSize: number;
  /** US dollars when it succeeds. */
  cost: number;
  /** The model as the log names it, by the answer's identity; without one (the call failed) by what is known of it. */
  toModelName: (identity: ModelIdentity | undefined) => string;
}

/** Writes every attempt of calls into the log: failed ones when they fail, the successful one when its answer was good. */
export interface CallRecorder {
  /** For SpaceClientOptions.onAttempt. */
  onAttempt: (attempt: AttemptReport) => void;
  /** Makes a call through a client that tells onAttempt; `ask` must pass its context on. */
  remotely<Answer extends { identity: ModelIdentity }>(
    call: RecordedCall,
    context: CallContext,
    ask: (context: CallContext) => Promise<Answer>,
  ): Promise<Answer>;
  /** Makes a call in this process, which is one attempt. */
  locally<Answer extends { identity: ModelIdentity }>(call: RecordedCall, ask: () => Promise<Answer>): Promise<Answer>;
}

interface OpenCall {
  call: RecordedCall;
  /** The attempt that was answered; whether the answer is any good is known when the call ends. */
  answered: AttemptReport | undefined;
  writes: Promise<void>[];
}

const toError = (thrown: unknown): CodedError =>
  CodedError.isInstance(thrown) ? thrown : new CodedError("internal", thrown instanceof Error ? thrown.message : String(thrown));

/** @param warn is told when the log cannot be written, which fails no call */
export function createCallRecorder(log: CallLog, warn: (error: unknown) => void): CallRecorder {
  const open = new Map<string, OpenCall>();
  const write = async (
    callId: string,
    { toModelName, ...call }: RecordedCall,
    attempt: { number: number; latencyMs: number; error?: CodedError | undefined; identity?: ModelIdentity | undefined },
  ): Promise<void> => {
    const { identity, ...result } = attempt;
    await log.record({ ...call, ...result, callId, model: toModelName(identity) }).catch(warn);
  };

  return {
    onAttempt: (attempt) => {
      const { requestId: callId } = attempt.context;
      const entry = callId === undefined ? undefined : open.get(callId);
      if (callId === undefined || entry === undefined) return;
      if (attempt.error === undefined) entry.answered = attempt;
      else entry.writes.push(write(callId, entry.call, attempt));
    },
    async remotely(call, context, ask) {
      const callId = randomUUID();
      const entry: OpenCall = { call, answered: undefined, writes: [] };
      open.set(callId, entry);
      const finish = async (result: { identity?: ModelIdentity; error?: CodedError }): Promise<void> => {
        open.delete(callId);
        const { answered } = entry;
        if (answered !== undefined)
          entry.writes.push(write(callId, call, { number: answered.number, latencyMs: answered.latencyMs, ...result }));
        await Promise.all(entry.writes);
      };
      try {
        const answer = await ask({ ...context, requestId: callId });
        await finish({ identity: answer.identity });
        return answer;
      } catch (thrown) {
        await finish({ error: toError(thrown) });
        throw thrown;
      }
    },
    async locally(call, ask) {
      const [callId, startedAt] = [randomUUID(), performance.now()];
      const latencyMs = (): number => performance.now() - startedAt;
      try {
        const answer = await ask();
        await write(callId, call, { number: 1, latencyMs: latencyMs(), identity: answer.identity });
        return answer;
      } catch (thrown) {
        await write(callId, call, { number: 1, latencyMs: latencyMs(), error: toError(thrown) });
        throw thrown;
      }
    },
  };
}
