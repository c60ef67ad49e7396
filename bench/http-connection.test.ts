import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { HttpConnection, toRequest } from "./http-connection.ts";

async function connectTo(listener: RequestListener): Promise<HttpConnection> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const connection = await HttpConnection.open((server.address() as AddressInfo).port);
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  return connection;
}

test("several requests go over one connection, and an answer that arrives in pieces is waited for", async () => {
  const seen: string[] = [];
  const connection = await connectTo((request, response) => {
    request.setEncoding("utf8").on("data", (text: string) => seen.push(`${request.method} ${request.url} ${text}`));
    request.on("end", () => {
      response.writeHead(201, { "content-length": 10 });
      response.write("01234");
      void sleep(20).then(() => response.end("56789"));
    });
  });
  expect(await connection.send(toRequest("/embed", '{"texts":["é"]}'))).toEqual({ status: 201, bodyBytes: 10 });
  expect(await connection.send(toRequest("/embed", "{}"))).toEqual({ status: 201, bodyBytes: 10 });
  expect(seen).toEqual(['POST /embed {"texts":["é"]}', "POST /embed {}"]);
});

test("an answer without a length is refused instead of being counted wrongly", async () => {
  const connection = await connectTo((_request, response) => {
    response.write("part");
    response.end();
  });
  await expect(connection.send(toRequest("/health"))).rejects.toThrow("content-length");
});

test("a connection that the server cuts rejects what waits", async () => {
  const connection = await connectTo((request) => request.socket.destroy());
  await expect(connection.send(toRequest("/health"))).rejects.toThrow(/closed|ECONNRESET/);
});
