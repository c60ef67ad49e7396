import { CodedError } from "@repo/contracts/coded-error";

/** Where a file was asked for. */
export interface HubFileAddress {
  repository: string;
  revision: string;
  path: string;
}

/** The error for an answer that is not the file, saying what a person can do about it. */
export function toHubError(address: HubFileAddress, response: Response, hasToken: boolean): CodedError {
  const { repository, revision, path } = address;
  const { status } = response;
  // Names of the Hub: huggingface_hub, utils/_http.py ("X-Error-Code").
  const code = response.headers.get("x-error-code");
  const explain = (): string => {
    if (code === "GatedRepo")
      return `${repository} is gated: accept its conditions on its page, then set HF_TOKEN to a token of that account`;
    if (status === 401 || code === "RepoNotFound") {
      const token = hasToken
        ? "the token given in HF_TOKEN is wrong, expired or has no access to it"
        : "it needs HF_TOKEN, or the name is misspelt";
      return `${repository} does not exist or is private: ${token}`;
    }
    if (status === 403)
      return `access to ${repository} is refused${hasToken ? "; HF_TOKEN lacks the permission" : "; it may need HF_TOKEN"}`;
    if (code === "RevisionNotFound") return `${repository} has no revision "${revision}"`;
    if (status === 404) return `${repository} has no file "${path}" at revision "${revision}"`;
    if (status === 429) return "the Hub asks to slow down; try again in some minutes, or set HF_TOKEN";
    return `the Hub answered with status ${status}`;
  };
  return failure(address, explain(), { status });
}

/** A download error with where and why; `details` are safe to show. */
export function failure(
  { repository, path }: HubFileAddress,
  reason: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): CodedError {
  return new CodedError("model_unavailable", `Could not download ${path} of ${repository}: ${reason}${reason.endsWith("?") ? "" : "."}`, {
    details: { repository, path, ...details },
    cause,
  });
}

/** An interruption after which the same request may well succeed: a cut connection, a busy server. */
export class PassingFailure extends Error {
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | undefined } = {}) {
    super(message, { cause: options.cause });
    this.name = "PassingFailure";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The server has no bytes after those on disk: they cannot be the beginning of its file. */
export class UnsatisfiableRange extends PassingFailure {}
