import { lookup } from "node:dns/promises";
import { request as requestHttp, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { isPublicAddress } from "./public-address.ts";

/** Where images may be fetched from, and how large and slow they may be. */
export interface RemoteImagePolicy {
  /** See REMOTE_IMAGE_HOSTS; empty allows none. */
  hosts: readonly string[];
  /** Of one image, name resolution to last byte. */
  timeoutMs: number;
  maxFileBytes: number;
  /** Which IP addresses may be connected to. Default those of the public internet. */
  isAllowedAddress?: ((address: string) => boolean) | undefined;
}

const defaultPorts: Record<string, string> = { "http:": "80", "https:": "443" };

/**
 * Fetches an image that a stranger named. The host must be on the list, every address it resolves to must be public, and the
 * connection goes to the very address that was looked at, so that a name cannot change its mind in between. Redirects are
 * not followed. Bytes and time are bounded.
 * @throws CodedError invalid_request (details.reason remote_not_allowed, remote_address, remote_redirect, remote_status,
 * remote_failed), payload_too_large, deadline_exceeded, cancelled
 */
export async function fetchRemoteImage(address: string, policy: RemoteImagePolicy, context: CallContext = {}): Promise<UploadedFile> {
  const url = toAllowedUrl(address, policy.hosts);
  const leftMs = Math.min(policy.timeoutMs, (context.deadlineAt ?? Infinity) - Date.now());
  if (leftMs <= 0) throw refuse("remote_timeout", "The image could not be fetched in time.", "deadline_exceeded");
  const timeout = AbortSignal.timeout(leftMs);
  const signal = context.signal === undefined ? timeout : AbortSignal.any([context.signal, timeout]);
  try {
    const target = await untilAborted(resolve(url, policy.isAllowedAddress ?? isPublicAddress), signal);
    const response = await connect(url, target, signal);
    return { ...(await read(response, policy.maxFileBytes)), name: url.pathname.split("/").at(-1) ?? "" };
  } catch (thrown) {
    if (CodedError.isInstance(thrown)) throw thrown;
    if (timeout.aborted) throw refuse("remote_timeout", "The image could not be fetched in time.", "deadline_exceeded");
    if (signal.aborted) throw new CodedError("cancelled", "The caller left.");
    throw refuse("remote_failed", "The image could not be fetched.", "invalid_request", thrown);
  }
}

/** Whether text is a web address and not base64 or a data URL. */
export function isWebAddress(text: string): boolean {
  return /^https?:\/\//i.test(text.slice(0, 10));
}

function toAllowedUrl(address: string, hosts: readonly string[]): URL {
  if (hosts.length === 0) {
    throw refuse(
      "remote_not_allowed",
      "Images are not fetched from web addresses here: send the image itself. (REMOTE_IMAGE_HOSTS of the Space allows hosts.)",
    );
  }
  const url = URL.parse(address);
  if (url === null || defaultPorts[url.protocol] === undefined) throw refuse("remote_not_allowed", "This is no http or https address.");
  if (url.username !== "" || url.password !== "")
    throw refuse("remote_not_allowed", "An address with a user name or password is not fetched.");
  if (!hosts.some((host) => matches(url, host.toLowerCase()))) throw refuse("remote_not_allowed", "Images are not fetched from this host.");
  return url;
}

/** An entry without a port means the protocol's own: other ports are other services. */
function matches(url: URL, entry: string): boolean {
  const [, host = "", port = defaultPorts[url.protocol]] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if ((url.port === "" ? defaultPorts[url.protocol] : url.port) !== port) return false;
  // A dot at the end is the same name.
  const name = url.hostname.replace(/\.$/, "");
  if (host === "*") return true;
  return host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host;
}

interface Target {
  address: string;
  family: number;
}

async function resolve({ hostname }: URL, isAllowed: (address: string) => boolean): Promise<Target> {
  const name = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(name);
  const found = family > 0 ? [{ address: name, family }] : await lookup(name, { all: true });
  const [first] = found;
  // One private address among several is a trick, or a network that is none of a stranger's business.
  if (first === undefined || !found.every(({ address }) => isAllowed(address)))
    throw refuse("remote_address", "Images are not fetched from this host.");
  return first;
}

async function connect(url: URL, { address, family }: Target, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<IncomingMessage>();
  const options: RequestOptions = {
    method: "GET",
    agent: false,
    signal,
    family,
    headers: { accept: "image/*", "accept-encoding": "identity", "user-agent": "outpost" },
    // The name was resolved and looked at; it is not asked for again.
    lookup: (_name, lookupOptions, callback) => {
      if (lookupOptions.all === true) (callback as unknown as (error: null, found: Target[]) => void)(null, [{ address, family }]);
      else callback(null, address, family);
    },
  };
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  send(url, options, settle).once("error", reject).end();
  return await promise;
}

async function read(response: IncomingMessage, maxFileBytes: number): Promise<{ bytes: Uint8Array; type?: string }> {
  const { statusCode = 0, headers } = response;
  try {
    if (statusCode >= 300 && statusCode < 400) throw refuse("remote_redirect", "The image's address redirects to another one; send that.");
    if (statusCode !== 200) throw refuse("remote_status", `The image's host answered with status ${statusCode}.`);
    if ((headers["content-encoding"] ?? "identity") !== "identity") throw refuse("remote_failed", "The image's host sent it compressed.");
    if (Number(headers["content-length"] ?? 0) > maxFileBytes) throw tooLarge(maxFileBytes);
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxFileBytes) throw tooLarge(maxFileBytes);
      chunks.push(chunk);
    }
    const type = headers["content-type"];
    return { bytes: Buffer.concat(chunks), ...(type === undefined ? {} : { type }) };
  } finally {
    response.destroy();
  }
}

async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function refuse(reason: string, message: string, code: ErrorCode = "invalid_request", cause?: unknown): CodedError {
  return new CodedError(code, message, { cause, details: { reason } });
}

function tooLarge(maxFileBytes: number): CodedError {
  return new CodedError("payload_too_large", `The image has more than ${maxFileBytes} bytes.`, {
    details: { reason: "too_many_bytes", maxFileBytes },
  });
}
