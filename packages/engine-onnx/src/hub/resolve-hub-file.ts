import { type HubFileAddress, failure, PassingFailure, toHubError, UnsatisfiableRange } from "./hub-error.ts";
import type { HubOptions } from "./hub-options.ts";

/** What an earlier attempt left behind: bytes, and what they belong to. */
export interface ResumePoint {
  bytes: number;
  /** The Hub's name of the content. */
  identity: string;
  /** The storage server's ETag, for If-Range. */
  validator: string | undefined;
}

/** The file, beginning to arrive. */
export interface HubFileResponse {
  body: ReadableStream<Uint8Array>;
  /** Where the body begins; 0 unless the server agreed to resume. */
  start: number;
  totalBytes: number | undefined;
  /** Names the content: SHA-256 for files in large-file storage, the Git blob's SHA-1 for others; undefined if not told. */
  identity: string | undefined;
  validator: string | undefined;
  /** Commit that the revision stands for. */
  commit: string | undefined;
}

const maxRedirects = 5;

/**
 * Asks for a file by the Hub's resolve protocol: GET {endpoint}/{repository}/resolve/{revision}/{path}. Large files are
 * redirected to a storage server; the first answer then names the content (X-Linked-Etag, X-Linked-Size), the second
 * delivers it. Source: huggingface.co/docs/hub/models-downloading and huggingface_hub, file_download.py.
 * @throws CodedError model_unavailable for refusals; PassingFailure for what may pass.
 */
export async function resolveHubFile(
  address: HubFileAddress,
  hub: HubOptions,
  resume: ResumePoint | undefined,
  signal: AbortSignal,
): Promise<HubFileResponse> {
  const endpoint = new URL(hub.endpoint ?? "https://huggingface.co");
  let url = new URL(`${endpoint.pathname.replace(/\/$/, "")}/${toUrlPath(address)}`, endpoint);
  let identity: string | undefined;
  let linkedBytes: number | undefined;
  let commit: string | undefined;
  let isResuming = resume !== undefined;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const token = url.origin === endpoint.origin ? hub.token : undefined;
    const response = await request(url, toHeaders(token, isResuming ? resume : undefined), signal);
    commit ??= response.headers.get("x-repo-commit") ?? undefined;
    identity ??= toIdentity(response.headers.get("x-linked-etag"));
    linkedBytes ??= toBytes(response.headers.get("x-linked-size"));
    if (resume !== undefined && identity !== undefined && identity !== resume.identity) isResuming = false;
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      url = readRedirect(address, response, url);
      continue;
    }
    return readResponse(address, response, {
      resume: isResuming ? resume : undefined,
      identity,
      linkedBytes,
      commit,
      hasToken: Boolean(hub.token),
    });
  }
  throw failure(address, `there were more than ${maxRedirects} redirects`);
}

interface Known {
  resume: ResumePoint | undefined;
  identity: string | undefined;
  linkedBytes: number | undefined;
  commit: string | undefined;
  hasToken: boolean;
}

async function readResponse(address: HubFileAddress, response: Response, known: Known): Promise<HubFileResponse> {
  const { headers, body } = response;
  const refusal = toRefusal(address, response, known.hasToken);
  if (refusal !== undefined || body === null) {
    await body?.cancel();
    throw refusal ?? failure(address, "the answer had no content");
  }
  const validator = headers.get("etag") ?? undefined;
  const file = { body, validator, identity: known.identity ?? toIdentity(validator), commit: known.commit };
  if (response.status === 200) return { ...file, start: 0, totalBytes: known.linkedBytes ?? toBytes(headers.get("content-length")) };
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (range === null || Number(range[1]) !== known.resume?.bytes) {
    await body.cancel();
    throw new PassingFailure("The server sent another part of the file than was asked for.");
  }
  return { ...file, start: Number(range[1]), totalBytes: known.linkedBytes ?? toBytes(range[2]) };
}

/** Why an answer is not (a part of) the file; undefined when it is. */
function toRefusal(address: HubFileAddress, response: Response, hasToken: boolean): Error | undefined {
  const { status, headers } = response;
  if (status === 416) return new UnsatisfiableRange("The part on disk is not shorter than the file.");
  if (status === 408 || status === 429 || status >= 500) {
    return new PassingFailure(`The server answered with status ${status}.`, {
      retryAfterMs: toRetryAfterMs(headers.get("retry-after")),
      cause: toHubError(address, response, hasToken),
    });
  }
  if (status !== 200 && status !== 206) return toHubError(address, response, hasToken);
  const isPage = headers.get("content-type")?.startsWith("text/html") && !address.path.endsWith(".html");
  return isPage ? failure(address, "a web page came instead of the file; is a proxy or a sign-in page in between?") : undefined;
}

function readRedirect(address: HubFileAddress, response: Response, from: URL): URL {
  const location = response.headers.get("location");
  const next = location === null ? null : URL.parse(location, from.href);
  if (next === null || !/^https?:$/.test(next.protocol)) throw failure(address, "the Hub redirected to nowhere");
  return next;
}

function toHeaders(token: string | undefined, resume: ResumePoint | undefined): Record<string, string> {
  return {
    // Ranges count bytes of the file itself, so it must not be compressed on the way.
    "accept-encoding": "identity",
    "user-agent": "outpost",
    ...(token && { authorization: `Bearer ${token}` }),
    ...(resume && { range: `bytes=${resume.bytes}-` }),
    ...(resume?.validator && { "if-range": resume.validator }),
  };
}

async function request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal, redirect: "manual" });
  } catch (cause) {
    throw new PassingFailure("The connection failed.", { cause });
  }
}

function toUrlPath({ repository, revision, path }: HubFileAddress): string {
  const encode = (text: string): string => text.split("/").map(encodeURIComponent).join("/");
  return `${encode(repository)}/resolve/${encodeURIComponent(revision)}/${encode(path)}`;
}

/** An ETag without quotes and weakness mark; undefined when it is not a hash, because then it names nothing. */
function toIdentity(etag: string | null | undefined): string | undefined {
  const value = etag?.replace(/^W\//, "").replaceAll('"', "");
  return value !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value) ? value : undefined;
}

function toBytes(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

function toRetryAfterMs(text: string | null): number | undefined {
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) * 1000 : undefined;
}
