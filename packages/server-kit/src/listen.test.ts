import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createEmbeddingServer } from "../test/embedding-server.ts";
import { listen, type Listener } from "./listen.ts";

const { server } = createEmbeddingServer();
let listener: Listener;

beforeEach(async () => {
  listener = await listen(server, { port: 0, hostname: "127.0.0.1", headersTimeoutMs: 100 });
});

afterEach(() => listener.close({ force: true }));

async function open(text: string): Promise<Socket> {
  const socket = connect(listener.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(text);
  return socket;
}

async function readAll(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test("a client that never finishes its headers is cut off", async () => {
  const socket = await open("POST /embed HTTP/1.1\r\nHost: x\r\nContent-Type: appl");
  expect(await readAll(socket)).toContain("408 Request Timeout");
});

test("what is not HTTP is refused, and the server lives", async () => {
  const socket = await open("\u0016\u0003\u0001 hello\r\n\r\n");
  expect(await readAll(socket)).toContain("400 Bad Request");
  expect((await fetch(`${listener.url}/health`)).status).toBe(200);
});

test("a client that leaves in the middle of its body gives its place back", async () => {
  const socket = await open(
    'POST /embed HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"texts":["a',
  );
  await expect.poll(() => server.admission.running).toBe(1);
  socket.destroy();
  await expect.poll(() => server.admission.running).toBe(0);
});

test("a body that is refused for its size still gets its answer", async () => {
  const socket = await open(
    "POST /embed HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
  );
  const answer = await readAll(socket);
  expect(answer).toContain("413 Payload Too Large");
  expect(answer).toContain('"code":"payload_too_large"');
});

test("a port that is taken is an error and not a hang", async () => {
  await expect(listen(server, { port: listener.port, hostname: "127.0.0.1" })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
