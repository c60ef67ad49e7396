import { readRetryAfterMs } from "@repo/client-kit/retry-after";
import { CodedError } from "@repo/contracts/coded-error";
import { z } from "zod";
import type { ScanWatchOptions } from "./parse-options.ts";

/** What became of an upload. */
export type UploadResult =
  /** The server has it; isNew false: it had it before. */
  | { kind: "stored"; id: string; isNew: boolean }
  /** It will never take it. */
  | { kind: "refused"; reason: string }
  /** Not now. away: nothing reaches the server, so other files need not be tried. */
  | { kind: "later"; reason: string; isAway: boolean; retryAfterMs: number | undefined };

/** Sends files to exam-middleware, signed in as staff. */
export interface UploadClient {
  /** @throws CodedError unauthorized when name or password are wrong; retryable ones when the server is away */
  signIn(): Promise<void>;
  upload(file: { name: string; bytes: Uint8Array<ArrayBuffer> }): Promise<UploadResult>;
}

const signInTimeoutMs = 30_000;
/** A phone's connection takes minutes for 50 MB. */
const uploadTimeoutMs = 300_000;
/** What is wrong with the file itself; everything else is worth another try once somebody has mended it. */
const refusals = new Set([400, 413, 415, 422]);

const signInAnswer = z.object({ access_token: z.string() });
const uploadAnswer = z.object({ success: z.literal(true), artifact_uuid: z.string(), duplicate: z.boolean() });
const errorAnswer = z.object({ detail: z.string().optional(), error: z.string().optional() });

async function readReason(response: Response): Promise<string> {
  const parsed = errorAnswer.safeParse(await response.json().catch(() => undefined));
  return parsed.data?.detail ?? parsed.data?.error ?? `HTTP ${response.status}`;
}

const toText = (thrown: unknown): string => {
  const { message, cause } = thrown as { message?: string; cause?: { code?: string } };
  return cause?.code ?? message ?? "unknown";
};

/** Makes one; nothing is sent yet. @param signal ends what is under way */
export function createUploadClient(
  { server, username, password, examType }: Pick<ScanWatchOptions, "server" | "username" | "password" | "examType">,
  signal: AbortSignal,
): UploadClient {
  let token: string | undefined;

  const send = async (path: string, body: URLSearchParams | FormData, timeoutMs: number): Promise<Response> =>
    await fetch(`${server}${path}`, {
      method: "POST",
      body,
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });

  async function signIn(): Promise<void> {
    token = undefined;
    const response = await send("/auth/staff/login", new URLSearchParams({ username, password: password.reveal() }), signInTimeoutMs).catch(
      (cause: unknown) => {
        throw new CodedError("model_unavailable", `${server} cannot be reached (${toText(cause)}).`, { cause });
      },
    );
    if (response.status === 401 || response.status === 403) throw new CodedError("unauthorized", await readReason(response));
    if (!response.ok) {
      const retryAfterMs = readRetryAfterMs(response.headers);
      throw new CodedError("model_unavailable", await readReason(response), retryAfterMs === undefined ? {} : { retryAfterMs });
    }
    const parsed = signInAnswer.safeParse(await response.json().catch(() => undefined));
    if (!parsed.success) throw new CodedError("model_unavailable", `${server} is not exam-middleware.`);
    token = parsed.data.access_token;
  }

  /** Sends once, signing in first where there is no session. */
  async function attempt({ name, bytes }: { name: string; bytes: Uint8Array<ArrayBuffer> }): Promise<Response> {
    if (token === undefined) await signIn();
    const form = new FormData();
    if (examType !== undefined) form.set("exam_type", examType);
    form.set("file", new Blob([bytes]), name);
    return await send("/upload/single", form, uploadTimeoutMs);
  }

  return {
    signIn,
    upload: async (file) => {
      try {
        let response = await attempt(file);
        if (response.status === 401) {
          await response.body?.cancel();
          token = undefined;
          response = await attempt(file);
        }
        if (refusals.has(response.status)) return { kind: "refused", reason: await readReason(response) };
        const retryAfterMs = readRetryAfterMs(response.headers);
        if (!response.ok) return { kind: "later", reason: await readReason(response), isAway: false, retryAfterMs };
        const parsed = uploadAnswer.safeParse(await response.json().catch(() => undefined));
        if (parsed.success) return { kind: "stored", id: parsed.data.artifact_uuid, isNew: !parsed.data.duplicate };
        return { kind: "later", reason: `${server} answered something that is not understood.`, isAway: true, retryAfterMs };
      } catch (thrown) {
        const isOurs = CodedError.isInstance(thrown);
        const reason = isOurs ? thrown.message : `${server} cannot be reached (${toText(thrown)}).`;
        return { kind: "later", reason, isAway: true, retryAfterMs: isOurs ? thrown.retryAfterMs : undefined };
      }
    },
  };
}
