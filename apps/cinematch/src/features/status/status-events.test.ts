import type { FilmHealth } from "@repo/contracts/film-recommendations";
import { createServer } from "@repo/server-kit/create-server";
import { expect, test } from "vitest";
import { mountStatusEvents } from "./status-events.ts";

const quiet: FilmHealth = {
  status: "healthy",
  films: 1,
  indexed: 1,
  index: "complete",
  space: { mode: "space", state: "awake", answeredBy: "primary", message: null },
};

async function readFirstEvent(response: Response): Promise<FilmHealth> {
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return JSON.parse(new TextDecoder().decode(value).replace(/^data: /, "")) as FilmHealth;
}

test("every open page is told the state at once, and the state is read once for all of them", async () => {
  const server = createServer({ name: "test", version: "0" });
  let reads = 0;
  mountStatusEvents(server, async () => {
    reads += 1;
    return await Promise.resolve(quiet);
  });
  const pages = await Promise.all(Array.from({ length: 20 }, async () => await server.app.request("/events")));
  expect(pages[0]?.headers.get("content-type")).toContain("text/event-stream");
  expect(await Promise.all(pages.map(readFirstEvent))).toEqual(pages.map(() => quiet));
  expect(reads).toBe(1);
});

test("a state that cannot be read ends the stream and not the process", async () => {
  const server = createServer({ name: "test", version: "0" });
  mountStatusEvents(server, async () => await Promise.reject(new Error("no database")));
  const response = await server.app.request("/events");
  expect(await response.text()).not.toContain("no database");
});
