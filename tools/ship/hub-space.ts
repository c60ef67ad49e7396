import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commit, createRepo, HubApiError, listFiles, repoExists } from "@huggingface/hub";
import { parseHubRuntime } from "@repo/client-kit/hub-runtime";
import type { FileChange, RemoteFile } from "./compare-files.ts";
import type { HubState } from "./follow-space.ts";

/** One Space on the Hub, as its owner sees it. */
export interface HubSpace {
  exists(): Promise<boolean>;
  /** Makes an empty Docker Space. @throws Error in words for people, e.g. for a token that may not write */
  create(options: { isPrivate: boolean }): Promise<void>;
  /** Files of its main branch. */
  files(): Promise<RemoteFile[]>;
  /** A variable is public and is a build argument too; a secret can be written and not read. */
  set(kind: "variables" | "secrets", name: string, value: string): Promise<void>;
  /** Makes one commit of the changes, large files by LFS. @returns its hash */
  push(folder: string, changes: readonly FileChange[], title: string, onProgress: (line: string) => void): Promise<string>;
  /** Stage and commit of what runs. Never throws: what the Hub does not say is undefined. */
  state(): Promise<HubState>;
  /** Last lines of what building or running it printed; empty when the Hub does not say. */
  log(kind: "build" | "run"): Promise<string[]>;
}

/** How to reach it. */
export interface HubSpaceOptions {
  /** owner/name */
  id: string;
  /** Token that may write to the Space. */
  token: string;
  /** Default https://huggingface.co */
  hubUrl?: string;
  /** How long to listen for log lines, milliseconds: the stream of a living Space does not end. Default 5,000. */
  logTimeoutMs?: number;
}

const shownLogLines = 20;

/** Nothing is sent before the first call. */
export function openHubSpace({ id, token, hubUrl = "https://huggingface.co", logTimeoutMs = 5_000 }: HubSpaceOptions): HubSpace {
  const access = { repo: { type: "space", name: id }, accessToken: token, hubUrl } as const;
  const headers = { authorization: `Bearer ${token}` };
  return {
    exists: async () => await inWords(async () => await repoExists(access)),
    create: async ({ isPrivate }) => {
      await inWords(async () => await createRepo({ ...access, sdk: "docker", visibility: isPrivate ? "private" : "public" }));
    },
    files: async () =>
      await inWords(async () => {
        const found: RemoteFile[] = [];
        for await (const { type, path, size, oid, lfs } of listFiles({ ...access, recursive: true })) {
          if (type === "file") found.push({ path, size, oid, lfs });
        }
        return found;
      }),
    // @source huggingface_hub, hf_api.py: add_space_secret, add_space_variable
    set: async (kind, name, value) => {
      const response = await fetch(`${hubUrl}/api/spaces/${id}/${kind}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify({ key: name, value }),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`The Hub refused to set ${name}: ${toAdvice(response.status)}`);
    },
    push: async (folder, changes, title, onProgress) =>
      await inWords(async () => {
        const operations = await Promise.all(
          changes.map(async ({ kind, path }) =>
            kind === "removed"
              ? ({ operation: "delete", path } as const)
              : ({ operation: "addOrUpdate", path, content: new Blob([await readFile(join(folder, path))]) } as const),
          ),
        );
        onProgress(`Sending ${operations.length} files ...`);
        const done = await commit({ ...access, title, operations });
        if (done === undefined) throw new Error("The Hub gave no commit.");
        return done.commit.oid;
      }),
    state: async () => {
      const response = await fetch(`${hubUrl}/api/spaces/${id}/runtime`, { headers }).catch(() => undefined);
      const json: unknown = await response?.json().catch(() => undefined);
      const { sha } = (json ?? {}) as { sha?: unknown };
      return { stage: parseHubRuntime(json)?.stage, commit: typeof sha === "string" ? sha : undefined };
    },
    log: async (kind) => await readLog(`${hubUrl}/api/spaces/${id}/logs/${kind}`, headers, logTimeoutMs),
  };
}

/** Runs a call of the Hub's client and turns its errors into advice. */
async function inWords<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof HubApiError)) throw error;
    throw new Error(`${error.message.split(". URL:")[0]} ${toAdvice(error.statusCode)}`, { cause: error });
  }
}

function toAdvice(status: number): string {
  if (status === 401) return "(401) The token is missing, wrong or expired.";
  if (status === 403)
    return "(403) The token may not do this: it needs write access to this owner's repositories, and making a Docker Space needs a paid plan of the Hub.";
  if (status === 402) return "(402) Making a Docker Space needs a paid plan of the Hub: PRO for a person, Team for an organisation.";
  if (status === 409) return "(409) There is a repository of this name already, or somebody pushed meanwhile; try again.";
  if (status === 429) return "(429) The Hub asks to wait; try again in some minutes.";
  return `(${status})`;
}

/** The Hub streams logs as server-sent events: data: {"data": "...", "timestamp": "..."}. */
async function readLog(url: string, headers: Record<string, string>, timeoutMs: number): Promise<string[]> {
  const lines: string[] = [];
  try {
    const response = await fetch(url, { headers: { ...headers, accept: "text/event-stream" }, signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok || response.body === null) return [];
    let rest = "";
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const [last = "", ...whole] = (rest + part).split("\n").toReversed();
      rest = last;
      lines.push(...whole.toReversed().flatMap(toLogLine));
      lines.splice(0, lines.length - shownLogLines);
    }
  } catch {
    // What has come until the time was up is worth showing.
  }
  return lines;
}

function toLogLine(event: string): string[] {
  try {
    const { data } = JSON.parse(event.replace(/^data: /, "")) as { data?: unknown };
    return typeof data === "string" ? [data.trimEnd()] : [];
  } catch {
    return [];
  }
}
