import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchRemoteImage, type RemoteImagePolicy } from "./fetch-remote-image.ts";

const seen: string[] = [];
const answers: Record<string, (response: ServerResponse) => void> = {
  "/image.png": (response) => void response.writeHead(200, { "content-type": "image/png" }).end("pixels"),
  "/away": (response) => void response.writeHead(302, { location: "/image.png" }).end(),
  "/missing": (response) => void response.writeHead(404).end(),
  "/declared": (response) => void response.writeHead(200, { "content-length": "5000" }).end(Buffer.alloc(5000)),
  "/endless": (response) => {
    const timer = setInterval(() => response.write(Buffer.alloc(400)), 1);
    response.once("close", () => clearInterval(timer));
  },
  "/zipped": (response) => void response.writeHead(200, { "content-encoding": "gzip" }).end("x"),
  "/silent": () => undefined,
};
const server = createServer((request, response) => {
  seen.push(request.url ?? "");
  answers[request.url ?? ""]?.(response);
});
let port = 0;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** As a Space is configured, but for the server of this test, which is not public. */
function policy(changes: Partial<RemoteImagePolicy> = {}): RemoteImagePolicy {
  return { hosts: [`127.0.0.1:${port}`], timeoutMs: 2000, maxFileBytes: 1000, isAllowedAddress: () => true, ...changes };
}
const get = (path: string, changes?: Partial<RemoteImagePolicy>) => fetchRemoteImage(`http://127.0.0.1:${port}${path}`, policy(changes));

test("an image from a host on the list is fetched, with its name and type", async () => {
  const file = await get("/image.png");
  expect(Buffer.from(file.bytes).toString()).toBe("pixels");
  expect(file).toMatchObject({ name: "image.png", type: "image/png" });
});

test("without a list, and from another host, port or protocol, nothing is asked for", async () => {
  const before = seen.length;
  await expect(get("/image.png", { hosts: [] })).rejects.toMatchObject({
    code: "invalid_request",
    details: { reason: "remote_not_allowed" },
  });
  for (const host of ["example.com", "127.0.0.1", `127.0.0.1:${port + 1}`, "*", "*.0.0.1"])
    await expect(get("/image.png", { hosts: [host] })).rejects.toMatchObject({ details: { reason: "remote_not_allowed" } });
  for (const address of ["ftp://127.0.0.1/a", "file:///etc/passwd", `http://me:word@127.0.0.1:${port}/image.png`, "http://"])
    await expect(fetchRemoteImage(address, policy())).rejects.toMatchObject({ details: { reason: "remote_not_allowed" } });
  expect(seen.length).toBe(before);
});

test("addresses that are not public are refused however they are written, even from a host on the list", async () => {
  const before = seen.length;
  const hosts = ["*", `*:${port}`, `localhost:${port}`];
  for (const host of ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]) {
    const refused = fetchRemoteImage(`http://${host}:${port}/image.png`, policy({ hosts, isAllowedAddress: undefined }));
    await expect(refused).rejects.toMatchObject({ code: "invalid_request", details: { reason: "remote_address" } });
  }
  expect(seen.length).toBe(before);
});

test("a host on the list with subdomains does not take names that only end alike", async () => {
  const hosts = [`*.example.com:${port}`];
  for (const host of ["notexample.com", "example.com.evil.test", "example.com"])
    await expect(fetchRemoteImage(`http://${host}:${port}/a`, policy({ hosts }))).rejects.toMatchObject({
      details: { reason: "remote_not_allowed" },
    });
});

test("redirects are not followed", async () => {
  const before = seen.length;
  await expect(get("/away")).rejects.toMatchObject({ code: "invalid_request", details: { reason: "remote_redirect" } });
  expect(seen.slice(before)).toEqual(["/away"]);
});

test("too many bytes are refused, whether they are declared or just come", async () => {
  await expect(get("/declared")).rejects.toMatchObject({ code: "payload_too_large", details: { reason: "too_many_bytes" } });
  await expect(get("/endless")).rejects.toMatchObject({ code: "payload_too_large" });
});

test("a host that does not answer, or answers otherwise than with an image, is an error in time", async () => {
  await expect(get("/silent", { timeoutMs: 150 })).rejects.toMatchObject({
    code: "deadline_exceeded",
    details: { reason: "remote_timeout" },
  });
  await expect(get("/missing")).rejects.toMatchObject({ details: { reason: "remote_status" } });
  await expect(get("/zipped")).rejects.toMatchObject({ details: { reason: "remote_failed" } });
  await expect(fetchRemoteImage("http://127.0.0.1:9/a", policy({ hosts: ["127.0.0.1:9"] }))).rejects.toMatchObject({
    details: { reason: "remote_failed" },
  });
  const controller = new AbortController();
  const pending = fetchRemoteImage(`http://127.0.0.1:${port}/silent`, policy(), { signal: controller.signal });
  controller.abort();
  await expect(pending).rejects.toMatchObject({ code: "cancelled" });
});
