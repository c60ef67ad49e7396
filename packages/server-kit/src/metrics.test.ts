import { expect, test } from "vitest";
import { createServer } from "./create-server.ts";

test("a server with a queue tells how much waits, as it is when asked; one without shows no such number", async () => {
  let waiting = 3;
  const withQueue = createServer({
    name: "one",
    version: "0.0.0",
    status: () => ({ queue: { requests: waiting, tokens: 100 * waiting, tokensPerSecond: 5 }, versions: {} }),
  });
  const read = async (server: typeof withQueue) => await (await server.app.request("/metrics")).text();
  expect(await read(withQueue)).toMatch(/^queue_requests 3$[\s\S]*^queue_tokens 300$/m);
  waiting = 0;
  expect(await read(withQueue)).toMatch(/^queue_requests 0$/m);
  expect(await read(createServer({ name: "two", version: "0.0.0" }))).not.toContain("queue_");
});
