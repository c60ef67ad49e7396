import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { isLfsPointer } from "../graph/safetensors.ts";
import { failure, type HubFileAddress, PassingFailure, UnsatisfiableRange } from "./hub-error.ts";
import type { HubOptions, OnDownloadProgress } from "./hub-options.ts";
import { withFileLock } from "./file-lock.ts";
import { type HubFileResponse, resolveHubFile, type ResumePoint } from "./resolve-hub-file.ts";

const defaultStallTimeoutMs = 30_000;

/** Options of {@link downloadHubFile}. */
export interface DownloadHubFileOptions extends HubFileAddress {
  hub: HubOptions;
  /** Path of the finished file. */
  destination: string;
  /** What the content must hash to; without it, the Hub's own statement is checked. */
  sha256?: string | undefined;
  onProgress?: OnDownloadProgress | undefined;
  signal?: AbortSignal | undefined;
}

/** A file that is there and is what it should be. */
export interface DownloadedFile {
  path: string;
  bytes: number;
  sha256: string;
  /** Commit the revision stood for; undefined when the file was there already or the server did not tell. */
  commit: string | undefined;
}

interface Attempt {
  options: DownloadHubFileOptions;
  partialPath: string;
  /** Called with every piece that reached the disk. */
  onBytes: (bytes: number) => void;
}

/**
 * Makes `destination` the file of the Hub: nothing is fetched when it is there with the right hash, a download that was
 * cut goes on where it stopped, and the file appears under its name only when it is whole and its hash is right. Two
 * processes that want the same file share one download.
 * @throws CodedError model_unavailable with cause and remedy; cancelled when `signal` aborts.
 */
export async function downloadHubFile(options: DownloadHubFileOptions): Promise<DownloadedFile> {
  const { destination, path, sha256, signal, hub } = options;
  try {
    await mkdir(dirname(destination), { recursive: true });
    return await withFileLock(`${destination}.lock`, signal, async () => {
      const present = await hashFile(destination);
      if (present !== undefined && (sha256 === undefined || present.sha256 === sha256)) return { path, ...present, commit: undefined };
      return await downloadWithRetries(options, hub.maxAttempts ?? 6);
    });
  } catch (error) {
    if (signal?.aborted) throw new CodedError("cancelled", `The download of ${path} was cancelled.`, { cause: error });
    if (CodedError.isInstance(error)) throw error;
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      throw failure(options, "the disk is full; free some space and start again, what has arrived is kept", {}, error);
    throw failure(options, error instanceof Error ? error.message.replace(/\.$/, "") : "of an unknown error", {}, error);
  }
}

async function downloadWithRetries(options: DownloadHubFileOptions, maxAttempts: number): Promise<DownloadedFile> {
  const { hub, signal } = options;
  for (let failures = 0; ;) {
    let hasProgress = false;
    try {
      return await attempt({ options, partialPath: `${options.destination}.partial`, onBytes: () => (hasProgress = true) });
    } catch (error) {
      if (!(error instanceof PassingFailure) || signal?.aborted) throw error;
      failures = hasProgress ? 1 : failures + 1;
      if (failures >= maxAttempts) {
        if (CodedError.isInstance(error.cause)) throw error.cause;
        throw failure(
          options,
          `${error.message.replace(/\.$/, "")}, ${maxAttempts} times in a row (${describeCause(error)}); what has arrived is kept`,
          {},
          error,
        );
      }
      const backoffMs = Math.min(30_000, (hub.retryDelayMs ?? 500) * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
      await delay(Math.max(backoffMs, Math.min(error.retryAfterMs ?? 0, 120_000)), undefined, signal && { signal });
    }
  }
}

/** One request, from where the last one stopped. */
async function attempt({ options, partialPath, onBytes }: Attempt): Promise<DownloadedFile> {
  const { hub, signal, sha256 } = options;
  const resume = await readResumePoint(partialPath);
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), hub.stallTimeoutMs ?? defaultStallTimeoutMs);
  const response = await resolveHubFile(options, hub, resume, signal ? AbortSignal.any([signal, stall.signal]) : stall.signal)
    .catch(async (error: unknown) => {
      if (error instanceof UnsatisfiableRange) await removePartial(partialPath);
      throw error;
    })
    .finally(() => clearTimeout(timer));
  const expected = sha256 ?? (response.identity?.length === 64 ? response.identity : undefined);
  await writeFile(`${partialPath}.json`, JSON.stringify({ identity: response.identity ?? expected, validator: response.validator }));
  const bytes = await receive({ options, partialPath, onBytes }, response, stall);
  const actual = await hashFile(partialPath);
  if (actual === undefined) throw new PassingFailure("The file vanished while it was being received.");
  if (response.totalBytes !== undefined && bytes < response.totalBytes)
    throw new PassingFailure(`The connection was cut after ${bytes} of ${response.totalBytes} bytes.`);
  await verify({ options, partialPath, onBytes }, response, { ...actual, expected });
  await rename(partialPath, options.destination);
  await rm(`${partialPath}.json`, { force: true });
  return { path: options.path, ...actual, commit: response.commit };
}

