import { createServer } from "@repo/server-kit/create-server";
import { expect, test } from "vitest";
import { mountStateStream } from "./state-stream.ts";

const quiet = { films: 1, state: "awake" };

async function readFirstEvent(response: Response): Promise<typeof quiet> {
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return JSON.parse(new TextDecoder().decode(value).replace(/^data: /, "")) as typeof quiet;
}

test("every open page is told the state at once, and the state is read once for all of them", async () => {
  const server = createServer({ name: "test", version: "0" });
  let reads = 0;
  mountStateStream(server, {
    path: "/events",
    read: async () => {
      reads += 1;
      return await Promise.resolve(quiet);
    },
    isBusy: () => false,
  });
  const pages = await Promise.all(Array.from({ length: 20 }, async () => await server.app.request("/events")));
  expect(pages[0]?.headers.get("content-type")).toContain("text/event-stream");
  expect(await Promise.all(pages.map(readFirstEvent))).toEqual(pages.map(() => quiet));
  expect(reads).toBe(1);
});

test("a state that cannot be read ends the stream and not the process", async () => {
  const server = createServer({ name: "test", version: "0" });
  mountStateStream(server, {
    path: "/events",
    read: async () => await Promise.reject(new Error("no database")),
    isBusy: () => false,
  });
  const response = await server.app.request("/events");
  expect(await response.text()).not.toContain("no database");
});
