import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as one of the two servers saw it. */
export interface SeenRequest {
  server: "hub" | "storage";
  path: string;
  range: string | undefined;
  authorization: string | undefined;
}

/** What the servers do out of the ordinary; change it between requests. */
export interface LocalHubBehaviour {
  /** Storage cuts the connection after so many bytes of each answer. */
  cutAfterBytes?: number;
  /** So many requests to storage are cut or refused; then all is well. */
  faults?: number;
  /** Status of storage's faults instead of a cut. */
  faultStatus?: number;
  /** Token that the hub wants. */
  token?: string;
  /** Storage ignores Range. */
  noRanges?: boolean;
  /** Replaces the content that storage sends, not what the hub says of it. */
  corrupt?: (content: Buffer) => Buffer;
  /** Handles a request to the hub altogether; true when it did. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** The Hub's resolve protocol on two ports of this machine: the hub itself, and the storage it redirects to. */
export interface LocalHub {
  endpoint: string;
  seen: SeenRequest[];
  behaviour: LocalHubBehaviour;
  /** Files by path; those in large-file storage are redirected. */
  files: Map<string, { content: Buffer; isLarge: boolean }>;
  close(): Promise<void>;
}

/** Commit that every revision of the local hub stands for. */
export const localCommit = "0123456789abcdef0123456789abcdef01234567";

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Starts both servers on 127.0.0.1. Repository "owner/model", revisions "main" and the commit. */
export async function startLocalHub(): Promise<LocalHub> {
  const seen: SeenRequest[] = [];
  const files: LocalHub["files"] = new Map();
  const hub: LocalHub = { endpoint: "", seen, files, behaviour: {}, close: async () => undefined };
  const note = (server: "hub" | "storage", request: IncomingMessage): void => {
    const { range, authorization } = request.headers;
    seen.push({ server, path: request.url ?? "", range, authorization });
  };
  const storage = createServer((request, response) => {
    note("storage", request);
    const file = files.get(decodeURIComponent((request.url ?? "/").slice(1)));
    if (file === undefined) response.writeHead(404).end();
    else sendContent(hub.behaviour, { request, response, content: file.content, etag: `"storage-${sha256(file.content)}"` });
  });
  const front = createServer((request, response) => {
    note("hub", request);
    if (hub.behaviour.intercept?.(request, response)) return;
    const match = /^\/owner\/model\/resolve\/([^/]+)\/(.+)$/.exec(request.url ?? "");
    const isAllowed = hub.behaviour.token === undefined || request.headers.authorization === `Bearer ${hub.behaviour.token}`;
    if (match === null || !isAllowed)
      return void response.writeHead(401, { "x-error-code": "RepoNotFound" }).end("Invalid username or password.");
    if (match[1] !== "main" && match[1] !== localCommit) return void response.writeHead(404, { "x-error-code": "RevisionNotFound" }).end();
    const file = files.get(decodeURIComponent(match[2] as string));
    if (file === undefined) return void response.writeHead(404, { "x-error-code": "EntryNotFound" }).end("Entry not found");
    if (!file.isLarge) {
      const blob = createHash("sha1").update(`blob ${file.content.byteLength}\0`).update(file.content).digest("hex");
      response.setHeader("x-repo-commit", localCommit);
      return sendContent({}, { request, response, content: file.content, etag: `"${blob}"` });
    }
    response.writeHead(302, {
      location: `${address(storage)}/${match[2]}`,
      "x-repo-commit": localCommit,
      "x-linked-etag": `"${sha256(file.content)}"`,
      "x-linked-size": String(file.content.byteLength),
    });
    response.end("Found. Redirecting.");
  });
  await Promise.all([storage, front].map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
  hub.endpoint = address(front);
  hub.close = async () => {
    for (const server of [storage, front]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
  return hub;
}

interface Sending {
  request: IncomingMessage;
  response: ServerResponse;
  content: Buffer;
  etag: string;
}

function sendContent(behaviour: LocalHubBehaviour, { request, response, content: whole, etag }: Sending): void {
  const content = behaviour.corrupt?.(whole) ?? whole;
  const isFault = (behaviour.faults ?? 0) > 0;
  if (isFault) behaviour.faults = (behaviour.faults as number) - 1;
  if (isFault && behaviour.faultStatus !== undefined) return void response.writeHead(behaviour.faultStatus).end();
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const isCurrent = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const start = range !== null && isCurrent && !behaviour.noRanges ? Number(range[1]) : 0;
  if (start >= content.byteLength && start > 0)
    return void response.writeHead(416, { "content-range": `bytes */${content.byteLength}` }).end();
  const part = content.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    "content-type": "application/octet-stream",
    "content-length": part.byteLength,
    ...(start > 0 && { "content-range": `bytes ${start}-${content.byteLength - 1}/${content.byteLength}` }),
  });
  if (!isFault) return void response.end(part);
  response.write(part.subarray(0, behaviour.cutAfterBytes ?? 0), () => setTimeout(() => response.destroy(), 20));
}

function address(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