async function verify(
  { options, partialPath }: Attempt,
  response: HubFileResponse,
  file: { sha256: string; gitSha1: string; bytes: number; expected: string | undefined },
): Promise<void> {
  const gitSha1 = response.identity?.length === 40 && file.expected === undefined ? response.identity : undefined;
  const isRight = file.expected === undefined ? gitSha1 === undefined || gitSha1 === file.gitSha1 : file.sha256 === file.expected;
  const isPointer = isLfsPointer(await readStart(partialPath));
  if (isRight && !isPointer) return;
  await removePartial(partialPath);
  // A part from another day may have been damaged on disk; the whole file deserves one clean try.
  if (response.start > 0) throw new PassingFailure("The resumed file had the wrong hash.");
  if (isPointer) throw failure(options, "a Git LFS pointer came instead of the content; the server does not serve large files");
  const [expected, actual] = file.expected === undefined ? [gitSha1, file.gitSha1] : [file.expected, file.sha256];
  throw failure(options, `its hash is wrong (expected ${expected}, got ${actual}); the file was deleted`, { expected, actual });
}

/** Appends the body to the partial file; returns the size of that file. */
async function receive({ options, partialPath, onBytes }: Attempt, response: HubFileResponse, stall: AbortController): Promise<number> {
  const stallTimeoutMs = options.hub.stallTimeoutMs ?? defaultStallTimeoutMs;
  const { totalBytes } = response;
  const file = await open(partialPath, response.start > 0 ? "a" : "w");
  let receivedBytes = response.start;
  let timer = setTimeout(() => stall.abort(), stallTimeoutMs);
  const report = (): void => options.onProgress?.({ path: options.path, receivedBytes, totalBytes });
  try {
    report();
    for await (const chunk of readBody(response.body)) {
      clearTimeout(timer);
      await writeAll(file, chunk);
      receivedBytes += chunk.byteLength;
      if (totalBytes !== undefined && receivedBytes > totalBytes) {
        await removePartial(partialPath);
        throw failure(options, `more than the announced ${totalBytes} bytes came`);
      }
      onBytes(chunk.byteLength);
      report();
      timer = setTimeout(() => stall.abort(), stallTimeoutMs);
    }
    await file.sync();
    return receivedBytes;
  } finally {
    clearTimeout(timer);
    await file.close();
  }
}

/** The body's chunks; whatever goes wrong while reading is the connection's fault and may pass. */
async function* readBody(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new PassingFailure("The connection was cut.", { cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength;) offset += (await file.write(bytes, offset)).bytesWritten;
}

async function readResumePoint(partialPath: string): Promise<ResumePoint | undefined> {
  try {
    const { size: bytes } = await stat(partialPath);
    const { identity, validator } = JSON.parse(await readFile(`${partialPath}.json`, "utf8")) as { identity?: string; validator?: string };
    return bytes > 0 && typeof identity === "string" ? { bytes, identity, validator } : undefined;
  } catch {
    return undefined;
  }
}

async function removePartial(partialPath: string): Promise<void> {
  await rm(partialPath, { force: true });
  await rm(`${partialPath}.json`, { force: true });
}

async function readStart(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    return (await file.read(new Uint8Array(64), 0, 64, 0)).buffer;
  } finally {
    await file.close();
  }
}

/** Size, SHA-256 and Git blob SHA-1 of a file; undefined when there is none. */
async function hashFile(path: string): Promise<{ bytes: number; sha256: string; gitSha1: string } | undefined> {
  const bytes = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  if (bytes === undefined) return undefined;
  const sha256 = createHash("sha256");
  const gitSha1 = createHash("sha1").update(`blob ${bytes}\0`);
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    sha256.update(chunk);
    gitSha1.update(chunk);
  }
  return { bytes, sha256: sha256.digest("hex"), gitSha1: gitSha1.digest("hex") };
}

function describeCause(error: Error): string {
  const cause = error.cause as { cause?: { code?: string }; message?: string } | undefined;
  return cause?.cause?.code ?? cause?.message ?? "no further detail";
}
