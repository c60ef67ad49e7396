import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A file in a repository of {@link HubServer}. */
export interface StoredFile {
  content: Buffer;
  isLfs: boolean;
}

/** A small Hub on 127.0.0.1: what the real client package asks of it when a Space is made, listed and pushed. */
export interface HubServer {
  url: string;
  /** Files of the one Space; undefined while there is none. */
  files: Map<string, StoredFile> | undefined;
  isPrivate: boolean;
  variables: Map<string, string>;
  secrets: Map<string, string>;
  /** "METHOD path" of every request, in order. */
  requests: string[];
  /** What /runtime says; the last one stays. */
  runtime: { stage: string; sha?: string; errorMessage?: string }[];
  /** Lines of the build log. */
  buildLog: string[];
  close(): Promise<void>;
}

/** Files from this size on must be in LFS. @source https://huggingface.co/docs/hub/repositories-getting-started */
const largeBytes = 10_000_000;

/** Starts one that knows one owner and one token. */
export async function startHubServer(id: string, token: string): Promise<HubServer> {
  const objects = new Map<string, Buffer>();
  const hub: HubServer = {
    url: "",
    files: undefined,
    isPrivate: false,
    variables: new Map(),
    secrets: new Map(),
    requests: [],
    runtime: [],
    buildLog: [],
    close: async () => await new Promise<void>((resolve) => void (server.closeAllConnections(), server.close(() => resolve()))),
  };

  const routes: [RegExp, (request: Request, response: ServerResponse) => void][] = [
    [
      /^GET \/api\/spaces\/([^/]+\/[^/?]+)\?/,
      (_, response) => (hub.files === undefined ? refuse(response, 404) : answer(response, { id })),
    ],
    [
      /^POST \/api\/repos\/create$/,
      ({ json }, response) => {
        const { organization, name, type, sdk, visibility } = json as Record<string, string>;
        if (`${organization}/${name}` !== id || type !== "space" || sdk !== "docker") return refuse(response, 400);
        if (hub.files !== undefined) return refuse(response, 409);
        hub.files = new Map();
        hub.isPrivate = visibility === "private";
        answer(response, { url: `${hub.url}/spaces/${id}`, id });
      },
    ],
    [/^GET \/api\/spaces\/[^/]+\/[^/]+\/tree\/main\?recursive=true/, (_, response) => answer(response, listTree(hub.files))],
    [
      /^POST \/api\/spaces\/[^/]+\/[^/]+\/preupload\/main$/,
      ({ json }, response) => {
        const { files, gitAttributes } = json as { files: { path: string; size: number }[]; gitAttributes?: string };
        const patterns = [...(gitAttributes ?? "").matchAll(/^\*(\S+) filter=lfs/gm)].map(([, ending = ""]) => ending);
        const isLfs = (path: string, size: number) => size >= largeBytes || patterns.some((ending) => path.endsWith(ending));
        answer(response, { files: files.map(({ path, size }) => ({ path, uploadMode: isLfs(path, size) ? "lfs" : "regular" })) });
      },
    ],
    [
      /^POST \/spaces\/[^/]+\/[^/]+[.]git\/info\/lfs\/objects\/batch$/,
      ({ json }, response) => {
        const { objects: asked } = json as { objects: { oid: string; size: number }[] };
        const toAction = (oid: string) => (objects.has(oid) ? {} : { actions: { upload: { href: `${hub.url}/lfs/${oid}` } } });
        answer(response, { transfer: "basic", objects: asked.map(({ oid, size }) => ({ oid, size, ...toAction(oid) })) });
      },
    ],
    [
      /^PUT \/lfs\//,
      ({ path, body }, response) => {
        const oid = path.split("/").at(-1) ?? "";
        if (createHash("sha256").update(body).digest("hex") !== oid) return refuse(response, 400);
        objects.set(oid, body);
        answer(response, {});
      },
    ],
    [
      /^POST \/api\/spaces\/[^/]+\/[^/]+\/commit\/main$/,
      ({ body }, response) => {
        applyCommit(hub.files ?? new Map(), objects, body.toString());
        answer(response, { commitOid: "c0ffee", commitUrl: `${hub.url}/spaces/${id}/commit/c0ffee`, hookOutput: "" });
      },
    ],
    [
      /^POST \/api\/spaces\/[^/]+\/[^/]+\/(variables|secrets)$/,
      ({ path, json }, response) => {
        const { key, value } = json as { key: string; value: string };
        (path.endsWith("secrets") ? hub.secrets : hub.variables).set(key, value);
        answer(response, {});
      },
    ],
    [
      /^GET \/api\/spaces\/[^/]+\/[^/]+\/runtime$/,
      (_, response) => answer(response, hub.runtime.length > 1 ? hub.runtime.shift() : hub.runtime[0]),
    ],
    [
      /^GET \/api\/spaces\/[^/]+\/[^/]+\/logs\/build$/,
      (_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        // Like the Hub's, the stream stays open.
        response.write(hub.buildLog.map((data) => `data: ${JSON.stringify({ data: `${data}\n`, timestamp: "now" })}\n\n`).join(""));
      },
    ],
  ];

  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      const line = `${request.method} ${request.path}`;
      hub.requests.push(line);
      const route = routes.find(([pattern]) => pattern.test(line))?.[1];
      if (!line.startsWith("PUT /lfs/") && incoming.headers.authorization !== `Bearer ${token}`) refuse(response, 401);
      else if (route === undefined) refuse(response, 404);
      else route(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return hub;
}

interface Request {
  method: string;
  path: string;
  body: Buffer;
  json: unknown;
}

async function readRequest(incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const type = incoming.headers["content-type"] ?? "";
  const isJson = type.endsWith("json") && !type.endsWith("ndjson");
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    body,
    json: isJson ? (JSON.parse(body.toString()) as unknown) : undefined,
  };
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: `refused with ${status}` }));
}

function listTree(files: Map<string, StoredFile> | undefined): object[] {
  return [...(files ?? [])].map(([path, { content, isLfs }]) => ({
    type: "file",
    path,
    size: content.length,
    oid: createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex"),
    ...(isLfs ? { lfs: { oid: createHash("sha256").update(content).digest("hex"), size: content.length, pointerSize: 130 } } : {}),
  }));
}

interface CommitLine {
  key: string;
  value: { path: string; content?: string; encoding?: BufferEncoding; oid?: string };
}

function applyCommit(files: Map<string, StoredFile>, objects: Map<string, Buffer>, text: string): void {
  for (const line of text.split("\n")) {
    const { key, value } = JSON.parse(line) as CommitLine;
    if (key === "file") files.set(value.path, { content: Buffer.from(value.content ?? "", value.encoding), isLfs: false });
    if (key === "lfsFile") files.set(value.path, { content: objects.get(value.oid ?? "") ?? Buffer.alloc(0), isLfs: true });
    if (key === "deletedFile") files.delete(value.path);
  }
}
